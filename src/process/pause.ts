/** Pauses between attempts that a shutdown can end. */
import { setTimeout } from 'node:timers/promises';

/** Resolves to true after the whole time, or to false at once when `signal` aborts. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<boolean> {
  return setTimeout(ms, true, { signal }).catch(() => false);
}

/** Half a second after the first attempt, doubled after each further one: 0.5, 1, 2, 4 s, up to `mostMs`. */
export function retryPauseMs(attempt: number, mostMs: number): number {
  return Math.min(500 * 2 ** (attempt - 1), mostMs);
}
