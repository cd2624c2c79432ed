/** The lines of a resource on one common axis of time, as uPlot reads them. */
import type { Point, SeriesAnswer } from '../api/answers.js';
import type { Span } from './span.js';

/** In the order in which they are drawn. */
export const capacityLines = ['capacity', 'ready', 'target', 'min', 'max'] as const;
type CapacityLine = (typeof capacityLines)[number];

type Column = (number | null)[];

export interface Columns {
  /** In seconds since the epoch. */
  readonly times: number[];
  readonly capacity: Readonly<Record<CapacityLine, Column>>;
  readonly signals: Readonly<Record<string, Column>>;
}

/**
 * Each point is valid until the next one of its line, so that every line has a value at every time of any other line.
 * @param from the first second, and `to` the last one.
 */
export function columnsOf(answer: SeriesAnswer, from: number, to: number): Columns {
  const lines = [answer.capacity, answer.ready, answer.target, ...Object.values(answer.signals)];
  const times = timesOf(lines, from, to);
  const column = (points: readonly Point[]) => columnOf(points, times);
  return {
    times,
    capacity: {
      capacity: column(answer.capacity),
      ready: column(answer.ready),
      target: column(answer.target),
      min: times.map(() => answer.min),
      max: times.map(() => answer.max),
    },
    signals: Object.fromEntries(Object.entries(answer.signals).map(([name, points]) => [name, column(points)])),
  };
}

function timesOf(lines: readonly (readonly Point[])[], from: number, to: number): number[] {
  // A value is valid until the second before the null that ends it: without that second, the line would end earlier.
  const known = lines.flatMap((line) => line.flatMap(([at, value]) => (value === null ? [at - 1, at] : [at])));
  const inside = known.filter((at) => at > from && at < to);
  return [...new Set([from, ...inside, to])].sort((a, b) => a - b);
}

/** The value of a line at each of the times. A point is valid until the next one. */
export function columnOf(points: readonly Point[], times: readonly number[]): Column {
  let next = 0;
  let value: number | null = null;
  return times.map((time) => {
    for (let point = points[next]; point && point[0] <= time; point = points[next]) {
      value = point[1];
      next += 1;
    }
    return value;
  });
}

/** Times without a value after the first value: before it, nothing is missing. */
export function gapsOf(times: readonly number[], column: Column): [from: number, to: number][] {
  const first = column.findIndex((value) => value !== null);
  const missing = column.map((value, index) => value === null && first !== -1 && index > first);
  return missing.flatMap((isMissing, index) => {
    const [from, to] = [times[index], times[index + 1]];
    return isMissing && from !== undefined && to !== undefined ? [[from, to] as [number, number]] : [];
  });
}

/** The stretch that the answer is about. A resource that is younger than that has no empty space before its first value. */
export function spanOf({ from, to, capacity, target, signals }: SeriesAnswer): Span {
  const [begin, end] = [Date.parse(from) / 1000, Date.parse(to) / 1000];
  const lines = [capacity, target, ...Object.values(signals)];
  const firsts = lines.flatMap((line) => line.find(([, value]) => value !== null)?.[0] ?? []);
  const first = firsts.length === 0 ? begin : Math.min(...firsts) - youngMarginSeconds;
  return { from: Math.max(begin, Math.min(first, end - youngMarginSeconds)), to: end };
}

const youngMarginSeconds = 10;
