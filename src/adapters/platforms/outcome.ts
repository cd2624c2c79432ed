/** Turns the error of a call to a platform into the error of a read or the outcome of a change. */
import type { ChangeOutcome } from '../../domain/scale/capacity.js';
import { AdapterError, type Advice, meanings, withAdvice } from '../net/errors.js';

/** The error of a read, with the name of the resource. */
export function asReadError(error: unknown, resource: string, advice: Advice): AdapterError {
  if (!(error instanceof AdapterError)) throw error;
  return new AdapterError(meanings[error.code].read, `${resource}: ${withAdvice(error, advice)}`, error);
}

/** The outcome of a change that failed. */
export function asOutcome(error: unknown): Exclude<ChangeOutcome, { outcome: 'accepted' }> {
  if (!(error instanceof AdapterError)) throw error;
  const { code, message: reason, retryAfterMs } = error;
  switch (meanings[code].change) {
    case 'unknown':
      return { outcome: 'unknown', reason };
    case 'refused':
      return { outcome: 'rejected', final: true, lessMayHelp: true, reason };
    case 'rejectedPermanently':
      return { outcome: 'rejected', final: true, reason };
    case 'rejected':
      return { outcome: 'rejected', final: false, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

/**
 * A read that an adapter makes before a change. Whatever error the read has, the change was not sent.
 * @throws AdapterError
 */
export async function beforeSending<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof AdapterError) || meanings[error.code].change !== 'unknown') throw error;
    throw new AdapterError('notSent', `nothing was sent: ${error.message}`, error);
  }
}

/** The notes of a platform, or none if it does not answer. */
export async function notesIfRead(notes: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await notes();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    return [];
  }
}
