/**
 * The increase of a counter per second, between its last two samples. As in Prometheus, a sample that is smaller than
 * the previous one means that the counter was reset to zero: its value is the increase since the reset.
 *
 * 120 at 12:00:00 and 150 at 12:00:15 are 2 a second; 10 at 12:00:30, after a restart, are 0.67.
 */

/**
 * After more intervals than this without a sample, what happened in between is not known. Other modules use the same
 * rule.
 */
const intervalsWithoutWatch = 3;

export interface Counter {
  readonly value: number;
  /** When the value was valid, by the source's clock. */
  readonly atMs: number;
  /** When the value was read, by this process's clock. */
  readonly readAtMs: number;
  /** Null: there is only one sample so far. */
  readonly perSecond: number | null;
}

/** A mean over a longer time does not represent the current rate. A worker that was killed is replaced in less time. */
const longestMeanMs = 2 * 60_000;

type CounterSample = Pick<Counter, 'value' | 'atMs' | 'readAtMs'>;

/**
 * @param intervalMs the time between two samples. After several intervals without a sample, the next sample counts as
 * the first one.
 */
export function countOn(before: Counter | undefined, sample: CounterSample, intervalMs: number): Counter {
  const longestGapMs = Math.max(longestMeanMs, intervalsWithoutWatch * intervalMs);
  if (before === undefined || sample.readAtMs - before.readAtMs > longestGapMs) return { ...sample, perSecond: null };
  const elapsedMs = sample.atMs - before.atMs;
  // The source has no newer sample and returned the same one again.
  if (elapsedMs <= 0) return { ...before, readAtMs: sample.readAtMs };
  const gained = sample.value < before.value ? sample.value : sample.value - before.value;
  return { ...sample, perSecond: (gained * 1000) / elapsedMs };
}
