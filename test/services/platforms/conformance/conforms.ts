/**
 * The suite of every platform, for a group of candidates. One file of tests for each group, so that groups run side by
 * side; together they are the table in docs/platforms/conformance.md.
 */
import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import type { Candidate, Site } from '../../../platforms/candidates/candidate.js';
import { ConformanceBench, describeConformance } from '../../../platforms/conformance.js';
import { eventually } from '../../../support/eventually.js';
import { devServerEnvironment } from '../../../support/temporal.js';
import { bundleWorkflowsAt } from '../../../support/workflow-bundle.js';

/** Starts the servers before it defines the tests, because concurrent tests do not wait for beforeAll. */
export async function conforms(...candidates: readonly Candidate[]): Promise<void> {
  const environment = await devServerEnvironment();
  const bench = new ConformanceBench(environment);
  await bench.start(await bundleWorkflowsAt(new URL('../../../../workflows/index.ts', import.meta.url)));
  const sites = await Promise.all(candidates.map((candidate) => candidate.open()));
  await Promise.all(sites.map(load));

  candidates.forEach((candidate, index) => describeConformance(candidate, bench, sites[index]!));

  afterAll(async () => {
    await bench.stop();
    await Promise.all(sites.map((site) => site.close()));
    await environment.teardown();
  });
}

/**
 * Loads what an adapter loads on first use. Jest refuses an import in the moment between the end of one test and the
 * start of the next, in which the concurrent tests go on.
 */
async function load(site: Site): Promise<void> {
  const real = await site.resource(`r-${randomUUID()}`, 1);
  await eventually('the first observation', () =>
    real.platform.observe(new AbortController().signal).then(
      () => true,
      () => false,
    ),
  );
  await real.remove();
}
