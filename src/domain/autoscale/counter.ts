/**
 * What a counter gains a second, between its last two samples. One that is less than before has begun anew at zero, as
 * Prometheus takes it: what it shows is what it has gained since.
 *
 * 120 at 12:00:00 and 150 at 12:00:15 are 2 a second; 10 at 12:00:30, after a restart, are 0.67.
 */

/** As everywhere: longer than this without a look, and what happened meanwhile is not known. */
const intervalsWithoutWatch = 3;

export interface Counter {
  readonly value: number;
  /** When the value was true, by the source. */
  readonly atMs: number;
  /** When it was read, by us. */
  readonly readAtMs: number;
  /** Null: only one sample so far. */
  readonly perSecond: number | null;
}

/** A mean over longer than this stands for no rate of now. A worker that was killed is replaced in less. */
const longestMeanMs = 2 * 60_000;

type CounterSample = Pick<Counter, 'value' | 'atMs' | 'readAtMs'>;

/** @param intervalMs between two looks; after several without a sample, it is the first one again */
export function countOn(before: Counter | undefined, sample: CounterSample, intervalMs: number): Counter {
  const longestGapMs = Math.max(longestMeanMs, intervalsWithoutWatch * intervalMs);
  if (before === undefined || sample.readAtMs - before.readAtMs > longestGapMs) return { ...sample, perSecond: null };
  const elapsedMs = sample.atMs - before.atMs;
  // The same sample again, from a source that has no newer one.
  if (elapsedMs <= 0) return { ...before, readAtMs: sample.readAtMs };
  const gained = sample.value < before.value ? sample.value : sample.value - before.value;
  return { ...sample, perSecond: (gained * 1000) / elapsedMs };
}
