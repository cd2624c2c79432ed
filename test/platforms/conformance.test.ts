/** The platforms that need nothing but what is in this repository; `npm run test:services` has the others too. */
import { afterAll } from '@jest/globals';
import { devServerEnvironment } from '../support/temporal.js';
import { execCandidate } from './candidates/exec.js';
import { addingCandidate, omnistrateCandidate, settingCandidate } from './candidates/simulated.js';
import { ConformanceBench, describeConformance } from './conformance.js';

// Before the tests are defined, because concurrent tests do not wait for beforeAll.
const environment = await devServerEnvironment();
const bench = new ConformanceBench(environment);
await bench.start('.cache/workflow-bundle.js');
const candidates = [omnistrateCandidate, addingCandidate, settingCandidate, execCandidate];
const sites = await Promise.all(candidates.map((candidate) => candidate.open()));

candidates.forEach((candidate, index) => describeConformance(candidate, bench, sites[index]!));

afterAll(async () => {
  await bench.stop();
  await Promise.all(sites.map((site) => site.close()));
  await environment.teardown();
});
