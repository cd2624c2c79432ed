/** Writes docs/platforms/conformance.md from what the conformance suite of the platforms showed. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const page = 'docs/platforms/conformance.md';
const runsAgainst = {
  omnistrate: 'the simulated sidecar',
  ecs: 'moto',
  kubernetes: 'kube-apiserver 1.36, etcd and its controllers; the kubelet is played',
  'azure-container-apps': 'a server of ours, spoken to by the SDK',
  'cloud-run': 'a server of ours, spoken to by the SDK',
  'generic-http that sets': 'the simulated sidecar',
  'generic-http that adds and removes': 'the simulated sidecar',
};

export default class PlatformTable {
  async onRunComplete(_contexts, { testResults }) {
    const suite = testResults.find(({ testFilePath }) => testFilePath.endsWith('/platforms/conformance.test.ts'));
    const tests = (suite?.testResults ?? []).filter(({ status }) => status === 'passed' || status === 'failed');
    const cells = new Map(tests.map((test) => [`${test.ancestorTitles[0]}/${test.title}`, test.status]));
    const platforms = Object.keys(runsAgainst);
    const behaviours = [...new Set(tests.map(({ title }) => title))];
    // A run of some tests knows nothing of the others.
    if (cells.size < platforms.length * behaviours.length || behaviours.length < 2) return;
    const cell = (platform) => (behaviour) =>
      cells.get(`platform ${platform}/${behaviour}`) === 'passed' ? 'yes' : '**no**';
    const row = (platform) => `| ${[platform, runsAgainst[platform], ...behaviours.map(cell(platform))].join(' | ')} |`;
    const text = [
      '# What every platform does',
      '<!-- Written by `npm run test:services`. Do not edit. -->',
      'Whole scale runs, on a real Temporal server, of one suite for all (`test/platforms/conformance.ts`). Between the adapter',
      'and its server stands a gate that throttles, refuses or goes down; other hands reach the server around it.',
      '',
      `| platform | ran against | ${behaviours.join(' | ')} |`,
      `| --- | --- |${behaviours.map(() => ' --- |').join('')}`,
      ...platforms.map(row),
    ].join('\n');
    writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
  }
}
