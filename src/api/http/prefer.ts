/** `Prefer: wait=60` (RFC 7240): how long a caller wants to wait for the effect of its request. */
import type { Request, Response } from 'express';
import { disconnectSignal } from './disconnect-signal.js';
import { invalidHeader } from './request.js';

export const longestWaitSeconds = 3600;

export interface Wait {
  /** Whether the caller prefers to wait at all. */
  readonly isPreferred: boolean;
  /**
   * Undefined when the wait ends first: after its time, when the caller disconnects, or when this process stops. Without
   * a preference that is at once.
   * @param look is given the signal that ends the wait.
   */
  until<T>(look: (signal: AbortSignal) => Promise<T | undefined>): Promise<T | undefined>;
}

/**
 * The time counts from this call. `Preference-Applied` is in the answer if the route has waited.
 * @throws Problem when the number of seconds is invalid. Read before anything is done.
 */
export function preferredWait(request: Request, response: Response, stopping: AbortSignal): Wait {
  const seconds = secondsIn(request);
  const endsAtMs = performance.now() + seconds * 1000;
  return {
    isPreferred: seconds > 0,
    until: async (look) => {
      if (seconds === 0) return undefined;
      response.setHeader('Preference-Applied', `wait=${seconds}`);
      const left = AbortSignal.timeout(Math.max(0, Math.ceil(endsAtMs - performance.now())));
      return look(AbortSignal.any([disconnectSignal(request, response), stopping, left]));
    },
  };
}

/** Whole seconds; other preferences are ignored, as the RFC requires. */
function secondsIn(request: Request): number {
  const preferences = (request.get('prefer') ?? '').split(',').map((preference) => preference.trim());
  const wait = preferences.find((preference) => /^wait\s*=/i.test(preference));
  if (wait === undefined) return 0;
  const value = wait.slice(wait.indexOf('=') + 1).trim();
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (seconds <= longestWaitSeconds) return seconds;
  throw invalidHeader(
    'Prefer',
    `wait must be a whole number of seconds from 0 to ${longestWaitSeconds}, for example "Prefer: wait=60"`,
  );
}
