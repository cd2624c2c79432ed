/**
 * Records signals that depend on the capacity, such as CPU: the load is shared by the units that run. A backtest cannot
 * change what was recorded, so the signals are recorded under the very policy that the recipe shows.
 */
import { simulate, type Backtest, type BacktestResult } from '../../src/backtest/simulate.js';
import type { Samples } from './signals.js';

/** What a source would measure while `units` carry `load`. */
export type Measure = (load: number, units: number) => Readonly<Record<string, number>>;

/**
 * Repeats the backtest with the signals that its capacities lead to, until nothing changes. A sample depends on earlier
 * capacities only, so each repetition makes the result valid up to the next change.
 * @param run makes the backtest for signals. @param load one value for each evaluation.
 */
export function recorded(
  run: (signals: Readonly<Record<string, Samples>>) => Backtest,
  load: Samples,
  measure: Measure,
  startCapacity: number,
): Record<string, Samples> {
  let signals = measured(load, measure, () => startCapacity);
  for (let repetition = 0; repetition < load.values.length; repetition += 1) {
    const { points } = simulate(run(signals));
    // A metric shows the units of the evaluation before.
    const next = measured(load, measure, (index) => unitsAt(points, index - 1) ?? startCapacity);
    if (JSON.stringify(next) === JSON.stringify(signals)) return signals;
    signals = next;
  }
  throw new Error('the recorded signals do not settle');
}

function unitsAt(points: BacktestResult['points'], index: number): number | undefined {
  return points[index]?.capacity;
}

function measured(load: Samples, measure: Measure, unitsOf: (index: number) => number): Record<string, Samples> {
  const samples = load.values.map((value, index) => measure(value, unitsOf(index)));
  const names = Object.keys(samples[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, { timesMs: load.timesMs, values: samples.map((sample) => sample[name] ?? NaN) }]),
  );
}
