/** Searches for better numbers for the settings of a resource, on a recording, through the code that scales in production. */
import { type Backtest, type BacktestSummary, simulate } from '../simulate.js';
import { BacktestError } from '../trace.js';
import { axesOf, type ChangedNumber, changedNumbers, specWith, type Tuned, writtenAxis } from './axes.js';
import { best, figuresOf, front, type ObjectiveName, objectiveNames } from './figures.js';
import { warningsOn, recordedMs } from './warnings.js';
import { search } from './search.js';

/** Settings that were tried. */
export interface TriedSettings {
  /** What differs from the settings in force. Empty: nothing does. */
  readonly changed: readonly ChangedNumber[];
  readonly tuned: Tuned;
  /** `underProvisionedSeconds` is the time below need. */
  readonly summary: BacktestSummary;
}

export interface TuneResult {
  readonly resource: string;
  readonly recordedMs: number;
  readonly evaluations: number;
  /** The numbers that were varied. */
  readonly numbers: readonly ReturnType<typeof writtenAxis>[];
  readonly trials: number;
  /** False where `max` ended the search. */
  readonly isComplete: boolean;
  readonly inForce: TriedSettings;
  /** The settings that no others beat in every figure, by unit hours. `inForce` may be among them. */
  readonly front: readonly TriedSettings[];
  readonly best: Readonly<Record<ObjectiveName, TriedSettings>>;
  readonly warnings: readonly string[];
}

export interface TuneOptions {
  /** The largest number of trials, at least 1. The settings in force are the first. */
  readonly max: number;
  readonly onTrial?: (trials: number) => void;
}

/** @throws BacktestError if no number can be varied. */
export function tune(backtest: Backtest, { max, onTrial }: TuneOptions): TuneResult {
  const { settings, limits } = backtest.spec;
  const tuned: Tuned = { settings, limits };
  const axes = axesOf(tuned);
  if (axes.length === 0) throw nothingToTune(backtest.resource);
  let count = 0;

  const { trials, isComplete } = search(
    {
      axes: axes.map(({ values, inForce }) => ({ size: values.length, inForce })),
      measure(choice) {
        const spec = specWith(tuned, axes, choice);
        if (spec === undefined) return undefined;
        const { summary } = simulate({ ...backtest, spec, neededBy: backtest.spec });
        onTrial?.((count += 1));
        const changed = changedNumbers(tuned, axes, choice);
        const result: TriedSettings = { changed, tuned: { settings: spec.settings, limits: spec.limits }, summary };
        return { figures: figuresOf(summary), result };
      },
    },
    max,
  );

  const inForce = simulate(backtest);
  return {
    resource: backtest.resource,
    recordedMs: recordedMs(inForce),
    evaluations: inForce.points.length,
    numbers: axes.map(writtenAxis),
    trials: trials.length,
    isComplete,
    inForce: trials[0].result,
    front: front(trials).map(({ result }) => result),
    best: bestOf((name) => best(trials, name).result),
    warnings: warningsOn(backtest, inForce),
  };
}

function bestOf(find: (name: ObjectiveName) => TriedSettings): TuneResult['best'] {
  return Object.fromEntries(objectiveNames.map((name) => [name, find(name)])) as TuneResult['best'];
}

function nothingToTune(resource: string): BacktestError {
  return new BacktestError({
    problem: `${resource}: has no number that can be tuned`,
    fix: 'a policy such as perUnit, utilization, thresholds or steps has some, and so have step and cooldown if they are above zero',
  });
}
