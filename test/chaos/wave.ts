/** Many concurrent runs with injected faults, then a time without faults, then the check of all results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Resource } from '../e2e/api-client.js';
import { injectFaults, type FaultCounts } from './inject-faults.js';
import { callAsPlanned } from './caller.js';
import { Random } from './random.js';
import { planRun, type RunPlan } from './run-plan.js';
import { storyOf, violationsOf } from './verdict.js';
import { startWorld, type World } from './world.js';

export interface WaveResult extends FaultCounts {
  readonly violations: readonly string[];
}

const accidentsMs = 35_000;
/** Time without faults until every run has ended: several times the longest pause of any component. */
const restWithinMs = 150_000;

export async function runWave(seed: number, runs: number): Promise<WaveResult> {
  const random = new Random(seed);
  const plans = Array.from({ length: runs }, (_, index) => planRun(`r${index + 1}`, random.fork()));
  const world = await startWorld(plans, seed);
  const counts: FaultCounts = { kills: 0, faults: 0, sleepers: 0 };
  try {
    const refusals: string[] = [];
    await Promise.all([
      injectFaults(world, random.fork(), accidentsMs, counts).then(() => world.heal()),
      ...plans.map((plan) =>
        callAsPlanned(plan, world.api, world.witness).catch((error: unknown) => {
          refusals.push(`${plan.alias}: ${String(error)}`);
        }),
      ),
    ]);
    const resources = await untilAtRest(world, runs);
    const { resources: seen, faults } = await world.witness.testimony();
    counts.faults += faults;
    const violations = plans.flatMap((plan) => {
      const resource = resources.find(({ resource }) => resource === plan.alias);
      const seenOfIt = seen.get(plan.alias);
      if (!resource || !seenOfIt) return [`${plan.alias}: the API or the sidecar does not report this resource`];
      const found = violationsOf(plan, resource, seenOfIt);
      if (found.length > 0) console.log(`${plan.alias}:\n${storyOf(resource, seenOfIt)}`);
      return found.map((violation) => `${plan.alias}: ${violation}`);
    });
    const all = [...refusals, ...violations];
    if (all.length > 0) await keepEvidence(world, seed, plans, resources);
    return { ...counts, violations: all };
  } finally {
    await world.close();
  }
}

/** The final states, including runs that have not ended. The verdict reports those. */
async function untilAtRest({ api }: World, runs: number): Promise<Resource[]> {
  const givenUpAtMs = performance.now() + restWithinMs;
  for (;;) {
    const resources = await api.resources().catch((): Resource[] => []);
    const atRest = resources.filter(({ run }) => run !== null && run.closedAt !== null && run.outcome !== 'continued');
    if (atRest.length === runs || performance.now() > givenUpAtMs) return resources;
    await setTimeout(1000);
  }
}

/** Evidence for debugging: the output of all processes, the calls to the sidecar, and the history of every run. */
async function keepEvidence(world: World, seed: number, plans: readonly RunPlan[], resources: unknown): Promise<void> {
  const folder = join('.cache', 'chaos', String(seed));
  mkdirSync(folder, { recursive: true });
  const keep = (name: string, what: unknown) => writeFileSync(join(folder, name), JSON.stringify(what, null, 1));
  for (const [index, { name, program }] of [world.apiMember, ...world.workers].entries()) {
    writeFileSync(join(folder, `${index}-${name}.log`), program.output);
  }
  keep('plans.json', plans);
  keep('resources.json', resources);
  keep('calls.json', await (await fetch(`${world.witness.url}/log`)).json());
  for await (const run of world.client.workflow.list()) {
    const { events } = await world.client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    keep(`${run.workflowId.replace(':', '-')}-${run.runId}.json`, events);
  }
  console.log(`  evidence is in ${folder}`);
}
