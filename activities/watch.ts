/**
 * Watches a resource for hours: samples its sources side by side, runs its policies, and heartbeats what they remember.
 * Returns only when capacity should change, so that quiet time costs no history.
 */
import { Context, type Info } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { OpenRuns } from '../src/client/open-runs.js';
import { firstOf } from '../src/client/payloads.js';
import { RunReader, type RunView } from '../src/client/run-reader.js';
import { evaluate } from '../src/domain/autoscale/evaluate.js';
import type { Evaluation, EvaluationInput, Reading } from '../src/domain/autoscale/evaluation.js';
import { type RefusedRun, rememberRefusal } from '../src/domain/autoscale/refusal.js';
import { type AutoscaleSpec, compileAutoscale } from '../src/domain/autoscale/spec.js';
import type { AutoscaleState } from '../src/domain/autoscale/state.js';
import { countChanges, newTally } from '../src/domain/autoscale/tally.js';
import {
  autoscaleReason,
  notConfiguredType,
  type WatchOrder,
  type WatchProgress,
  type WatchResult,
} from '../src/domain/autoscale/watch.js';
import type { Observation } from '../src/domain/capacity.js';
import { takesChangesAtAnyTime } from '../src/domain/settings.js';
import type { Platform } from '../src/platforms/platform.js';
import { type Source, SourceError } from '../src/sources/source.js';
import { checkedSettings } from './configuration.js';
import { Interruption } from './interruption.js';

export interface WatchActivities {
  watch(order: WatchOrder): Promise<WatchResult>;
  /** What the watches of the run that asks have seen, by their heartbeats: for its successor, which finds none. */
  lastSeen(): Promise<WatchResult | null>;
}

export interface WatchDependencies {
  platformOf(resource: string): Platform;
  /** By the name of the signal. */
  sourcesOf(resource: string): Readonly<Record<string, Source>>;
  /** Whether this worker's configuration has it scale by itself. */
  isAutoscaled(resource: string): boolean;
  /** Told when the configuration has changed. @returns how to be told no more. */
  onReload(listener: () => void): () => void;
}

/** While a look takes long: a source may hang for its whole time-out. */
const heartbeatEveryMs = 5000;

export function watchActivities(dependencies: WatchDependencies, stopping: AbortSignal): WatchActivities {
  const openRuns = new OpenRuns();
  return {
    lastSeen: async () => {
      const { state, evaluation, tally } = newestOf(null, await heartbeatsOfThisRun());
      return state && evaluation && { state, evaluation, tally };
    },
    watch: async (order) => {
      const context = Context.current();
      const spec = compileAutoscale(checkedSettings(order.settings), order.limits);
      let progress: WatchProgress = { ...(await inherited(order)), problem: null };
      // So that there is something to explain until the first look.
      context.heartbeat(progress);
      const interruption = new Interruption(context, stopping);
      const check = () => {
        if (!dependencies.isAutoscaled(order.resource)) interruption.giveUp(notConfigured(order.resource));
      };
      check();
      const forget = dependencies.onReload(check);
      const isUrgent = order.atOnce || isOrphan(context.info);
      try {
        interruption.throwIfInterrupted();
        let pauseMs = isUrgent ? 0 : Math.min(untilNextLookMs(order, progress.state), untilEndMs(order));
        let lookedAtMs: number | null = null;
        for (;;) {
          if (pauseMs > 0) await interruption.sleep(pauseMs);
          const startedAtMs = performance.now();
          const parts = { ...dependencies, openRuns, lookedAtMs, signal: interruption.signal };
          const look = await beatingMeanwhile(progress, () => lookOnce(parts, order, spec, progress));
          // What was broken off is not what a platform or a source has failed with.
          interruption.throwIfInterrupted();
          const isFirst = lookedAtMs === null;
          lookedAtMs = startedAtMs;
          progress = look.progress;
          context.heartbeat(progress);
          if (look.result) return look.result;
          if (isUrgent && isFirst) await sendAtOnce(progress);
          pauseMs = Math.min(order.settings.intervalMs - (performance.now() - startedAtMs), untilEndMs(order));
        }
      } finally {
        // Sent along with a failure: a restart loses nothing.
        context.heartbeat(interruption.isHandOver ? { ...progress, isHandedOver: true } : progress);
        interruption.close();
        forget();
      }
    },
  };
}

