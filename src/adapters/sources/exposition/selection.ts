/** Selects the series of one metric by their labels. */
import { AdapterError } from '../../net/errors.js';
import { type ExpositionFormat, identityOf, type Point, pointsIn } from './text.js';

export interface Selection {
  readonly metric: string;
  /** The value of a label that a series does not have is the empty text, as in PromQL. */
  readonly labels: Readonly<Record<string, string>>;
  /** Regular expressions, which the whole value of a label must match. */
  readonly matching: Readonly<Record<string, string>>;
}

/**
 * Returns a function that selects the series in a page of metrics.
 *
 * OpenMetrics requires the suffix `_total` on the name of a counter, so a server may show `jobs` in its text format and
 * `jobs_total` in OpenMetrics. The name without the suffix selects both.
 */
export function selector({ metric, labels, matching }: Selection) {
  const exact = Object.entries(labels);
  const patterns = Object.entries(matching).map(
    ([name, pattern]) => [name, new RegExp(`^(?:${pattern})$`, 's')] as const,
  );
  const isSelected = (point: Point) =>
    exact.every(([name, value]) => isSame(name, point.labels.get(name) ?? '', value)) &&
    patterns.every(([name, pattern]) => pattern.test(point.labels.get(name) ?? ''));
  return (text: string, format: ExpositionFormat): Point[] => {
    const names = format === 'openMetrics' ? [metric, `${metric}_total`] : [metric];
    const points = pointsIn(text, format, (name) => names.includes(name)).filter(isSelected);
    const named = points.filter(({ name }) => name === metric);
    return newestOfEach(named.length > 0 ? named : points);
  };
}

/** `le="1"` of a bucket and `quantile="1"` are `1.0` in OpenMetrics. */
function isSame(name: string, given: string, wanted: string): boolean {
  if (given === wanted) return true;
  const isNumeric = (name === 'le' || name === 'quantile') && given !== '' && wanted !== '';
  return isNumeric && Number(given) === Number(wanted);
}

/** A page may have several values of one series, in the order of their timestamps. */
function newestOfEach(points: readonly Point[]): Point[] {
  const newest = new Map<string, Point>();
  for (const point of points) {
    const identity = identityOf(point);
    const before = newest.get(identity);
    if (before !== undefined && (before.atMs === undefined || point.atMs === undefined)) {
      throw new AdapterError('malformed', 'the response has the same series twice. Report this to its maintainer.');
    }
    if (before?.atMs === undefined || before.atMs <= (point.atMs ?? 0)) newest.set(identity, point);
  }
  return [...newest.values()];
}
