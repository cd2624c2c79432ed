/** Numbers as people read them. */
const few = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: true });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `812`, `0.4167`, `12,408` */
export function number(value: number): string {
  return Math.abs(value) >= 1000 ? whole.format(value) : few.format(value);
}

export function numberOrNoData(value: number | null | undefined): string {
  return value === null || value === undefined ? 'no data' : number(value);
}
