/** The lines of both policies and the signals on one common axis of time, as uPlot reads them. */
import type { BacktestAnswer } from '../api/answers.js';
import { columnOf, type Columns } from '../chart/columns.js';

export interface TriedColumns {
  /** In seconds since the epoch. */
  readonly times: Columns['times'];
  readonly inForce: Columns['capacity'];
  readonly tried: Columns['capacity'];
  readonly signals: Columns['signals'];
}

interface Bounds {
  readonly min: number;
  readonly max: number | null;
}

/** Each point is valid until the next one of its line. */
export function columnsOfTry(answer: BacktestAnswer, { min, max }: Bounds): TriedColumns {
  const { inForce, tried, signals } = answer;
  const [from, to] = [Date.parse(answer.from) / 1000, Date.parse(answer.to) / 1000];
  const lines = [inForce.capacity, inForce.target, tried.capacity, tried.target, ...Object.values(signals)];
  const inside = lines.flatMap((line) => line.map(([at]) => at)).filter((at) => at > from && at < to);
  const times = [...new Set([from, ...inside, to])].sort((one, other) => one - other);
  const capacityOf = (trace: BacktestAnswer['tried']): Columns['capacity'] => ({
    capacity: columnOf(trace.capacity, times),
    // Units are ready at once in a backtest.
    ready: times.map(() => null),
    target: columnOf(trace.target, times),
    min: times.map(() => min),
    max: times.map(() => max),
  });
  const columns = Object.entries(signals).map(([name, points]) => [name, columnOf(points, times)] as const);
  return { times, inForce: capacityOf(inForce), tried: capacityOf(tried), signals: Object.fromEntries(columns) };
}

/** The largest number that either plot of capacity shows: both have the same scale. */
export function mostOf({ inForce, tried }: TriedColumns): number {
  const columns = [inForce, tried].flatMap(({ capacity, target, max }) => [...capacity, ...target, ...max]);
  return columns.reduce<number>((most, value) => Math.max(most, value ?? 0), 1);
}
