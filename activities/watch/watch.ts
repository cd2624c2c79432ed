/**
 * Watches a resource for hours: looks once per interval and after each push of a source, and heartbeats the state of the policies. Returns only when
 * capacity should change, so that watching adds no history events.
 */
import { Context, type Info, log } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { OpenRuns } from '../../src/client/scale/open-runs.js';
import { type AutoscaleSpec, compileAutoscale } from '../../src/domain/autoscale/spec.js';
import type { LimitName } from '../../src/domain/autoscale/evaluation.js';
import { withLook } from '../../src/domain/autoscale/look-ring.js';
import { policiesInFallback } from '../../src/domain/autoscale/fallback.js';
import type { AutoscaleSettings } from '../../src/domain/autoscale/settings.js';
import type { AutoscaleState } from '../../src/domain/autoscale/state.js';
import {
  notConfiguredType,
  type WatchOrder,
  type WatchProgress,
  type WatchResult,
} from '../../src/domain/autoscale/watch.js';
import { metricFamilies } from '../../src/domain/metrics.js';
import { checkedSettings } from '../configuration.js';
import type { EventDependencies } from '../events.js';
import { Interruption } from '../interruption.js';
import { type Look, type LookDependencies, look } from './look.js';
import { inherited, seenInThisRun } from './memory.js';
import { Pushes } from './pushes.js';
import { tellOfFallback } from './tell.js';

export interface WatchActivities {
  watch(order: WatchOrder): Promise<WatchResult>;
  /**
   * The newest state in the heartbeats of the watches of the calling run. A run that continues as new passes it on,
   * because the new run cannot read those heartbeats.
   */
  lastSeen(): Promise<WatchResult | null>;
}

export interface WatchDependencies extends LookDependencies {
  /** Whether the configuration of this worker autoscales the resource. */
  isAutoscaled(resource: string): boolean;
  /** Calls `listener` after each reload of the configuration. @returns a function that unsubscribes. */
  onReload(listener: () => void): () => void;
  /**
   * Calls `listener` when the server of a source of the resource pushes. Absent: no source pushes.
   * @returns a function that unsubscribes.
   */
  onPush?(resource: string, listener: () => void): () => void;
  /** The watches that run in this process, by the ID of the workflow that started them. They add themselves. */
  readonly watches?: Map<string, Watching>;
  /** Absent: looks are not traced. */
  readonly traceLook?: TraceLook;
}

/** Makes a look, and a trace of it when it ends in a decision. Never fails for a reason of its own. */
export type TraceLook = (of: TracedLook, work: () => Promise<Look>) => Promise<Look>;

interface TracedLook {
  readonly resource: string;
  /** The run of the autoscaler. */
  readonly runId: string;
}

/** A heartbeat during a slow look: a source may take its whole timeout. */
const heartbeatDuringReadMs = 5000;

/** A watch that runs in this process. */
export interface Watching {
  readonly order: WatchOrder;
  readonly spec: AutoscaleSpec;
  readonly interruption: Interruption;
  progress: WatchProgress;
}

export function watchActivities(
  dependencies: WatchDependencies,
  stopping: AbortSignal,
  receivers: EventDependencies,
): WatchActivities {
  const openRuns = new OpenRuns();
  const { watches: present = new Map<string, Watching>() } = dependencies;
  return {
    lastSeen: seenInThisRun,
    watch: async (order) => {
      const context = Context.current();
      const workflowId = context.info.workflowExecution?.workflowId ?? '';
      const spec = compileAutoscale(checkedSettings(order.settings), order.limits);
      const before = present.get(workflowId);
      // The workflow cancelled the previous watch, which would otherwise learn of it only with its next heartbeat.
      before?.interruption.giveUp(new Superseded());
      const progress: WatchProgress = { ...(await inherited(order, before?.progress)), problem: null };
      // The status can then explain something before the first look.
      context.heartbeat(progress);
      const interruption = new Interruption(context, stopping);
      const watching: Watching = { order, spec, interruption, progress };
      present.set(workflowId, watching);
      const check = () => {
        if (!dependencies.isAutoscaled(order.resource)) interruption.giveUp(notConfigured(order.resource));
      };
      check();
      const forget = dependencies.onReload(check);
      const pushes = new Pushes();
      const unsubscribe = dependencies.onPush?.(order.resource, pushes.notify);
      try {
        return await observeUntilEnd(watching, { ...dependencies, openRuns, receivers, pushes });
      } catch (error) {
        if (error instanceof Superseded) return await waitForTheEnd(watching.progress, stopping);
        throw error;
      } finally {
        // Sent with a failure, so that a restart loses no state.
        context.heartbeat({ ...watching.progress, ...(interruption.isHandOver && { isHandedOver: true }) });
        interruption.close();
        forget();
        unsubscribe?.();
        if (present.get(workflowId) === watching) present.delete(workflowId);
      }
    },
  };
}

interface LookParts extends LookDependencies, Pick<WatchDependencies, 'traceLook'> {
  readonly openRuns: OpenRuns;
  readonly receivers: EventDependencies;
  readonly pushes: Pushes;
}

const untraced: TraceLook = (_, work) => work();

