/** The two request headers that the API reads. */
import type { Request } from 'express';
import { madeIdPrefix } from '../../../workflows/scale/messages.js';
import { Problem } from './problem.js';

export const longestKey = 200;
export const longestWaitSeconds = 3600;

/** @throws Problem when the key is not unambiguous. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined) return undefined;
  if (key === '' || key.length > longestKey || !/^[\x20-\x7e]+$/.test(key)) {
    throw invalid('Idempotency-Key', `must be 1 to ${longestKey} visible ASCII characters, for example a UUID`);
  }
  if (key.startsWith(madeIdPrefix)) throw invalid('Idempotency-Key', `must not begin with "${madeIdPrefix}"`);
  return key;
}

/** RFC 7240, `Prefer: wait=60`. Whole seconds; other preferences are ignored, as the RFC requires. */
export function preferredWaitMs(request: Request): number {
  const preferences = (request.get('prefer') ?? '').split(',').map((preference) => preference.trim());
  const wait = preferences.find((preference) => /^wait\s*=/i.test(preference));
  if (wait === undefined) return 0;
  const value = wait.slice(wait.indexOf('=') + 1).trim();
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (!(seconds <= longestWaitSeconds)) {
    throw invalid(
      'Prefer',
      `wait must be a whole number of seconds from 0 to ${longestWaitSeconds}, for example "Prefer: wait=60"`,
    );
  }
  return seconds * 1000;
}

function invalid(header: string, why: string): Problem {
  return new Problem('invalid-request', `The header ${header} ${why}.`);
}
