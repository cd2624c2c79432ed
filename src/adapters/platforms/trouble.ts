/** What can go wrong between an adapter and its platform, and what each of it means for a read and for a change. */
import type { ChangeOutcome } from '../../domain/scale/capacity.js';
import { PlatformError } from './platform.js';

type ForChange = 'rejected' | 'refused' | 'rejectedForGood' | 'unknown';

const meanings = {
  /** Surely nothing was sent. */
  notSent: { read: 'unreachable', change: 'rejected' },
  /** Sent, wholly or in part, and no answer came. */
  lost: { read: 'unreachable', change: 'unknown' },
  timeout: { read: 'timeout', change: 'unknown' },
  stopped: { read: 'failed', change: 'unknown' },
  denied: { read: 'denied', change: 'rejectedForGood' },
  missing: { read: 'missing', change: 'rejectedForGood' },
  throttled: { read: 'throttled', change: 'rejected' },
  /** Somebody else changed it in between, or it is not in a state to be changed just now. */
  conflict: { read: 'failed', change: 'rejected' },
  /** It does not take this change; a smaller one it may take: a quota, a largest size. */
  refused: { read: 'failed', change: 'refused' },
  invalid: { read: 'failed', change: 'rejectedForGood' },
  /** The platform says that it failed: perhaps after it did the work. */
  broken: { read: 'failed', change: 'unknown' },
  malformed: { read: 'malformed', change: 'unknown' },
} as const satisfies Record<string, { read: PlatformError['code']; change: ForChange }>;

export type TroubleKind = keyof typeof meanings;

/** Thrown inside an adapter only. */
export class Trouble extends Error {
  override readonly name = 'Trouble';

  constructor(
    readonly kind: TroubleKind,
    /** What was asked and what came of it, for a person. Never a secret. */
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** @param advice what to do next, by what went wrong. */
export function asPlatformError(
  error: unknown,
  resource: string,
  advice: Partial<Record<TroubleKind, string>>,
): PlatformError {
  if (!(error instanceof Trouble)) throw error;
  const next = advice[error.kind];
  const message = `${resource}: ${error.message}.${next === undefined ? '' : ` ${next}`}`;
  return new PlatformError(meanings[error.kind].read, message, error.retryAfterMs);
}

export function asOutcome(error: unknown): Exclude<ChangeOutcome, { outcome: 'accepted' }> {
  if (!(error instanceof Trouble)) throw error;
  const { kind, message: reason, retryAfterMs } = error;
  switch (meanings[kind].change) {
    case 'unknown':
      return { outcome: 'unknown', reason };
    case 'refused':
      return { outcome: 'rejected', final: true, lessMayHelp: true, reason };
    case 'rejectedForGood':
      return { outcome: 'rejected', final: true, reason };
    case 'rejected':
      return { outcome: 'rejected', final: false, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/**
 * A read that an adapter makes on its way to a change: whatever goes wrong with it, nothing was sent.
 * @throws Trouble
 */
export async function beforeSending<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof Trouble) || meanings[error.kind].change !== 'unknown') throw error;
    throw new Trouble('notSent', `nothing was sent: ${error.message}`, error.retryAfterMs);
  }
}

/**
 * What HTTP says of a status that is no success.
 * - 5xx, 503 included: may come from a gateway after the platform did the work.
 * - 303: the result is to be seen elsewhere, so there may be one.
 * - Other 3xx and 4xx: refused or sent elsewhere, not carried out. Final but for those that say "later"; 400, 402 and
 *   422 may be about the size.
 */
export function kindOfStatus(status: number): TroubleKind {
  if (status >= 500 || status === 303) return 'broken';
  switch (status) {
    case 400:
    case 402:
    case 422:
      return 'refused';
    case 401:
    case 403:
      return 'denied';
    case 404:
    case 410:
      return 'missing';
    case 408:
    case 409:
    case 425:
      return 'conflict';
    case 429:
      return 'throttled';
    default:
      return 'invalid';
  }
}
