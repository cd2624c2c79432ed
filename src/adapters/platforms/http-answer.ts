/** Reads the outcome of one HTTP request: the answer when it went well, or what the trouble is. */
import { bodyInWords, failureInWords } from '../net/answer-words.js';
import type { Answer, HttpExchange } from './http-exchange.js';
import { kindOfStatus, Trouble } from './trouble.js';

/**
 * An answer of success, whole or longer than anybody reads: its server said that it was done, whatever else it said. To
 * take that for a failure could only lead to a second change.
 * @param request what was asked, for messages: `POST http://127.0.0.1/add`.
 * @throws Trouble
 */
export function acceptedAnswer(result: HttpExchange, request: string): Answer {
  if (result.kind === 'notSent') throw new Trouble('notSent', `${request} was not sent (${result.reason})`);
  if (result.kind === 'noAnswer') {
    const kind = { connection: 'lost', timeout: 'timeout', stopped: 'stopped', tooLarge: 'malformed' } as const;
    throw new Trouble(kind[result.cause], `${request} was sent, and no answer came (${result.reason})`);
  }
  const { status, body, retryAfterMs } = result;
  const said = () => `${request} was answered ${describeAnswer(result)}`;
  if (status >= 300) throw new Trouble(kindOfStatus(status), said(), retryAfterMs);
  if ('text' in body || body.cause === 'tooLarge') return result;
  throw new Trouble('lost', `${said()} and then broke off (${body.reason})`);
}

/**
 * The JSON of an answer of success.
 * @throws Trouble
 */
export function jsonOf(result: HttpExchange, request: string): unknown {
  const { body, contentType } = acceptedAnswer(result, request);
  if (!('text' in body)) throw new Trouble('malformed', `${request} cannot be read (${body.reason})`);
  const json = parseJson(body.text);
  if (json !== undefined) return json;
  const what = bodyInWords({ contentType, text: body.text });
  throw new Trouble('malformed', `${request} was answered with no JSON (${what})`);
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

/** Undefined when it is none: JSON itself has no such value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
