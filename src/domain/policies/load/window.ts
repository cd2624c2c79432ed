/** Computes the mean of a value over a time window, in bounded memory. */

/** Samples that are close together in time share one entry: `[time of the newest, sum, count]`. */
type WindowEntry = readonly [atMs: number, sum: number, count: number];
export type Window = readonly WindowEntry[];

/** The approximate maximum number of entries in a window, however often a value is sampled. */
const entriesPerWindow = 60;

/**
 * Adds a sample, and removes entries that are older than the window. A second sample at the same time replaces the
 * first, so that a repeated evaluation does not add weight.
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

/**
 * Returns the mean of the entries within the last `windowMs`. A time without a sample is left out of the mean; it does
 * not count as zero.
 */
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
