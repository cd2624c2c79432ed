/** Sends one event by POST, and sorts what came back. Common to all receivers. */
import { describeAnswer } from '../net/http/answer.js';
import type { Answer } from '../net/http/request.js';
import { sendOnce } from '../net/http/send-once.js';
import { withoutSecrets } from '../net/secrets.js';
import { parseAddress } from '../net/server-address.js';
import type { TlsOptions } from '../net/tls.js';
import type { Delivery } from './receiver.js';

interface Post {
  /** May contain a user and a password: they are sent as basic authentication. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly tls?: TlsOptions;
  /** Values that no message may contain. Those of the address are added. */
  readonly secrets: readonly string[];
}

/** A receiver should store an event and respond, and do its work later. */
const timeoutMs = 15_000;

/**
 * Each event uses a connection of its own: events are rare, and a connection that the receiver has closed meanwhile
 * would make it unclear whether it has the event. Redirects are not followed, because a signature is meant for one
 * address.
 */
export async function postEvent({ address, body, tls, ...post }: Post, signal: AbortSignal): Promise<Delivery> {
  const { url, username, password } = parseAddress(address);
  const credentials =
    username === undefined && password === undefined
      ? undefined
      : Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
  const headers = { ...(credentials !== undefined && { authorization: `Basic ${credentials}` }), ...post.headers };
  const result = await sendOnce(
    { method: 'POST', url, headers, body, timeoutMs, ...(tls && { tls }), mostBytes: 16 * 1024 },
    signal,
  );
  // Only the server: the path of a webhook may be a secret.
  const server = `${url.protocol}//${url.host}`;
  if (result.kind !== 'answered') return { outcome: 'failed', reason: `${server} did not respond (${result.reason})` };
  if (result.status >= 200 && result.status < 300) return { outcome: 'delivered' };
  const inAddress = [...url.pathname.split('/'), ...url.searchParams.values()].filter(({ length }) => length >= 8);
  const secrets = [...post.secrets, password, credentials, ...inAddress];
  const reason = withoutSecrets(`${server} returned ${inWords(result)}`, secrets);
  const { retryAfterMs } = result;
  if (result.status === 410) return { outcome: 'gone', reason };
  if (refusals.includes(result.status)) return { outcome: 'refused', reason };
  return { outcome: 'failed', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The receiver has read the event and does not accept its content. */
const refusals = [400, 413, 415, 422];

function inWords(answer: Answer): string {
  const { status, body } = answer;
  // Slack responds with one word.
  const isWord = 'text' in body && /^[a-z]+(_[a-z]+){1,5}$/.test(body.text);
  return isWord ? `${status}: ${body.text}` : describeAnswer(answer);
}
