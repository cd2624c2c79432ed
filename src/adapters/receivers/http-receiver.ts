/** What all receivers share: one event is one POST, and the status says whether the receiver has it. */
import { connectionFailureOf, firstMessageOf } from '../net/connection-errors.js';
import { describeAnswer } from '../net/http/answer.js';
import { connectOnly } from '../net/http/connect-only.js';
import type { Answer, HttpResult } from '../net/http/request.js';
import { sendOnce } from '../net/http/send-once.js';
import { withoutSecrets } from '../net/secrets.js';
import { parseAddress } from '../net/server-address.js';
import type { TlsOptions } from '../net/tls.js';
import type { ScalingEvent } from '../../domain/events/event.js';
import type { Delivery, Receiver } from './receiver.js';

interface Endpoint {
  /** May contain a user and a password: they are sent as basic authentication. */
  readonly address: string;
  readonly tls?: TlsOptions;
  /** Values that no message may contain. Those of the address are added. */
  readonly secrets: readonly string[];
}

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A receiver should store an event and respond, and do its work later. */
const timeoutMs = 15_000;
const mostBytes = 16 * 1024;

/**
 * Each event uses a connection of its own: events are rare, and a connection that the receiver has closed meanwhile
 * would make it unclear whether it has the event. Redirects are not followed, because a signature is meant for one
 * address.
 * @param messageOf undefined for an event that the receiver does not need.
 */
export function httpReceiver(
  { address, tls = {}, secrets }: Endpoint,
  messageOf: (event: ScalingEvent) => Message | undefined,
): Receiver {
  const { url, username, password } = parseAddress(address);
  const credentials =
    username === undefined && password === undefined
      ? undefined
      : Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
  // Only the server: the path of a webhook may be a secret.
  const server = `${url.protocol}//${url.host}`;
  const inAddress = [...url.pathname.split('/'), ...url.searchParams.values()].filter(({ length }) => length >= 8);
  const hidden = [...secrets, password, credentials, ...inAddress];

  return {
    deliver: async (event, signal) => {
      const message = messageOf(event);
      if (!message) return { outcome: 'delivered' };
      const headers = {
        ...(credentials !== undefined && { authorization: `Basic ${credentials}` }),
        ...message.headers,
      };
      const request = { method: 'POST', url, headers, body: message.body, timeoutMs, tls, mostBytes } as const;
      const delivery = deliveryOf(await sendOnce(request, signal), server);
      return 'reason' in delivery ? { ...delivery, reason: withoutSecrets(delivery.reason, hidden) } : delivery;
    },
    connect: async (signal) => {
      try {
        await connectOnly({ url, tls, timeoutMs }, signal);
        return { isReachable: true, message: `${server} accepts connections; no event was sent` };
      } catch (error) {
        const text = connectionFailureOf(error)?.text ?? `${firstMessageOf(error)}. Check its address and the network.`;
        return { isReachable: false, message: withoutSecrets(`${server}: ${text}`, hidden) };
      }
    },
  };
}

/** The receiver has read the event and does not accept its content. */
const refusals = [400, 413, 415, 422];

function deliveryOf(result: HttpResult, server: string): Delivery {
  if (result.kind !== 'answered') return { outcome: 'failed', reason: `${server} did not respond (${result.reason})` };
  const { status, retryAfterMs } = result;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const reason = `${server} returned ${inWords(result)}`;
  if (status === 410) return { outcome: 'gone', reason };
  if (refusals.includes(status)) return { outcome: 'refused', reason };
  return { outcome: 'failed', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function inWords(answer: Answer): string {
  const { status, body } = answer;
  // Slack responds with one word.
  const isWord = 'text' in body && /^[a-z]+(_[a-z]+){1,5}$/.test(body.text);
  return isWord ? `${status}: ${body.text}` : describeAnswer(answer);
}
