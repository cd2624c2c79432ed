/** What settings are compared by, and the settings that no others beat in every figure. */
import type { BacktestSummary } from '../simulate.js';

/** Lower is better in each. */
export interface Figures {
  readonly unitHours: number;
  /** How long fewer units existed than the settings in force need: see need.ts. */
  readonly belowNeedSeconds: number;
  readonly changes: number;
}

/** @param summary of a backtest with `neededBy`. */
export function figuresOf({ unitHours, underProvisionedSeconds, changes }: BacktestSummary): Figures {
  return { unitHours, belowNeedSeconds: underProvisionedSeconds, changes };
}

const names = ['unitHours', 'belowNeedSeconds', 'changes'] as const;

/** Whether `one` is at least as good as `other` in every figure, and better in one. */
export function dominates(one: Figures, other: Figures): boolean {
  return names.every((name) => one[name] <= other[name]) && names.some((name) => one[name] < other[name]);
}

export const objectiveNames = ['cost', 'performance', 'balanced'] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** What a figure may be at most, relative to now, where an objective allows it to be worse: 10% more. */
const slightlyMore = 1.1;

interface Objective {
  /** One sentence, for the help and the answer. */
  readonly words: string;
  readonly isAllowed: (figures: Figures, now: Figures) => boolean;
  /** Compared number by number: the settings with the lower first number, then the lower second one, are better. */
  readonly rank: (figures: Figures, now: Figures) => readonly number[];
}

export const objectives: Readonly<Record<ObjectiveName, Objective>> = {
  cost: {
    words: 'the fewest unit hours with no more time below need and no more changes than now',
    isAllowed: (figures, now) => figures.belowNeedSeconds <= now.belowNeedSeconds && figures.changes <= now.changes,
    rank: ({ unitHours, belowNeedSeconds, changes }) => [unitHours, belowNeedSeconds, changes],
  },
  performance: {
    words: 'the least time below need with at most 10% more unit hours than now',
    isAllowed: (figures, now) => relative(figures.unitHours, now.unitHours) <= slightlyMore,
    rank: ({ unitHours, belowNeedSeconds, changes }) => [belowNeedSeconds, unitHours, changes],
  },
  balanced: {
    words: 'the smallest product of the three figures with none more than 10% above now',
    isAllowed: (figures, now) => names.every((name) => relative(figures[name], now[name]) <= slightlyMore),
    rank: (figures, now) => [
      names.reduce((product, name) => product * relative(figures[name], now[name]), 1),
      figures.unitHours,
      figures.changes,
    ],
  },
};

/** A figure that is zero now cannot improve. Anything above it counts as infinitely worse. */
function relative(value: number, now: number): number {
  if (now === 0) return value === 0 ? 1 : Infinity;
  return value / now;
}

export interface Measured {
  readonly figures: Figures;
  /** How many numbers differ from those in force, and by how many values in all. */
  readonly distance: readonly [numbers: number, values: number];
}

/** The best settings for an objective. The first of `all` is in force, which every objective allows. */
export function best<Settings extends Measured>(
  all: readonly [Settings, ...Settings[]],
  name: ObjectiveName,
): Settings {
  const { isAllowed, rank } = objectives[name];
  const now = all[0].figures;
  const rankOf = ({ figures, distance }: Settings) => [...rank(figures, now), ...distance];
  return all
    .filter(({ figures }) => isAllowed(figures, now))
    .reduce((leader, each) => (isLower(rankOf(each), rankOf(leader)) ? each : leader), all[0]);
}

/**
 * The settings that no others dominate, by unit hours. Of several with the same figures, the one nearest to
 * the settings in force.
 */
export function front<Settings extends Measured>(all: readonly Settings[]): Settings[] {
  const nearestLast = all.toSorted((one, other) => (isLower(one.distance, other.distance) ? 1 : -1));
  const unique = [...new Map(nearestLast.map((each) => [keyOf(each), each])).values()];
  const undominated = unique.filter(({ figures }) => !unique.some((other) => dominates(other.figures, figures)));
  return undominated.toSorted((one, other) => (isLower(valuesOf(one), valuesOf(other)) ? -1 : 1));
}

function keyOf({ figures }: Measured): string {
  return names.map((name) => figures[name]).join(' ');
}

function valuesOf({ figures }: Measured): number[] {
  return names.map((name) => figures[name]);
}

function isLower(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((value, place) => value !== other[place]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}
