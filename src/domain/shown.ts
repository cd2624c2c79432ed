/** Numbers and times as people read them in a reason. */

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
