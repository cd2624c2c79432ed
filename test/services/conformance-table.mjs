/** Writes docs/sources/conformance.md from what a whole run of the services tests showed. */
import { readdirSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const page = 'docs/sources/conformance.md';
const situations = [
  'values right',
  'many samples at once',
  'closed and used again',
  'authentication wrong',
  'name missing',
  'empty queue',
  'server hanging',
  'server down',
  'server back',
];

export default class ConformanceTable {
  async onRunComplete(_contexts, { testResults }) {
    const suites = readdirSync('test/services').filter((name) => name.endsWith('.test.ts'));
    // A run of some files knows nothing of the others.
    if (testResults.length < suites.length) return;
    const rows = rowsOf(testResults.flatMap((file) => file.testResults));
    const text = [
      '# Sources against their real servers',
      '<!-- Written by `npm run test:services`. Do not edit. -->',
      'Every source is sampled from the true server, which is then made to fail. "no" is a situation in which it did not do',
      'what [it must](../adding-a-source.md); "-" one that does not exist for it, such as a password where there is none.',
      '',
      `| source | ${situations.join(' | ')} |`,
      `| --- |${situations.map(() => ' --- |').join('')}`,
      ...rows,
    ].join('\n');
    writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
  }
}

function rowsOf(tests) {
  const shown = new Map();
  for (const { ancestorTitles, title, status } of tests) {
    const name = ancestorTitles.find((each) => each.startsWith('source '))?.slice('source '.length);
    if (name === undefined) continue;
    if (!shown.has(name)) shown.set(name, new Map());
    shown.get(name).set(title, status === 'passed' ? 'yes' : 'no');
  }
  const cell = (name) => (situation) => shown.get(name).get(situation) ?? '-';
  return [...shown.keys()].sort().map((name) => `| ${name} | ${situations.map(cell(name)).join(' | ')} |`);
}
