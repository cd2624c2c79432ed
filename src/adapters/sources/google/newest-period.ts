/**
 * Cloud Monitoring receives the points of a metric up to some minutes late, and those of several series not at the same
 * time. A sum over the newest period could lack a series, and would then be too small. This file selects the newest
 * period that is complete.
 */

/** The value of one series in one period. */
export interface Point {
  /** End of the period, in milliseconds since the epoch. */
  readonly endMs: number;
  readonly value: number;
  /** Present if the value is the mean of a distribution: the number of values in it. */
  readonly count?: number;
}

export interface Period {
  readonly endMs: number;
  /** One for each series. */
  readonly points: readonly Point[];
}

/** A series that ended delays samples by this number of periods. */
const rememberedPeriods = 2;

/**
 * A period is complete if it has a point of each series that has one in the two periods before.
 *
 * Example with a sum over A and B, and periods of one minute: 12:03 has only A, and 12:02 has both. The period that ends
 * at 12:02 is used until B has a point at 12:03, or until 12:05, because B then counts as ended.
 * @param untilNext whether a period is complete only if the next one is: a rate over a period may lack its last seconds.
 */
export function newestComplete(
  series: readonly (readonly Point[])[],
  periodMs: number,
  untilNext: boolean,
): Period | undefined {
  const ends = new Set(series.flat().map(({ endMs }) => endMs));
  const newestFirst = [...ends].toSorted((one, other) => other - one);
  const complete = newestFirst.filter((endMs) => isComplete(series, endMs, periodMs));
  const endMs = complete[untilNext ? 1 : 0];
  if (endMs === undefined) return undefined;
  return { endMs, points: series.flatMap((points) => points.find((point) => point.endMs === endMs) ?? []) };
}

function isComplete(series: readonly (readonly Point[])[], endMs: number, periodMs: number): boolean {
  const fromMs = endMs - rememberedPeriods * periodMs;
  return series.every((points) => {
    const recent = points.filter((point) => point.endMs >= fromMs && point.endMs <= endMs);
    return recent.length === 0 || recent.some((point) => point.endMs === endMs);
  });
}
