/** Reads the result of one HTTP request: the answer when it went well, or an error with the code of what went wrong. */
import { bodyInWords, failureInWords } from '../answer-words.js';
import { AdapterError } from '../errors.js';
import { parseJson } from '../json.js';
import type { Answer, HttpResult } from './request.js';
import { codeOfStatus } from './status.js';

/**
 * An answer of success, whole or longer than anybody reads: its server said that it was done, whatever else it said. To
 * take that for a failure could only lead to a second change.
 * @param request what was asked, for messages: `POST http://127.0.0.1/add`.
 * @throws AdapterError
 */
export function acceptedAnswer(result: HttpResult, request: string): Answer {
  if (result.kind === 'notSent') throw new AdapterError('notSent', `${request} was not sent (${result.reason})`);
  if (result.kind === 'noAnswer') {
    throw new AdapterError(codeOf[result.cause], `${request} was sent, and no answer came (${result.reason})`);
  }
  const { status, body } = result;
  const said = () => `${request} was answered ${describeAnswer(result)}`;
  if (status >= 300) throw new AdapterError(codeOfStatus(status), said(), result);
  if ('text' in body || body.cause === 'tooLarge') return result;
  throw new AdapterError(codeOf[body.cause], `${said()} and then broke off (${body.reason})`);
}

/** Of a request that was sent. */
const codeOf = { connection: 'unreachable', timeout: 'timeout', stopped: 'stopped', tooLarge: 'malformed' } as const;

/**
 * The JSON of an answer of success.
 * @throws AdapterError
 */
export function jsonOf(result: HttpResult, request: string): unknown {
  return jsonIn(acceptedAnswer(result, request), request);
}

/**
 * The JSON of an answer, whatever its status.
 * @throws AdapterError
 */
export function jsonIn({ body, contentType }: Answer, request: string): unknown {
  if (!('text' in body)) throw new AdapterError('malformed', `${request} cannot be read (${body.reason})`);
  const json = parseJson(body.text);
  if (json !== undefined) return json;
  const what = bodyInWords({ contentType, text: body.text });
  throw new AdapterError('malformed', `${request} was answered with something that is not JSON (${what})`);
}

/** `404: no such resource`, `502 (text/html of 173 characters)`, `307, a redirect to http://elsewhere`. */
export function describeAnswer({ status, location, contentType, body }: Answer): string {
  if (status >= 300 && status < 400) return `${status}, a redirect to ${serverOf(location)}`;
  return 'text' in body ? failureInWords(status, { contentType, text: body.text }) : `${status}`;
}

/** The path of a place to be redirected to may be the secret of whoever goes there, and so may all behind it. */
function serverOf(location: string | undefined): string {
  if (location === undefined) return 'nowhere';
  const base = 'relative://here';
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url === undefined) return 'what is not a URL';
  return url.protocol === 'relative:' ? 'another path of it' : `${url.protocol}//${url.host}`;
}
