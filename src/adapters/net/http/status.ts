/** The meaning of the status of an HTTP response. */
import type { AnswerCode } from '../errors.js';

/**
 * The code of an unexpected response.
 * - 2xx: the server carried out the request, and its response cannot be parsed.
 * - 5xx, 503 included: may come from a gateway after the server carried out the request.
 * - 303: the result is at another URL, so the request may have been carried out.
 * - Other 3xx and 4xx: refused or redirected, not carried out. Final, except for statuses that mean "later". 400, 402
 *   and 422 may be about the size.
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
