/** Reads the outcome of one HTTP request: the answer when it went well, or what the trouble is. */
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
  const { body } = acceptedAnswer(result, request);
  if (!('text' in body)) throw new Trouble('malformed', `${request} cannot be read (${body.reason})`);
  const json = parseJson(body.text);
  if (json === undefined) throw new Trouble('malformed', `${request} was answered with no JSON: ${excerpt(body.text)}`);
  return json;
}

/** `404: {"error":"no such resource"}`, `307, a redirect to http://elsewhere/`. */
export function describeAnswer({ status, location, body }: Answer): string {
  if (status >= 300 && status < 400) return `${status}, a redirect to ${withoutSecrets(location)}`;
  return 'text' in body && body.text !== '' ? `${status}: ${excerpt(body.text)}` : `${status}`;
}

/** A place to be redirected to may carry a password or a token: those stand in neither origin nor path. */
function withoutSecrets(location: string | undefined): string {
  if (location === undefined) return 'nowhere';
  const base = 'relative://here';
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url === undefined) return 'what is not a URL';
  return url.protocol === 'relative:' ? url.pathname : `${url.protocol}//${url.host}${url.pathname}`;
}

/** The beginning of it, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

/** Undefined when it is none: JSON itself has no such value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
