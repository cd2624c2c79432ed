/** Numbers and times as people read them in a reason. */
/** Whole numbers in full, others to six digits. */
export function shown(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}

const lastDateMs = 8.64e15;

/** A time as people read it; one beyond the calendar is the last there is. */
export function shownTime(atMs: number): string {
  return new Date(Math.min(atMs, lastDateMs)).toISOString();
}
