/** Polls a resource until there is a result. One activity polls, so that waiting adds no history events. */
import type { Observation } from '../src/domain/scale/capacity.js';
import { confirmationOf } from '../src/domain/scale/confirm.js';
import type { Confirmation, ConfirmOrder, ObserveOrder, ObserveResult } from '../src/domain/scale/orders.js';
import { takesChangesAtAnyTime } from '../src/domain/scale/settings.js';
import { AdapterError } from '../src/adapters/net/errors.js';
import type { Platform } from '../src/adapters/platforms/platform.js';

/** What an activity needs from outside: Temporal in production, a virtual world in tests. */
export interface PollWorld {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects when the activity is cancelled or its worker shuts down. */
  sleep(ms: number): Promise<void>;
  /** Aborts when the activity is cancelled or its worker shuts down. */
  readonly stopped: AbortSignal;
  /** Shown in the Temporal Web UI while the activity is pending. `elapsedMs` survives the death of a worker. */
  report(progress: LookProgress): void;
  /** How much of the timeout an earlier attempt of this activity used before its worker died. */
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
/** The longest pause after a successful read, whatever the interval: readiness is noticed within this time. */
const longestPauseMs = 2000;
/**
 * How long a missing resource or refused credentials must last before the read fails. Both usually mean a mistake in a
 * file, but a restarting platform or a token that is being renewed must not fail a run. Half the timeout where that is
 * shorter.
 */
const longestRefusalMs = 30_000;
/** Fewer for a dry run: a person waits for its result, and a failed dry run has changed nothing. */
const failedLooksOfDryRun = 3;

/**
 * Waits for an observation that a change may start from: recent enough, and `ACTIVE` where the platform accepts changes
 * only in that state. On other platforms it waits for readiness only when the order asks for it, and only until the
 * time that the order states.
 */
export async function lookUntilActive(
  platform: Platform,
  order: ObserveOrder,
  world: PollWorld,
): Promise<ObserveResult> {
  let firstSeenAtMs: number | undefined;
  const found = await poll<ObserveResult>(platform, order, world, 'looking', (observation) => {
    // The patience starts with the first successful read: time in which the resource could not be read does not count.
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

/**
 * Waits until the platform shows the effect of a change. A refused read does not end this wait, because the change was
 * sent.
 */
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
  /** The platform has refused every read for `longestRefusalMs`, or for half the timeout. */
  | { end: 'refused'; reason: string; observation: undefined }
  /** With the last observation, if the last read succeeded. */
  | { end: 'timeout'; reason: string; observation: Observation | undefined }
  | { end: 'interrupted' };

/**
 * Reads at once, then after a growing pause: up to 2 s after a successful read, up to the interval after a failed one.
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
    let lastError: AdapterError | undefined;
    try {
      observation = await platform.observe(world.stopped);
      const value = verdict(observation);
      if (value !== undefined) return { end: 'found', value };
      refusedSinceMs = undefined;
      failed = 0;
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error;
      lastError = error;
      const isRefusal = error.code === 'missing' || error.code === 'denied';
      refusedSinceMs = isRefusal ? (refusedSinceMs ?? world.now()) : undefined;
      if (refusedSinceMs !== undefined && world.now() - refusedSinceMs >= refusedForMs)
        return { end: 'refused', reason: error.message, observation: undefined };
      failed += 1;
      if (order.dryRun === true && failed >= failedLooksOfDryRun) {
        const reason = `a dry run starts from the current capacity: ${lastError.message}`;
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
  lastError: AdapterError | undefined,
): string {
  const waited = `after ${timeoutMs / 1000} s`;
  if (lastError) return `${resource} could not be read ${waited}: ${lastError.message}`;
  if (!observation) return `${resource} was not observed ${waited}`;
  const { status, capacity, observedAtMs } = observation;
  return `${resource} is ${status} at ${capacity} ${waited}, last observed at ${new Date(observedAtMs).toISOString()}`;
}

function withObservation(observation: Observation | undefined): { observation?: Observation } {
  return observation ? { observation } : {};
}
