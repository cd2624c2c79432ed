/**
 * A coordinate search. It changes one number at a time, tries every value of that number beside the best settings so far
 * for each objective, and goes on to the next number. It ends when no change of a single number has been left untried
 * for any of the best settings, or after `max` trials. Nothing is random, so the same input has the same result.
 */
import { best, type Figures, type Measured, objectiveNames } from './figures.js';

interface Trial<Result> extends Measured {
  /** By axis: the index of the value that was tried. */
  readonly choice: readonly number[];
  readonly result: Result;
}

export interface Space<Result> {
  /** By axis: how many values it has, and the index of the one in force. */
  readonly axes: readonly { readonly size: number; readonly inForce: number }[];
  /** Undefined: the settings are not valid. Those in force are. */
  readonly measure: (choice: readonly number[]) => { readonly figures: Figures; readonly result: Result } | undefined;
}

export interface SearchResult<Result> {
  /** The first is in force. */
  readonly trials: readonly [Trial<Result>, ...Trial<Result>[]];
  /** False where `max` ended the search. */
  readonly isComplete: boolean;
}

/** @param max the largest number of trials, at least 1. The settings in force are the first trial. */
export function search<Result>({ axes, measure }: Space<Result>, max: number): SearchResult<Result> {
  const inForce = axes.map((axis) => axis.inForce);
  const first = attempt(inForce);
  if (first === undefined) throw new Error('the settings in force are not valid');
  const trials: [Trial<Result>, ...Trial<Result>[]] = [first];
  const seen = new Set([inForce.join()]);

  for (;;) {
    const before = seen.size;
    for (const [axis, { size }] of axes.entries()) {
      for (const objective of objectiveNames) {
        const { choice } = best(trials, objective);
        for (let value = 0; value < size; value += 1) {
          const next = choice.with(axis, value);
          if (seen.has(next.join())) continue;
          if (trials.length >= max) return { trials, isComplete: false };
          seen.add(next.join());
          const trial = attempt(next);
          if (trial) trials.push(trial);
        }
      }
    }
    if (seen.size === before) return { trials, isComplete: true };
  }

  function attempt(choice: readonly number[]): Trial<Result> | undefined {
    const measured = measure(choice);
    const moves = choice.flatMap((value, axis) => Math.abs(value - (inForce[axis] ?? value)) || []);
    return measured && { choice, distance: [moves.length, moves.reduce((sum, move) => sum + move, 0)], ...measured };
  }
}
