/**
 * Watches a resource for hours: looks every interval, and heartbeats what its policies remember. Returns only when
 * capacity should change, so that quiet time costs no history.
 */
import { Context, type Info } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { OpenRuns } from '../../src/client/scale/open-runs.js';
import { type AutoscaleSpec, compileAutoscale } from '../../src/domain/autoscale/spec.js';
import type { AutoscaleState } from '../../src/domain/autoscale/state.js';
import {
  notConfiguredType,
  type WatchOrder,
  type WatchProgress,
  type WatchResult,
} from '../../src/domain/autoscale/watch.js';
import { checkedSettings } from '../configuration.js';
import { Interruption } from '../interruption.js';
import { type LookDependencies, look } from './look.js';
import { inherited, seenInThisRun } from './memory.js';

export interface WatchActivities {
  watch(order: WatchOrder): Promise<WatchResult>;
  /** What the watches of the run that asks have seen, by their heartbeats: for its successor, which finds none. */
  lastSeen(): Promise<WatchResult | null>;
}

export interface WatchDependencies extends LookDependencies {
  /** Whether this worker's configuration has it scale by itself. */
  isAutoscaled(resource: string): boolean;
  /** Told when the configuration has changed. @returns how to be told no more. */
  onReload(listener: () => void): () => void;
}

/** While a look takes long: a source may hang for its whole time-out. */
const heartbeatDuringLookMs = 5000;

/** A watch of this process. */
interface Watching {
  readonly order: WatchOrder;
  readonly spec: AutoscaleSpec;
  readonly interruption: Interruption;
  progress: WatchProgress;
}

export function watchActivities(dependencies: WatchDependencies, stopping: AbortSignal): WatchActivities {
  const openRuns = new OpenRuns();
  /** By the workflow that they are of. */
  const present = new Map<string, Watching>();
  return {
    lastSeen: seenInThisRun,
    watch: async (order) => {
      const context = Context.current();
      const workflowId = context.info.workflowExecution?.workflowId ?? '';
      const spec = compileAutoscale(checkedSettings(order.settings), order.limits);
      const before = present.get(workflowId);
      // It was called off, and would only hear of it with its next heartbeat.
      before?.interruption.giveUp(new Superseded());
      const progress: WatchProgress = { ...(await inherited(order, before?.progress)), problem: null };
      // So that there is something to explain until the first look.
      context.heartbeat(progress);
      const interruption = new Interruption(context, stopping);
      const watching: Watching = { order, spec, interruption, progress };
      present.set(workflowId, watching);
      const check = () => {
        if (!dependencies.isAutoscaled(order.resource)) interruption.giveUp(notConfigured(order.resource));
      };
      check();
      const forget = dependencies.onReload(check);
      try {
        return await keepLooking(watching, { ...dependencies, openRuns });
      } catch (error) {
        if (error instanceof Superseded) return await waitForTheEnd(watching.progress, stopping);
        throw error;
      } finally {
        // Sent along with a failure: a restart loses nothing.
        context.heartbeat({ ...watching.progress, ...(interruption.isHandOver && { isHandedOver: true }) });
        interruption.close();
        forget();
        if (present.get(workflowId) === watching) present.delete(workflowId);
      }
    },
  };
}

/** Until there is something to do. */
async function keepLooking(
  watching: Watching,
  parts: LookDependencies & { readonly openRuns: OpenRuns },
): Promise<WatchResult> {
  const context = Context.current();
  const { order, spec, interruption } = watching;
  interruption.throwIfInterrupted();
  const isUrgent = order.atOnce || isOrphan(context.info);
  let pauseMs = isUrgent ? 0 : Math.min(untilNextLookMs(order, watching.progress.state), untilEndMs(order));
  let lookedAtMs: number | null = null;
  for (;;) {
    if (pauseMs > 0) await interruption.sleep(pauseMs);
    const startedAtMs = performance.now();
    const { progress } = watching;
    const seen = await beatingMeanwhile(progress, () =>
      look({ ...parts, lookedAtMs, signal: interruption.signal }, order, spec, progress),
    );
    // What was broken off is not what a platform or a source has failed with.
    interruption.throwIfInterrupted();
    watching.progress = seen.progress;
    context.heartbeat(seen.progress);
    if (seen.result) return seen.result;
    if (isUrgent && lookedAtMs === null) await sendAtOnce(seen.progress);
    lookedAtMs = startedAtMs;
    pauseMs = Math.min(order.settings.intervalMs - (performance.now() - startedAtMs), untilEndMs(order));
  }
}

/** Nobody wants its result; nor is its end a failure. */
async function waitForTheEnd(progress: WatchProgress, stopping: AbortSignal): Promise<never> {
  const context = Context.current();
  const interruption = new Interruption(context, stopping);
  try {
    for (;;) {
      context.heartbeat(progress);
      await interruption.sleep(heartbeatDuringLookMs);
    }
  } finally {
    interruption.close();
  }
}

/** Another watch of this process has taken its place. */
class Superseded extends Error {}

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
  const ticker = setInterval(() => context.heartbeat(progress), heartbeatDuringLookMs);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}
