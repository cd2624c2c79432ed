/**
 * Watches a resource for hours: samples its sources side by side, runs its policies, and heartbeats what they remember.
 * Returns only when capacity should change, so that quiet time costs no history.
 */
import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { RunReader, type RunView } from '../src/client/run-reader.js';
import { evaluate } from '../src/domain/autoscale/evaluate.js';
import type { Evaluation, Reading } from '../src/domain/autoscale/evaluation.js';
import { type AutoscaleSpec, compileAutoscale } from '../src/domain/autoscale/spec.js';
import type { AutoscaleState } from '../src/domain/autoscale/state.js';
import type { WatchOrder, WatchProgress, WatchResult } from '../src/domain/autoscale/watch.js';
import type { Observation } from '../src/domain/capacity.js';
import type { SentChange } from '../src/domain/scale-step.js';
import type { Platform } from '../src/platforms/platform.js';
import type { Source } from '../src/sources/source.js';
import { checkedSettings } from './configuration.js';

export interface WatchActivities {
  watch(order: WatchOrder): Promise<WatchResult>;
}

export interface WatchDependencies {
  platformOf(resource: string): Platform;
  /** By the name of the signal. */
  sourcesOf(resource: string): Readonly<Record<string, Source>>;
}

/** While a look takes long: a source may hang for its whole time-out. */
const heartbeatEveryMs = 5000;

export function watchActivities(dependencies: WatchDependencies): WatchActivities {
  return {
    watch: async (order) => {
      const context = Context.current();
      // Every sample of a look listens to the one signal, and lets go of it; Node would take more than ten for a leak.
      setMaxListeners(0, context.cancellationSignal);
      const spec = compileAutoscale(checkedSettings(order.settings), order.limits);
      let progress: WatchProgress = { ...(await inherited(order)), problem: null };
      // So that there is something to explain until the first look.
      context.heartbeat(progress);
      try {
        let pauseMs = order.atOnce ? 0 : untilNextLookMs(order, progress.state);
        for (;;) {
          if (pauseMs > 0) await context.sleep(pauseMs);
          const startedAtMs = performance.now();
          const look = await beatingMeanwhile(progress, () => lookOnce(dependencies, order, spec, progress));
          progress = look.progress;
          context.heartbeat(progress);
          if (look.result) return look.result;
          pauseMs = order.settings.intervalMs - (performance.now() - startedAtMs);
        }
      } finally {
        // Flushed at a graceful stop: a restart loses nothing.
        context.heartbeat(progress);
      }
    },
  };
}

interface Look {
  readonly progress: WatchProgress;
  /** Present when capacity should change. */
  readonly result?: WatchResult;
}

async function lookOnce(
  adapters: WatchDependencies,
  order: WatchOrder,
  spec: AutoscaleSpec,
  { state, problem, evaluation: before }: WatchProgress,
): Promise<Look> {
  const { client, cancellationSignal } = Context.current();
  const [seen, readings] = await Promise.all([
    adapters
      .platformOf(order.resource)
      .observe(cancellationSignal)
      .catch((error: unknown) => messageOf(error)),
    sampleAll(spec, adapters.sourcesOf(order.resource), cancellationSignal),
  ]);
  const nowMs = Date.now();
  if (typeof seen === 'string') {
    // Without the capacity nothing can be decided; the policies keep what they know.
    return { progress: { state, evaluation: before, problem: { message: seen, sinceMs: problem?.sinceMs ?? nowMs } } };
  }
  const { pause, override } = order;
  const input = { nowMs, readings, capacity: seen.capacity, status: seen.status, pause, override, state };
  const alone = evaluate(spec, { ...input, runTarget: null, lastChange: null });
  if (isQuiet(seen, alone.evaluation, state)) return { progress: { ...alone, problem: null } };

  const run = runFacts(await new RunReader(client).newest(order.resource));
  const informed = evaluate(spec, { ...input, ...run });
  const { target } = informed.evaluation;
  const isAsked = target === (run.runTarget ?? seen.capacity) || (order.limits.dryRun && target === order.lastAsked);
  return { progress: { ...informed, problem: null }, ...(!isAsked && { result: informed }) };
}

/** Then no scale run can matter, and the server need not be asked about one. */
function isQuiet(seen: Observation, { target }: Evaluation, state: AutoscaleState | null): boolean {
  return seen.status === 'ACTIVE' && seen.capacity === target && state?.capacity === seen.capacity;
}

function runFacts(run: RunView | undefined): { runTarget: number | null; lastChange: SentChange | null } {
  const status = run?.status;
  if (!run?.isOpen || !status) return { runTarget: null, lastChange: null };
  const isUnderWay = !['settled', 'cancelled', 'failed'].includes(status.phase);
  return {
    runTarget: isUnderWay ? status.targetCapacity : null,
    lastChange: status.lastChange,
  };
}

async function sampleAll(
  spec: AutoscaleSpec,
  sources: Readonly<Record<string, Source>>,
  signal: AbortSignal,
): Promise<Record<string, Reading>> {
  const sampled = spec.signals.map(async (name): Promise<[string, Reading]> => {
    const source = sources[name];
    if (!source) return [name, { failure: `this worker's configuration has no signal "${name}"` }];
    return [name, await source.sample(signal).catch((error: unknown) => ({ failure: messageOf(error) }))];
  });
  return Object.fromEntries(await Promise.all(sampled));
}

/**
 * What is newest of what the last watch returned with, what an earlier attempt of this one heartbeat, and, where a
 * message called the last one off, what that did: it stays pending, and goes on looking, until it hears of it.
 */
async function inherited({ last, atOnce }: WatchOrder): Promise<Pick<WatchProgress, 'state' | 'evaluation'>> {
  const { client, info } = Context.current();
  const heartbeats = [info.heartbeatDetails as WatchProgress | undefined];
  if (atOnce && info.workflowExecution) {
    const { workflowId, runId } = info.workflowExecution;
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    for (const { activityId, heartbeatDetails } of raw.pendingActivities ?? []) {
      const [payload] = heartbeatDetails?.payloads ?? [];
      if (activityId !== info.activityId && payload) heartbeats.push(defaultPayloadConverter.fromPayload(payload));
    }
  }
  let newest: Pick<WatchProgress, 'state' | 'evaluation'> = last ?? { state: null, evaluation: null };
  for (const heartbeat of heartbeats) {
    if (heartbeat?.state && heartbeat.state.evaluatedAtMs >= (newest.state?.evaluatedAtMs ?? -Infinity))
      newest = heartbeat;
  }
  return { state: newest.state, evaluation: newest.evaluation };
}

function untilNextLookMs({ settings: { intervalMs } }: WatchOrder, state: AutoscaleState | null): number {
  const sinceMs = Date.now() - (state?.evaluatedAtMs ?? -Infinity);
  return Math.min(intervalMs, Math.max(0, intervalMs - sinceMs));
}

async function beatingMeanwhile<T>(progress: WatchProgress, work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const ticker = setInterval(() => context.heartbeat(progress), heartbeatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
