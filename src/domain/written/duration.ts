/**
 * Durations as they are written in a configuration: `15s`, `5m`, `1h30m`, `1d`, `500ms`. The code uses milliseconds.
 */
import { z } from 'zod';
import { errorFrom, report } from './issue.js';
import type { Problem } from './problem.js';

const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** Each unit occurs at most once. The units are ordered from the largest to the smallest. */
const durationPattern = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** A longer duration is a mistake. This limit is also far below the maximum of a timer. */
const longestMs = 366 * unitsMs.d;

/** @returns milliseconds, or undefined if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (!match) return undefined;
  return Object.values(unitsMs).reduce((totalMs, unitMs, index) => totalMs + Number(match[index + 1] ?? 0) * unitMs, 0);
}

/** Formats milliseconds as a duration: 90000 is `1m30s`. */
export function durationText(durationMs: number): string {
  let restMs = durationMs;
  const parts = Object.entries(unitsMs).flatMap(([unit, unitMs]) => {
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.length === 0 ? '0s' : parts.join('');
}

const whatWasWritten = z.string({
  error: errorFrom(({ input }) =>
    typeof input === 'number' ? { problem: `${input} has no unit`, fix: `write ${input}s` } : undefined,
  ),
});

const asWritten = whatWasWritten.meta({
  title: 'duration',
  pattern: durationPattern.source,
  examples: ['15s', '5m', '1h30m', '1d', '500ms'],
});

/** A duration that may be zero. */
export const duration = durationFrom(0);

/** A duration of at least one millisecond, for timeouts and intervals. */
export const positiveDuration = durationFrom(1);

/** A duration that may be zero and stays text, for settings that are carried as they are written. */
export const writtenDuration = asWritten.superRefine((text, context) => {
  const problem = problemWith(text, parseDuration(text), 0);
  if (problem !== undefined) report(context, problem);
});

function durationFrom(leastMs: number) {
  return asWritten.transform((text, context) => {
    const durationMs = parseDuration(text);
    const problem = problemWith(text, durationMs, leastMs);
    if (problem === undefined && durationMs !== undefined) return durationMs;
    report(context, problem ?? { problem: 'is not a duration' });
    return z.NEVER;
  });
}

function problemWith(text: string, durationMs: number | undefined, leastMs: number): Problem | undefined {
  if (/^\d+$/.test(text)) return { problem: `"${text}" has no unit`, fix: `write ${text}s` };
  if (durationMs === undefined) {
    const fix = 'write whole numbers with units, the largest first, such as 90s, 5m, 1h30m, 1d or 500ms';
    return { problem: 'is not a duration', fix };
  }
  if (durationMs > longestMs) return { problem: 'is longer than a year', fix: 'write at most 366d' };
  if (durationMs < leastMs) return { problem: 'must be longer than zero', fix: 'write 1s, for example' };
  return undefined;
}
