/**
 * Comparisons and roundings that do not depend on the rounding errors of doubles. Two numbers within 1e-9 of each
 * other, relative to the larger one, count as equal. Example: 110 x 1.1 is 121.00000000000001 in doubles, and rounds up
 * to 121 units and not to 122.
 */
const relativeTolerance = 1e-9;

export function isAbove(left: number, right: number): boolean {
  return left > right && !isSame(left, right);
}

export function isBelow(left: number, right: number): boolean {
  return left < right && !isSame(left, right);
}

/** Rounds up to whole units. The result is never negative and never -0. */
export function unitsAtLeast(quotient: number): number {
  return wholeUnits(Math.ceil(quotient), quotient);
}

/** Rounds down to whole units. The result is never negative and never -0. */
export function unitsAtMost(quotient: number): number {
  return wholeUnits(Math.floor(quotient), quotient);
}

function wholeUnits(rounded: number, quotient: number): number {
  const nearestUnits = Math.round(quotient);
  const units = isSame(nearestUnits, quotient) ? nearestUnits : rounded;
  return Math.min(Math.max(0, units), Number.MAX_SAFE_INTEGER);
}

function isSame(left: number, right: number): boolean {
  return Math.abs(left - right) <= relativeTolerance * Math.max(Math.abs(left), Math.abs(right));
}

/**
 * Formats whole numbers in full, other numbers with up to three decimals, and numbers below 1 with up to six
 * significant digits.
 */
export function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Math.abs(value) >= 1 ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(6)));
}

const lastDateMs = 8.64e15;

/** Formats a time in ISO 8601. A time after the last date that `Date` supports is shown as that last date. */
export function shownTime(atMs: number): string {
  return new Date(Math.min(atMs, lastDateMs)).toISOString();
}
