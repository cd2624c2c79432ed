/** A number as people read it in a reason: whole numbers in full, others to six digits. */
export function shown(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}