/** Returns when capacity should change. */
async function observeUntilEnd(
  watching: Watching,
  { traceLook = untraced, receivers, pushes, ...parts }: LookParts,
): Promise<WatchResult> {
  const context = Context.current();
  const { order, spec, interruption } = watching;
  const { name, help } = metricFamilies.evaluationDuration;
  const duration = context.metricMeter.createHistogram(name, 'float', 's', help);
  const traced = { resource: order.resource, runId: context.info.workflowExecution?.runId ?? '' };
  interruption.throwIfInterrupted();
  const isUrgent = order.atOnce || isOrphan(context.info);
  let pauseMs = isUrgent ? 0 : Math.min(untilNextLookMs(order, watching.progress.state), untilEndMs(order));
  let lookedAtMs: number | null = null;
  for (;;) {
    await pushes.pause(interruption, pauseMs, () => performance.now() - (lookedAtMs ?? -Infinity));
    const startedAtMs = performance.now();
    const { progress } = watching;
    const lookContext = { ...parts, lookedAtMs, signal: interruption.signal };
    const seen = await beatingMeanwhile(progress, () =>
      traceLook(traced, () => look(lookContext, order, spec, progress)),
    );
    // An interrupted look is not reported as a failure of the platform or a source.
    interruption.throwIfInterrupted();
    duration.record((performance.now() - startedAtMs) / 1000);
    logLook(order, progress, seen.progress);
    // A change does not wait for an event: the next watch sends it.
    const told = seen.result ? progress.told : await tellOfFallback(order, seen.progress, progress.told, receivers);
    const remembered = { ring: ringAfter(progress, seen.progress, order), ...(told && { told }) };
    watching.progress = { ...seen.progress, ...remembered };
    context.heartbeat(watching.progress);
    if (seen.result) return { ...seen.result, ...remembered };
    if (isUrgent && lookedAtMs === null) await sendAtOnce(watching.progress);
    lookedAtMs = startedAtMs;
    pauseMs = Math.min(order.settings.intervalMs - (performance.now() - startedAtMs), untilEndMs(order));
  }
}

/** A look that could not read the capacity has no evaluation of its own, and leaves a gap. */
function ringAfter(
  { ring, evaluation: before }: WatchProgress,
  { evaluation }: WatchProgress,
  { settings }: WatchOrder,
) {
  return evaluation === null || evaluation === before ? ring : withLook(ring, evaluation, settings.intervalMs);
}

/** Every evaluation at debug level; in addition one line when a limit that a person should know about begins or ends. */
function logLook({ resource, settings }: WatchOrder, before: WatchProgress, now: WatchProgress): void {
  const { evaluation } = now;
  if (evaluation === null || evaluation === before.evaluation) return;
  const { capacity, target, reason, limitedBy } = evaluation;
  const fields = { resource, capacity, target, reason };
  const samples = Object.fromEntries(evaluation.samples.map(({ signal, value }) => [signal, value]));
  log.debug(`${resource}: evaluated, target ${target}`, { ...fields, limitedBy, samples });
  for (const { isIn, begins, ends } of conditions) {
    const [was, is] = [isIn(before, settings), isIn(now, settings)];
    if (is && !was) log.warn(`${resource}: ${begins}`, fields);
    if (was && !is) log.info(`${resource}: ${ends}`, fields);
  }
}

interface Condition {
  readonly isIn: (progress: WatchProgress, settings: AutoscaleSettings) => boolean;
  readonly begins: string;
  readonly ends: string;
}

const isLimitedBy =
  (limit: LimitName) =>
  ({ evaluation }: WatchProgress): boolean =>
    evaluation?.limitedBy.includes(limit) ?? false;

const conditions: readonly Condition[] = [
  {
    isIn: ({ state }, settings) => policiesInFallback(settings, state).length > 0,
    begins: 'the fallback is in force',
    ends: 'the fallback is no longer in force',
  },
  {
    isIn: isLimitedBy('noData'),
    begins: 'signals have no data, so that scaling in is blocked',
    ends: 'missing data no longer blocks scaling in',
  },
  {
    isIn: isLimitedBy('refused'),
    begins: 'the platform refused a change, which is not requested again for a while',
    ends: 'the refused change may be requested again',
  },
];

/** The workflow ignores the result of a superseded watch, so it must neither return nor fail. */
async function waitForTheEnd(progress: WatchProgress, stopping: AbortSignal): Promise<never> {
  const context = Context.current();
  const interruption = new Interruption(context, stopping);
  try {
    for (;;) {
      context.heartbeat(progress);
      await interruption.sleep(heartbeatDuringReadMs);
    }
  } finally {
    interruption.close();
  }
}

/** Another watch in this process has replaced this one. */
class Superseded extends Error {}

/** Retried, because the configuration of another worker on the task queue may contain the resource. */
function notConfigured(resource: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: notConfiguredType,
    message: `the configuration of this worker does not autoscale ${resource}`,
    category: ApplicationFailureCategory.BENIGN,
    // The retry interval until a worker has a configuration with the resource, which may happen at any time.
    nextRetryDelay: '5 seconds',
  });
}

/**
 * The worker of an earlier attempt died without a final heartbeat: state newer than the last heartbeat that was sent is
 * lost.
 */
function isOrphan({ attempt, heartbeatDetails }: Info): boolean {
  return attempt > 1 && (heartbeatDetails as WatchProgress | undefined)?.isHandedOver !== true;
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

/** The SDK delays a heartbeat that follows another one closely. Callers wait for this one. */
async function sendAtOnce(progress: WatchProgress): Promise<void> {
  const { client, info } = Context.current();
  // When this heartbeat cannot be sent or the activity is no longer wanted, the next heartbeat reports it.
  await client.activity.heartbeat(info.taskToken, progress).catch(() => undefined);
}

async function beatingMeanwhile<T>(progress: WatchProgress, work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const ticker = setInterval(() => context.heartbeat(progress), heartbeatDuringReadMs);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}
