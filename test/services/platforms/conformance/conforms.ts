/**
 * The suite of every platform, for a group of candidates. One file of tests for each group, so that groups run side by
 * side; together they are the table in docs/platforms/conformance.md.
 */
import { afterAll } from '@jest/globals';
import type { Candidate } from '../../../platforms/candidates/candidate.js';
import { ConformanceBench, describeConformance } from '../../../platforms/conformance.js';
import { devServerEnvironment } from '../../../support/temporal.js';
import { bundleWorkflowsAt } from '../../../support/workflow-bundle.js';

/** Starts the servers before it defines the tests, because concurrent tests do not wait for beforeAll. */
export async function conforms(...candidates: readonly Candidate[]): Promise<void> {
  const environment = await devServerEnvironment();
  const bench = new ConformanceBench(environment);
  await bench.start(await bundleWorkflowsAt(new URL('../../../../workflows/index.ts', import.meta.url)));
  const sites = await Promise.all(candidates.map((candidate) => candidate.open()));

  candidates.forEach((candidate, index) => describeConformance(candidate, bench, sites[index]!));

  afterAll(async () => {
    await bench.stop();
    await Promise.all(sites.map((site) => site.close()));
    await environment.teardown();
  });
}
