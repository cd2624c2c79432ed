/** Durations as programs in Go write them: `90s`, `1m30s`, `1.5h`. */
import type { Fields } from './fields.js';

const unitsMs = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/**
 * Milliseconds, rounded to whole ones.
 * @throws ImportError if the text is not a duration.
 */
export function goDurationMs(field: Fields): number {
  const text = field.text();
  const parts = [...text.matchAll(part)];
  if (text !== '0' && parts.map(([whole]) => whole).join('') !== text) {
    throw field.invalid('is not a duration such as 90s or 1m30s');
  }
  return Math.round(parts.reduce((total, [, count, unit]) => total + Number(count) * unitsMs[unit as Unit], 0));
}

/** The pattern matches nothing else. */
type Unit = keyof typeof unitsMs;
