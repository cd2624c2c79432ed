/** The mean of a value over a window of time, in bounded memory. */

/** Samples that came close together count as one entry: `[time of the newest, sum, count]`. */
type WindowEntry = readonly [atMs: number, sum: number, count: number];
export type Window = readonly WindowEntry[];

/** However often a value is sampled, a window holds about this many entries. */
const entriesPerWindow = 60;

/**
 * Adds a sample and forgets what is older than the window. A second sample of the same instant replaces the first:
 * looking twice is not more evidence.
 */
export function addToWindow(window: Window, value: number, nowMs: number, windowMs: number): Window {
  const kept = window.filter(([atMs]) => nowMs - atMs < windowMs);
  const newest = kept.at(-1);
  if (newest?.[0] === nowMs && newest[2] === 1) return kept.with(-1, [nowMs, value, 1]);
  if (newest?.[0] === nowMs) return kept;
  const entryMs = windowMs / entriesPerWindow;
  if (newest && Math.floor(newest[0] / entryMs) === Math.floor(nowMs / entryMs)) {
    return kept.with(-1, [nowMs, newest[1] + value, newest[2] + 1]);
  }
  return [...kept, [nowMs, value, 1]];
}

/** The mean of what lies within the last `windowMs`. Times without a sample count for nothing, not for zero. */
export function meanOver(window: Window, nowMs: number, windowMs: number): number | null {
  let sum = 0;
  let count = 0;
  for (const entry of window) {
    if (nowMs - entry[0] >= windowMs) continue;
    sum += entry[1];
    count += entry[2];
  }
  return count === 0 ? null : sum / count;
}