/** For other workers of the task queue, whose configuration may know it. */
function notConfigured(resource: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: notConfiguredType,
    message: `the configuration of this worker does not have ${resource} scale by itself`,
    category: ApplicationFailureCategory.BENIGN,
    // For as long as nobody knows it: a configuration that does may come at any time.
    nextRetryDelay: '5 seconds',
  });
}

/** An earlier attempt had no time to say goodbye: what it saw after its last heartbeat that was sent is lost. */
function isOrphan({ attempt, heartbeatDetails }: Info): boolean {
  return attempt > 1 && (heartbeatDetails as WatchProgress | undefined)?.isHandedOver !== true;
}

interface LookParts extends WatchDependencies {
  readonly openRuns: OpenRuns;
  /** When this watch looked last, by `performance.now()`; null: this is its first look. */
  readonly lookedAtMs: number | null;
  /** Aborts when the watch is to end. */
  readonly signal: AbortSignal;
}

interface Look {
  readonly progress: WatchProgress;
  /** Present when capacity should change. */
  readonly result?: WatchResult;
}

async function lookOnce(
  { openRuns, lookedAtMs, signal, ...adapters }: LookParts,
  order: WatchOrder,
  spec: AutoscaleSpec,
  { state, problem, evaluation: before, tally = newTally(Date.now()) }: WatchProgress,
): Promise<Look> {
  const { client } = Context.current();
  const [seen, readings] = await Promise.all([
    adapters
      .platformOf(order.resource)
      .observe(signal)
      .catch((error: unknown) => messageOf(error)),
    sampleAll(spec, adapters.sourcesOf(order.resource), signal),
  ]);
  const nowMs = Date.now();
  if (typeof seen === 'string') {
    // Without the capacity nothing can be decided; the policies keep what they know.
    return {
      progress: { state, evaluation: before, tally, problem: { message: seen, sinceMs: problem?.sinceMs ?? nowMs } },
    };
  }
  const { pause, override } = order;
  const refusalBefore = state?.refusal ?? null;
  const { capacity, status, ready, holdsScaleIn } = seen;
  const input = { nowMs, readings, capacity, ready, status, holdsScaleIn, pause, override, state };
  const alone = evaluate(spec, { ...input, refusal: refusalBefore, run: null, lastChange: null });
  // Most looks end here. A run that is open may be on its way elsewhere, sent by an older look or by somebody else.
  const quietSinceMs = isQuiet(spec, seen, alone.evaluation, state) ? lookedAtMs : null;
  if (quietSinceMs !== null && !(await openRuns.mayInclude(order.resource, client, quietSinceMs))) {
    return { progress: { ...alone, tally, problem: null } };
  }
  const run = await new RunReader(client).newest(order.resource);
  const facts = runFacts(run);
  const refusal = rememberRefusal(refusalBefore, refusedRun(run), { nowMs, capacity });
  const counted = run?.status ? countChanges(tally, run.status) : tally;
  const informed = { ...evaluate(spec, { ...input, ...facts, refusal }), tally: counted };
  const { target } = informed.evaluation;
  const isAsked = target === (facts.run?.target ?? capacity) || (order.limits.dryRun && target === order.lastAsked);
  const progress = { ...informed, problem: null };
  const wrongDirection = wrongDirectionOf(run, order);
  if (wrongDirection) return { progress, result: { ...informed, wrongDirection } };
  return { progress, ...(!isAsked && { result: informed }) };
}

/** Nothing to do for the policies, and nothing has moved since the last look. */
function isQuiet(
  { limits }: AutoscaleSpec,
  { status, capacity }: Observation,
  { target }: Evaluation,
  state: AutoscaleState | null,
): boolean {
  return (status === 'ACTIVE' || takesChangesAtAnyTime(limits)) && capacity === target && state?.capacity === capacity;
}

function runFacts(run: RunView | undefined): Pick<EvaluationInput, 'run' | 'lastChange'> {
  if (!run?.status) return { run: null, lastChange: null };
  // A run that is over has left when it changed something last: rates and cooldowns count from then.
  const { phase, targetCapacity: target, reason, lastChange } = run.status;
  const isUnderWay = run.isOpen && !['settled', 'cancelled', 'failed'].includes(phase);
  const isOwn = reason?.startsWith(autoscaleReason) ?? false;
  return { run: isUnderWay && target !== null ? { target, isOwn } : null, lastChange };
}

