/** The figures of two policies, and which of two is better. */
import type { BacktestAnswer } from '../api/answers.js';
import { number } from '../number.js';

type Figures = BacktestAnswer['tried']['figures'];

interface Figure {
  readonly name: string;
  readonly inForce: string;
  readonly tried: string;
  /** Null: they are equal, or neither is better than the other by this figure alone. */
  readonly better: 'inForce' | 'tried' | null;
}

interface Kind {
  readonly name: string;
  readonly of: (figures: Figures) => number;
  readonly text: (value: number) => string;
  readonly isBetterLow: boolean;
}

/** @param duration shows milliseconds. */
export function compareFigures(inForce: Figures, tried: Figures, duration: (ms: number) => string): Figure[] {
  return kinds(duration).map(({ name, of, text, isBetterLow }) => {
    const shown = { inForce: text(of(inForce)), tried: text(of(tried)) };
    // What reads the same is the same.
    const isEqual = shown.inForce === shown.tried || !isBetterLow;
    const better = isEqual ? null : of(tried) < of(inForce) ? 'tried' : 'inForce';
    return { name, ...shown, better };
  });
}

function kinds(duration: (ms: number) => string): readonly Kind[] {
  const hours = (value: number) => number(Math.round(value * 100) / 100);
  return [
    { name: 'Changes out', of: ({ scaleUps }) => scaleUps, text: number, isBetterLow: true },
    { name: 'Changes in', of: ({ scaleDowns }) => scaleDowns, text: number, isBetterLow: true },
    { name: 'Unit-hours', of: ({ unitHours }) => unitHours, text: hours, isBetterLow: true },
    { name: 'Least capacity', of: ({ minCapacity }) => minCapacity, text: number, isBetterLow: false },
    { name: 'Most capacity', of: ({ maxCapacity }) => maxCapacity, text: number, isBetterLow: false },
    {
      ...{ name: 'Under-provisioned', of: ({ underProvisionedSeconds }) => underProvisionedSeconds },
      ...{ text: (seconds) => duration(seconds * 1000), isBetterLow: true },
    },
  ];
}
