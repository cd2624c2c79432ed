/** What the status of an HTTP answer means. */
import type { AnswerCode } from '../errors.js';

/**
 * Of an answer that is not what was asked for.
 * - 2xx: the server did what it was asked, and its answer cannot be understood.
 * - 5xx, 503 included: may come from a gateway after the server did the work.
 * - 303: the result is to be seen elsewhere, so there may be one.
 * - Other 3xx and 4xx: refused or sent elsewhere, not carried out. Final but for those that say "later"; 400, 402 and
 *   422 may be about the size.
 */
export function codeOfStatus(status: number): AnswerCode {
  if (status < 300) return 'malformed';
  if (status >= 500 || status === 303) return 'failed';
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