/** Once for each run: who resumes the autoscaler has looked at it. */
function wrongDirectionOf(run: RunView | undefined, { heededRun }: WatchOrder): WatchResult['wrongDirection'] {
  if (run?.status?.failure !== 'WrongDirection' || run.runId === heededRun) return undefined;
  return { runId: run.runId, reason: run.status.lastError ?? 'capacity moved the wrong way' };
}

/** A run that has failed because the platform refused its changes; it may still be open, until it has cooled down. */
function refusedRun(run: RunView | undefined): RefusedRun | null {
  if (run?.status?.failure !== 'ChangeFailed') return null;
  const { refused } = run.status;
  return refused ? { runId: run.runId, refused } : null;
}

async function sampleAll(
  spec: AutoscaleSpec,
  sources: Readonly<Record<string, Source>>,
  signal: AbortSignal,
): Promise<Record<string, Reading>> {
  const sampled = spec.signals.map(async (name): Promise<[string, Reading]> => {
    const source = sources[name];
    if (!source) return [name, { failure: `this worker's configuration has no signal "${name}"` }];
    return [name, await source.sample(signal).catch(failureOf)];
  });
  return Object.fromEntries(await Promise.all(sampled));
}

function failureOf(error: unknown): Reading {
  const hint = error instanceof SourceError ? error.hint : undefined;
  return { failure: messageOf(error), ...(hint !== undefined && { hint }) };
}

/**
 * What is newest of what the last watch returned with, what an earlier attempt of this one heartbeat, and, where a
 * message called the last one off, what that did: it stays pending, and goes on looking, until it hears of it.
 */
async function inherited({ last, atOnce }: WatchOrder): Promise<Remembered> {
  const own = Context.current().info.heartbeatDetails as WatchProgress | undefined;
  return newestOf(last, [own, ...(atOnce ? await heartbeatsOfThisRun() : [])]);
}

type Remembered = Pick<WatchProgress, 'state' | 'evaluation' | 'tally'>;

function newestOf(last: Remembered | null, heartbeats: readonly (WatchProgress | undefined)[]): Remembered {
  let newest: Remembered = last ?? { state: null, evaluation: null };
  for (const heartbeat of heartbeats) {
    if (heartbeat?.state && heartbeat.state.evaluatedAtMs >= (newest.state?.evaluatedAtMs ?? -Infinity))
      newest = heartbeat;
  }
  return { state: newest.state, evaluation: newest.evaluation, tally: newest.tally };
}

/** Of the other activities that are pending. */
async function heartbeatsOfThisRun(): Promise<(WatchProgress | undefined)[]> {
  const { client, info } = Context.current();
  if (!info.workflowExecution) return [];
  const { workflowId, runId } = info.workflowExecution;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const others = (raw.pendingActivities ?? []).filter(({ activityId }) => activityId !== info.activityId);
  return others.map(({ heartbeatDetails }) => firstOf(heartbeatDetails?.payloads) as WatchProgress | undefined);
}

function untilNextLookMs({ settings: { intervalMs } }: WatchOrder, state: AutoscaleState | null): number {
  const sinceMs = Date.now() - (state?.evaluatedAtMs ?? -Infinity);
  return Math.min(intervalMs, Math.max(0, intervalMs - sinceMs));
}

/** The end of a pause or an override is a reason to look, however long the interval is. */
function untilEndMs({ pause, override }: WatchOrder): number {
  const nowMs = Date.now();
  const endsMs = [pause, override].map((word) => word?.untilMs ?? null).filter((atMs) => atMs !== null);
  return Math.min(Infinity, ...endsMs.filter((atMs) => atMs > nowMs).map((atMs) => atMs - nowMs));
}

/** The SDK holds back a heartbeat that comes soon after another one; somebody waits for what this one says. */
async function sendAtOnce(progress: WatchProgress): Promise<void> {
  const { client, info } = Context.current();
  // Where it cannot be sent, or nobody wants it any more, the heartbeat that follows notices.
  await client.activity.heartbeat(info.taskToken, progress).catch(() => undefined);
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
