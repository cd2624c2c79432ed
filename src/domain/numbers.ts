/**
 * Comparisons and roundings that round-off of doubles cannot tip: two numbers within 1e-9 of each other, relative to
 * the larger, are the same number. So 110 x 1.1, which is 121.00000000000001 in doubles, is one unit of 121 and not two.
 */
const relativeTolerance = 1e-9;

export function isAbove(left: number, right: number): boolean {
  return left > right && !isSame(left, right);
}

export function isBelow(left: number, right: number): boolean {
  return left < right && !isSame(left, right);
}

/** Rounded up to whole units; never negative, never -0. */
export function unitsAtLeast(quotient: number): number {
  return wholeUnits(Math.ceil(quotient), quotient);
}

/** Rounded down to whole units; never negative, never -0. */
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

/** Whole numbers in full, others to three decimals, small ones to six digits. */
export function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Math.abs(value) >= 1 ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(6)));
}

const lastDateMs = 8.64e15;

/** A time as people read it; one beyond the calendar is the last there is. */
export function shownTime(atMs: number): string {
  return new Date(Math.min(atMs, lastDateMs)).toISOString();
}
