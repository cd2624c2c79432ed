/**
 * The increase of a counter per second, between its last two samples. As in Prometheus, a sample that is smaller than
 * the previous one means that the counter was reset to zero: its value is the increase since the reset.
 *
 * 120 at 12:00:00 and 150 at 12:00:15 are 2 a second; 10 at 12:00:30, after a restart, are 0.67.
 */

import { combined, type Series } from './series.js';

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
  /** Set if the value is made of several counters: the value of each. */
  readonly series?: Readonly<Record<string, number>>;
}

/** A mean over a longer time does not represent the current rate. A worker that was killed is replaced in less time. */
const longestMeanMs = 2 * 60_000;

interface CounterSample extends Pick<Counter, 'value' | 'atMs' | 'readAtMs'> {
  readonly series?: Series | undefined;
}

/**
 * @param intervalMs the time between two samples. After several intervals without a sample, the next sample counts as
 * the first one.
 */
export function countOn(
  before: Counter | undefined,
  { series, ...sample }: CounterSample,
  intervalMs: number,
): Counter {
  const longestGapMs = Math.max(longestMeanMs, intervalsWithoutWatch * intervalMs);
  const now = series === undefined ? sample : { ...sample, series: series.values };
  if (before === undefined || sample.readAtMs - before.readAtMs > longestGapMs) return { ...now, perSecond: null };
  const elapsedMs = sample.atMs - before.atMs;
  // The source has no newer sample and returned the same one again.
  if (elapsedMs <= 0) return { ...before, readAtMs: sample.readAtMs };
  const gained = series === undefined ? gain(before.value, sample.value) : gainOfSeries(before.series, series);
  return { ...now, perSecond: gained === null ? null : (gained * 1000) / elapsedMs };
}

function gain(before: number, now: number): number {
  return now < before ? now : now - before;
}

/**
 * A series that the previous sample does not have counts from the next sample on, as in Prometheus: it may have been
 * counting for a long time.
 * @returns null if no series is in both samples.
 */
function gainOfSeries(
  before: Readonly<Record<string, number>> = {},
  { combination, values, factor = 1 }: Series,
): number | null {
  const gains = Object.entries(values).flatMap(([name, value]) => {
    const previous = Object.hasOwn(before, name) ? before[name] : undefined;
    return previous === undefined ? [] : [gain(previous, value)];
  });
  return gains.length === 0 ? null : combined(combination, gains) * factor;
}
