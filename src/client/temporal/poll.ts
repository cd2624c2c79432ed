/** Waits for something that only Temporal knows. */
import { pauseFor } from '../../process/pause.js';
import { isTemporalTrouble } from './grpc-status.js';

const firstPauseMs = 100;
const pauseGrowth = 1.5;
const usuallyLongestPauseMs = 2000;

/**
 * The first answer of `look`, through outages of workers and of Temporal itself.
 * @returns undefined when `signal` aborts first.
 */
export async function pollTemporal<T>(
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
  longestPauseMs = usuallyLongestPauseMs,
): Promise<T | undefined> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * pauseGrowth, longestPauseMs)) {
    const answer = await look().catch((error: unknown) => {
      if (isTemporalTrouble(error)) return undefined;
      throw error;
    });
    if (answer !== undefined) return answer;
    await pauseFor(pauseMs, signal);
  }
  return undefined;
}
