/** How the values of several series become one number. */

export const combinations = ['sum', 'average', 'max', 'min'] as const;
export type Combination = (typeof combinations)[number];

/**
 * The series that the value of a sample is made of. With `rate`, each of them is a counter of its own, so that the
 * restart of one process is not mistaken for a restart of all.
 */
export interface Series {
  readonly combination: Combination;
  /** By a name that is the same at every sample. */
  readonly values: Readonly<Record<string, number>>;
  /** What a sum is multiplied by, because some series could not be read. Absent: 1. */
  readonly factor?: number;
}

/** @param values at least one. */
export function combined(combination: Combination, values: readonly number[]): number {
  switch (combination) {
    case 'sum':
      return sum(values);
    case 'average':
      return sum(values) / values.length;
    case 'max':
      return values.reduce((one, other) => Math.max(one, other), -Infinity);
    case 'min':
      return values.reduce((one, other) => Math.min(one, other), Infinity);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
