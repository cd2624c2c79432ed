/** Every platform, in whole scale runs: this is the table in docs/platforms/conformance.md. */
import { afterAll } from '@jest/globals';
import { azureCandidate, cloudRunCandidate } from '../../platforms/candidates/clouds.js';
import { addingCandidate, omnistrateCandidate, settingCandidate } from '../../platforms/candidates/simulated.js';
import { ConformanceBench, describeConformance } from '../../platforms/conformance.js';
import { devServerEnvironment } from '../../support/temporal.js';
import { bundleWorkflowsAt } from '../../support/workflow-bundle.js';
import { ecsCandidate } from './ecs-candidate.js';
import { kubernetesCandidate } from './kubernetes-candidate.js';

process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

// Before the tests are defined, because concurrent tests do not wait for beforeAll.
const environment = await devServerEnvironment();
const bench = new ConformanceBench(environment);
await bench.start(await bundleWorkflowsAt(new URL('../../../workflows/index.ts', import.meta.url)));
const candidates = [
  omnistrateCandidate,
  ecsCandidate,
  kubernetesCandidate,
  azureCandidate,
  cloudRunCandidate,
  settingCandidate,
  addingCandidate,
];
const sites = await Promise.all(candidates.map((candidate) => candidate.open()));

candidates.forEach((candidate, index) => describeConformance(candidate, bench, sites[index]!));

afterAll(async () => {
  await bench.stop();
  await Promise.all(sites.map((site) => site.close()));
  await environment.teardown();
});
