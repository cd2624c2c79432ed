/** Looking at a resource until there is something to say: one activity polls, so that waiting costs no history. */
import type { Observation } from '../src/domain/capacity.js';
import { judge } from '../src/domain/confirm.js';
import type { Confirmation, ConfirmOrder, ObserveOrder, Sighting } from '../src/domain/scale-orders.js';
import { type Platform, PlatformError } from '../src/platforms/platform.js';

/** The world around an activity: Temporal's in production, a virtual one under test. */
export interface Surroundings {
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
/** A missing resource or refused credentials are usually a mistake in a file; a few looks rule out a restart. */
const hopelessLooks = 3;
/** A dry run is watched by somebody who wants to know what would happen, and it changes nothing by giving up. */
const failedLooksOfDryRun = 3;

/** Waits until the resource is `ACTIVE` by an observation that is new enough. */
export async function lookUntilActive(platform: Platform, order: ObserveOrder, world: Surroundings): Promise<Sighting> {
  let firstSeenAtMs: number | undefined;
  const found = await poll<Sighting>(platform, order, world, 'looking', (observation) => {
    // A resource that could not be read for long is not one that shows nothing newer.
    firstSeenAtMs ??= world.now();
    if (observation.status === 'FAILED') {
      return { seen: 'failed', reason: `${order.resource} is FAILED`, observation };
    }
    const patienceIsOver = order.patienceMs !== null && world.now() - firstSeenAtMs >= order.patienceMs;
    const isFresh = observation.observedAtMs >= order.newerThanMs || patienceIsOver;
    return observation.status === 'ACTIVE' && isFresh ? { seen: 'active', observation } : undefined;
  });
  switch (found.end) {
    case 'found':
      return found.value;
    case 'hopeless':
      return { seen: 'failed', reason: found.reason };
    case 'timeout':
      return { seen: 'timeout', reason: found.reason, ...withObservation(found.observation) };
    case 'interrupted':
      return { seen: 'interrupted' };
  }
}

/** Waits until the platform shows what became of a change. */
export async function lookUntilConfirmed(
  platform: Platform,
  order: ConfirmOrder,
  world: Surroundings,
): Promise<Confirmation> {
  const found = await poll<Confirmation>(platform, order, world, 'confirming', (observation) =>
    judge(observation, order),
  );
  switch (found.end) {
    case 'found':
      return found.value;
    case 'hopeless':
      return { shown: 'failed', reason: found.reason };
    case 'timeout':
      return { shown: 'timeout', reason: found.reason, ...withObservation(found.observation) };
    case 'interrupted':
      return { shown: 'interrupted' };
  }
}

type Found<T> =
  | { end: 'found'; value: T }
  | { end: 'hopeless'; reason: string }
  /** With what was seen at the very end, if anything was. */
  | { end: 'timeout'; reason: string; observation: Observation | undefined }
  | { end: 'interrupted' };

/** First look at once, then with a growing pause up to the interval. A read that fails is one more reason to look again. */
async function poll<T>(
  platform: Platform,
  order: Pick<ObserveOrder, 'resource' | 'waitForActive' | 'dryRun'>,
  world: Surroundings,
  phase: LookProgress['phase'],
  verdict: (observation: Observation) => T | undefined,
): Promise<Found<T>> {
  const { timeoutMs, intervalMs } = order.waitForActive;
  const startedAtMs = world.now();
  let pauseMs = firstPauseMs;
  let hopeless = 0;
  let failed = 0;
  let observation: Observation | undefined;
  for (;;) {
    let lastError: PlatformError | undefined;
    try {
      observation = await platform.observe(world.stopped);
      const value = verdict(observation);
      if (value !== undefined) return { end: 'found', value };
      hopeless = 0;
      failed = 0;
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      lastError = error;
      hopeless = lastError.code === 'missing' || lastError.code === 'denied' ? hopeless + 1 : 0;
      if (hopeless >= hopelessLooks) return { end: 'hopeless', reason: lastError.message };
      failed += 1;
      if (order.dryRun === true && failed >= failedLooksOfDryRun) {
        return { end: 'hopeless', reason: `a dry run begins with the capacity there is: ${lastError.message}` };
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
    try {
      await world.sleep(Math.min(Math.max(pauseMs, lastError?.retryAfterMs ?? 0), intervalMs, timeoutMs - elapsedMs));
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
