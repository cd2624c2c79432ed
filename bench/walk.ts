/** A scale run from 1 to 6 units, one unit per step: its time beyond the minimum, and its cost. */
import { setTimeout } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { scaleWorkflowId } from '../workflows/scale/messages.js';
import type { ApiClient } from '../test/e2e/api-client.js';
import { Laboratory } from './laboratory.js';
import { residentMb } from './process-figures.js';
import type { Log } from './report.js';
import { median } from './statistics.js';

/** A tenth of the default. The time of a run beyond its cooldowns does not depend on their length. */
const cooldownMs = 30_000;
/** From a change to its active units. The simulated sidecar is STARTING in this time. */
const platformMs = 3000;
const from = 1;
const target = 6;
const steps = target - from;
/** The last change must be confirmed, and its cooldown is not part of the time to the target. */
const idealMs = (steps - 1) * cooldownMs + platformMs;
/** The runs of all rounds are concurrent, with staggered starts, so that five runs take no longer than one. */
const betweenWalksMs = 1000;

export interface WalkFigures {
  readonly overIdeal: number;
  readonly beyondIdealMs: number;
  /** From sending the POST until its first change reaches the platform. */
  readonly firstChangeMs: number;
  /** From sending a POST during a run until the run itself has confirmed the new target. */
  readonly retargetMs: number;
  /** What one more step adds to a history. */
  readonly eventsPerStep: number;
  /** Number of events in the whole history of such a run. */
  readonly eventsPerWalk: number;
  /** While all runs are in progress. */
  readonly rssMb: { readonly worker: number; readonly api: number; readonly server: number };
}

export async function measureWalks(rounds: number, log: Log): Promise<WalkFigures> {
  const laboratory = await Laboratory.open();
  try {
    const walkers = Array.from({ length: rounds }, (_, round) => `walk${round}`);
    const aliases = [...walkers, 'shortWalk', 'retargeted'];
    const flags = aliases.flatMap((alias) => ['--resource', `${alias}=${from}`]);
    const sidecar = await laboratory.sandbox.sidecar('--port', '0', ...flags, '--start-time', `${platformMs}ms`);
    laboratory.sandbox.configure(configuration(sidecar.url, aliases));
    await laboratory.startWorker();
    const api = await laboratory.startApi();

    await post(api, 'shortWalk', from + 1);
    await setTimeout(betweenWalksMs);
    const beganAtMs = new Map<string, number>();
    for (const alias of walkers) {
      beganAtMs.set(alias, Date.now());
      await post(api, alias, target);
      await setTimeout(betweenWalksMs);
    }
    log(`${rounds} scale runs are in progress; each takes at least ${idealMs / 1000} s`);
    const retargets = await retarget(api, rounds);
    const rssMb = await sampleMemory(rounds, laboratory);

    const run = (alias: string) => laboratory.client.workflow.getHandle(scaleWorkflowId(alias));
    const short = await walked(run('shortWalk'));
    const walks = [];
    for (const alias of walkers) {
      const { reachedAtMs, events } = await walked(run(alias));
      const startedAtMs = beganAtMs.get(alias)!;
      const [first] = (await sidecar.resource(alias)).changes;
      const walk = { tookMs: reachedAtMs - startedAtMs, firstChangeMs: first!.atMs - startedAtMs, events };
      log(
        `${alias}: ${(walk.tookMs / 1000).toFixed(2)} s, first change after ${walk.firstChangeMs} ms, ${events} events`,
      );
      walks.push(walk);
    }
    const tookMs = median(walks.map((walk) => walk.tookMs));
    const events = median(walks.map((walk) => walk.events));
    return {
      overIdeal: tookMs / idealMs,
      beyondIdealMs: tookMs - idealMs,
      firstChangeMs: median(walks.map((walk) => walk.firstChangeMs)),
      retargetMs: median(retargets),
      eventsPerStep: (events - short.events) / (steps - 1),
      eventsPerWalk: events,
      rssMb,
    };
  } finally {
    await laboratory.close();
  }
}

async function post(api: ApiClient, alias: string, targetCapacity: number): Promise<unknown> {
  const { status, body } = await api.scale(alias, { targetCapacity });
  if (status !== 202) throw new Error(`POST ${alias}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Back and forth while the first change cools down. */
async function retarget(api: ApiClient, rounds: number): Promise<number[]> {
  await post(api, 'retargeted', target);
  await api.until('retargeted', 'cools down', ({ phase, stepsMade }) => stepsMade === 1 && phase === 'coolingDown');
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAtMs = performance.now();
    const body = await post(api, 'retargeted', round % 2 === 0 ? target - 1 : target);
    tookMs.push(performance.now() - startedAtMs);
    const { outcome } = body as { outcome: string }; // as docs/openapi.json says
    if (outcome !== 'retargeted') throw new Error(`The outcome of a retarget was ${outcome}`);
    await setTimeout(200);
  }
  return tookMs;
}

async function sampleMemory(samples: number, laboratory: Laboratory): Promise<WalkFigures['rssMb']> {
  const pids = { worker: laboratory.pidOf('worker'), api: laboratory.pidOf('api'), server: laboratory.serverPid };
  const seen = { worker: [] as number[], api: [] as number[], server: [] as number[] };
  for (let sample = 0; sample < samples; sample += 1) {
    for (const part of ['worker', 'api', 'server'] as const) seen[part].push(residentMb(pids[part]));
    await setTimeout(1000);
  }
  return { worker: median(seen.worker), api: median(seen.api), server: median(seen.server) };
}

/** When the run confirmed the target, and the length of its history after it has closed. */
async function walked(run: WorkflowHandle): Promise<{ reachedAtMs: number; events: number }> {
  await run.result();
  const { events } = await run.fetchHistory();
  const lastChange = events?.findLast(
    ({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes?.activityType?.name === 'change',
  );
  const confirmed = events?.find(({ activityTaskCompletedEventAttributes }) =>
    activityTaskCompletedEventAttributes?.scheduledEventId?.eq(lastChange?.eventId ?? -1),
  );
  const { seconds, nanos } = confirmed?.eventTime ?? {};
  return { reachedAtMs: Number(seconds) * 1000 + Number(nanos) / 1e6, events: events?.length ?? NaN };
}

function configuration(url: string, aliases: readonly string[]): string {
  return `
version: 1
defaults:
  platform: { type: omnistrate, url: "${url}" }
  min: ${from}
  max: ${target}
  step: 1
  cooldown: ${cooldownMs}ms
  waitForActive: { timeout: 5m, interval: 1s }
  requestTimeout: 10s
resources:
${aliases.map((alias) => `  ${alias}: {}`).join('\n')}
`;
}
