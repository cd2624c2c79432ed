/** Looking at a resource until there is something to say: one activity polls, so that waiting costs no history. */
import type { Observation } from '../src/domain/scale/capacity.js';
import { confirmationOf } from '../src/domain/scale/confirm.js';
import type { Confirmation, ConfirmOrder, ObserveOrder, ObserveResult } from '../src/domain/scale/orders.js';
import { takesChangesAtAnyTime } from '../src/domain/scale/settings.js';
import { type Platform, PlatformError } from '../src/adapters/platforms/platform.js';

/** The world around an activity: Temporal's in production, a virtual one under test. */
export interface PollWorld {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects when the activity is cancelled or its worker shuts down. */
  sleep(ms: number): Promise<void>;
  /** Aborts on the same occasions. */
  readonly stopped: AbortSignal;
  /** Shown in the Temporal Web UI while the activity is pending. `elapsedMs` survives a worker's death. */
  report(progress: LookProgress): void;
  /** What an earlier attempt of this activity, on a worker that died, had spent of the time-out. */
  readonly elapsedBeforeMs: number;
}

export interface LookProgress {
  readonly phase: 'looking' | 'confirming' | 'sending';
  readonly elapsedMs: number;
  readonly observation?: Observation;
  readonly lastError?: string;
}

const firstPauseMs = 250;
const pauseGrowth = 1.6;
/** What a platform answers is asked again so soon, however long the wait: readiness is then noticed within this time. */
const longestPauseMs = 2000;
/**
 * A missing resource or refused credentials are usually a mistake in a file. They must last for this long, so that a
 * restart of the platform or a token that is being renewed fails nothing; half the timeout where that is shorter.
 */
const longestRefusalMs = 30_000;
/** A dry run is watched by somebody who wants to know what would happen, and it changes nothing by giving up. */
const failedLooksOfDryRun = 3;

/**
 * Waits for an observation that a change may start from: new enough, and `ACTIVE` where the platform takes changes only
 * then. Elsewhere readiness is waited for only where the order says so, and no longer than it says.
 */
export async function lookUntilActive(
  platform: Platform,
  order: ObserveOrder,
  world: PollWorld,
): Promise<ObserveResult> {
  let firstSeenAtMs: number | undefined;
  const found = await poll<ObserveResult>(platform, order, world, 'looking', (observation) => {
    // A resource that could not be read for long is not one that shows nothing newer.
    firstSeenAtMs ??= world.now();
    if (observation.status === 'FAILED') {
      return { seen: 'failed', reason: `${order.resource} is FAILED`, observation };
    }
    const patienceIsOver = order.patienceMs !== null && world.now() - firstSeenAtMs >= order.patienceMs;
    const isFresh = observation.observedAtMs >= order.newerThanMs || patienceIsOver;
    return isFresh && mayStartFrom(observation, order, world.now()) ? { seen: 'active', observation } : undefined;
  });
  switch (found.end) {
    case 'found':
      return found.value;
    case 'refused':
      return { seen: 'failed', reason: found.reason };
    case 'timeout':
      return { seen: 'timeout', reason: found.reason, ...withObservation(found.observation) };
    case 'interrupted':
      return { seen: 'interrupted' };
  }
}

function mayStartFrom({ status, capacity }: Observation, order: ObserveOrder, nowMs: number): boolean {
  if (status === 'ACTIVE') return true;
  if (!takesChangesAtAnyTime(order)) return false;
  const { awaitReady } = order;
  return !awaitReady || capacity !== awaitReady.capacity || nowMs >= awaitReady.untilMs;
}

/** Waits until the platform shows what became of a change. A refused read does not end this wait: the change was sent. */
export async function lookUntilConfirmed(
  platform: Platform,
  order: ConfirmOrder,
  world: PollWorld,
): Promise<Confirmation> {
  const found = await poll<Confirmation>(platform, order, world, 'confirming', (observation) =>
    confirmationOf(observation, order),
  );
  switch (found.end) {
    case 'found':
      return found.value;
    case 'refused':
    case 'timeout':
      return { shown: 'timeout', reason: found.reason, ...withObservation(found.observation) };
    case 'interrupted':
      return { shown: 'interrupted' };
  }
}

type Found<T> =
  | { end: 'found'; value: T }
  /** The platform has refused every read for as long as that is worth waiting for. */
  | { end: 'refused'; reason: string; observation: undefined }
  /** With what was seen at the very end, if anything was. */
  | { end: 'timeout'; reason: string; observation: Observation | undefined }
  | { end: 'interrupted' };

/**
 * First look at once, then with a growing pause: up to 2 s after an answer, up to the interval after a read that failed.
 */
async function poll<T>(
  platform: Platform,
  order: Pick<ObserveOrder, 'resource' | 'waitForActive' | 'dryRun'>,
  world: PollWorld,
  phase: LookProgress['phase'],
  verdict: (observation: Observation) => T | undefined,
): Promise<Found<T>> {
  const { timeoutMs, intervalMs } = order.waitForActive;
  const startedAtMs = world.now();
  const refusedForMs = phase === 'confirming' ? Infinity : Math.min(longestRefusalMs, timeoutMs / 2);
  let pauseMs = firstPauseMs;
  let refusedSinceMs: number | undefined;
  let failed = 0;
  let observation: Observation | undefined;
  for (;;) {
    let lastError: PlatformError | undefined;
    try {
      observation = await platform.observe(world.stopped);
      const value = verdict(observation);
      if (value !== undefined) return { end: 'found', value };
      refusedSinceMs = undefined;
      failed = 0;
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      lastError = error;
      const isRefusal = error.code === 'missing' || error.code === 'denied';
      refusedSinceMs = isRefusal ? (refusedSinceMs ?? world.now()) : undefined;
      if (refusedSinceMs !== undefined && world.now() - refusedSinceMs >= refusedForMs)
        return { end: 'refused', reason: error.message, observation: undefined };
      failed += 1;
      if (order.dryRun === true && failed >= failedLooksOfDryRun) {
        const reason = `a dry run begins with the capacity there is: ${lastError.message}`;
        return { end: 'refused', reason, observation: undefined };
      }
    }
    if (world.stopped.aborted) return { end: 'interrupted' };
    const elapsedMs = world.elapsedBeforeMs + world.now() - startedAtMs;
    world.report({
      phase,
      elapsedMs,
      ...withObservation(observation),
      ...(lastError && { lastError: lastError.message }),
    });
    if (elapsedMs >= timeoutMs) {
      const reason = whyNothing(order.resource, timeoutMs, observation, lastError);
      return { end: 'timeout', reason, observation: lastError ? undefined : observation };
    }
    const longestMs = lastError ? intervalMs : Math.min(intervalMs, longestPauseMs);
    try {
      await world.sleep(Math.min(Math.max(pauseMs, lastError?.retryAfterMs ?? 0), longestMs, timeoutMs - elapsedMs));
    } catch {
      return { end: 'interrupted' };
    }
    pauseMs *= pauseGrowth;
  }
}

function whyNothing(
  resource: string,
  timeoutMs: number,
  observation: Observation | undefined,
  lastError: PlatformError | undefined,
): string {
  const waited = `after ${timeoutMs / 1000} s`;
  if (lastError) return `${resource} could not be read ${waited}: ${lastError.message}`;
  if (!observation) return `${resource} was not seen ${waited}`;
  const { status, capacity, observedAtMs } = observation;
  return `${resource} is ${status} at ${capacity} ${waited}, last observed at ${new Date(observedAtMs).toISOString()}`;
}

function withObservation(observation: Observation | undefined): { observation?: Observation } {
  return observation ? { observation } : {};
}
