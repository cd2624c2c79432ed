/** Reads the result of one HTTP request: the response if it succeeded, else an error with a code. */
import { bodyInWords, failureInWords } from '../answer-words.js';
import { AdapterError } from '../errors.js';
import { parseJson } from '../json.js';
import type { Answer, HttpResult } from './request.js';
import { codeOfStatus } from './status.js';

/**
 * A response with a success status, also if its body exceeds the maximum size. The status says that the server made the
 * change. If the response counted as a failure, the change could be sent a second time.
 * @param request the name of the request, for messages: `POST http://127.0.0.1/add`.
 * @throws AdapterError
 */
export function acceptedAnswer(result: HttpResult, request: string): Answer {
  if (result.kind === 'notSent') throw new AdapterError('notSent', `${request} was not sent (${result.reason})`);
  if (result.kind === 'noAnswer') {
    throw new AdapterError(
      codeOf[result.cause],
      `${request} was sent, but no response was received (${result.reason})`,
    );
  }
  const { status, body } = result;
  const said = () => `${request} returned ${describeAnswer(result)}`;
  if (status >= 300) throw new AdapterError(codeOfStatus(status), said(), result);
  if ('text' in body || body.cause === 'tooLarge') return result;
  throw new AdapterError(codeOf[body.cause], `${said()}, but its body was not complete (${body.reason})`);
}

/** Codes of a request that was sent. */
const codeOf = { connection: 'unreachable', timeout: 'timeout', stopped: 'stopped', tooLarge: 'malformed' } as const;

/**
 * The JSON of a response with a success status.
 * @throws AdapterError
 */
export function jsonOf(result: HttpResult, request: string): unknown {
  return jsonIn(acceptedAnswer(result, request), request);
}

/**
 * The JSON of a response, whatever its status.
 * @throws AdapterError
 */
export function jsonIn({ body, contentType }: Answer, request: string): unknown {
  if (!('text' in body))
    throw new AdapterError('malformed', `${request} returned a body that cannot be read (${body.reason})`);
  const json = parseJson(body.text);
  if (json !== undefined) return json;
  const what = bodyInWords({ contentType, text: body.text });
  throw new AdapterError('malformed', `${request} returned a body that is not JSON (${what})`);
}

/** `404: no such resource`, `502 (text/html of 173 characters)`, `307, a redirect to http://elsewhere`. */
export function describeAnswer({ status, location, contentType, body }: Answer): string {
  if (status >= 300 && status < 400) return `${status}, a redirect to ${serverOf(location)}`;
  return 'text' in body ? failureInWords(status, { contentType, text: body.text }) : `${status}`;
}

/** Only the server of a redirect: its path and query may contain a secret. */
function serverOf(location: string | undefined): string {
  if (location === undefined) return 'nowhere';
  const base = 'relative://here';
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url === undefined) return 'an invalid URL';
  return url.protocol === 'relative:' ? 'another path on the same server' : `${url.protocol}//${url.host}`;
}
