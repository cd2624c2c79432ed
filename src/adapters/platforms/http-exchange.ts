/** One HTTP request on a connection of its own, sent at most once, and what is known of it when it is over. */
import type { ConnectionOptions } from 'node:tls';
import { type buildConnector, Client } from 'undici';
import { connectorOf } from '../net/tunnel.js';
import { Deadline } from '../net/deadline.js';
import type { SendPermit } from './platform.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For everything: the connection, the headers and the whole body. */
  readonly timeoutMs: number;
  /** Where the authorities of this machine will not do. */
  readonly tls?: TlsOptions;
  /** An answer that is larger is not read to its end. */
  readonly mostBytes?: number;
  /** Asked when the connection stands and the very next thing is the write. */
  readonly permit?: SendPermit;
}

export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

export interface Failure {
  readonly cause: 'connection' | 'timeout' | 'stopped' | 'tooLarge';
  /** For a person, to stand in brackets. */
  readonly reason: string;
}

export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly location?: string;
  readonly contentType?: string;
  readonly retryAfterMs?: number;
  /** What came, or why the rest of it did not. */
  readonly body: { readonly text: string } | Failure;
}

export type HttpExchange =
  /** Surely nothing of the request left this process. */
  | ({ readonly kind: 'notSent' } & Failure)
  /** The request was sent, wholly or in part, and no answer to it began. */
  | ({ readonly kind: 'noAnswer' } & Failure)
  | Answer;

/** Most answers of the APIs spoken here are a few hundred bytes; what is larger comes from something else. */
const usuallyMostBytes = 64 * 1024;
/** A server that asks for a longer wait is asked again after this one. */
const longestRetryAfterMs = 300_000;

/**
 * Never throws, follows no redirect, retries nothing. No agent or pool of connections takes part, so no idle connection
 * that its server closes just then can put the request in doubt.
 */
export async function exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpExchange> {
  const { url, timeoutMs, permit, tls = {} } = request;
  const deadline = new Deadline(timeoutMs, signal);
  const connection = singleConnection({ ...tls, signal: deadline.signal, timeout: 0 }, () => {
    deadline.signal.throwIfAborted();
    if (permit?.isValid() === false) throw new Error('the leave to send it ran out while it was being connected');
  });
  const client = new Client(url.origin, { connect: connection.connect, headersTimeout: 0, bodyTimeout: 0 });
  try {
    return await ask({ client, ...connection, reset: true }, request, { deadline, caller: signal });
  } finally {
    deadline.clear();
    await client.destroy();
  }
}

export interface Connection {
  readonly client: Client;
  /** The request may have been written, wholly or in part. */
  readonly wasUsed: () => boolean;
  /** The connection is over with the answer. */
  readonly reset: boolean;
}

/** One request on one connection. Whoever calls breaks the connection off when the deadline aborts. */
export async function ask(
  { client, wasUsed, reset }: Connection,
  { method, url, headers, body, timeoutMs, mostBytes = usuallyMostBytes }: Omit<HttpRequest, 'permit'>,
  { deadline, caller }: { readonly deadline: Deadline; readonly caller: AbortSignal },
): Promise<HttpExchange> {
  const explain = (error: unknown): Failure => {
    const missed = wasUsed() ? 'whole answer' : 'connection';
    if (caller.aborted) return { cause: 'stopped', reason: `stopped before there was a ${missed}` };
    if (deadline.isOver) return { cause: 'timeout', reason: `no ${missed} within ${timeoutMs} ms` };
    return { cause: 'connection', reason: describe(error) };
  };
  try {
    const path = url.pathname + url.search;
    const response = await client.request({ method, path, headers, body: body ?? null, reset });
    const location = firstValue(response.headers['location']);
    const contentType = firstValue(response.headers['content-type']);
    const retryAfterMs = parseRetryAfter(firstValue(response.headers['retry-after']), Date.now());
    return {
      kind: 'answered',
      status: response.statusCode,
      ...(location !== undefined && { location }),
      ...(contentType !== undefined && { contentType }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      body: await readWhole(response.body, mostBytes).catch(explain),
    };
  } catch (error) {
    return { kind: wasUsed() ? 'noAnswer' : 'notSent', ...explain(error) };
  }
}

/**
 * The HTTP client gets one connection and no other. That makes resending impossible, whatever the client would do when
 * a connection is lost. `beforeWrite` throws when nothing may be sent; after it the client writes without a pause, so
 * that until then surely nothing was sent.
 */
function singleConnection(options: buildConnector.BuildOptions & { signal: AbortSignal }, beforeWrite: () => void) {
  const connect = connectorOf(options);
  let asked = false;
  let used = false;
  return {
    wasUsed: () => used,
    connect: (options: buildConnector.Options, callback: buildConnector.Callback): void => {
      if (asked) {
        callback(new Error('the connection was lost'), null);
        return;
      }
      asked = true;
      connect(options, (error, socket) => {
        if (error) {
          callback(error, null);
          return;
        }
        try {
          beforeWrite();
        } catch (refusal) {
          socket.destroy();
          callback(refusal as Error, null);
          return;
        }
        used = true;
        callback(null, socket);
      });
    },
  };
}

async function readWhole(body: AsyncIterable<Buffer>, mostBytes: number): Promise<Answer['body']> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      return { cause: 'tooLarge', reason: `the answer is larger than ${mostBytes} bytes` };
    }
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString('utf8') };
}

/** Seconds or an HTTP date; what is neither, or lies in the past, is no advice. */
function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const waitMs = /^\d+$/.test(value)
    ? Number(value) * 1000
    : // Date.parse takes almost anything for a date ("foo 7" is in July), so the form is checked first.
      /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)
      ? Date.parse(value) - nowMs
      : NaN;
  return waitMs > 0 ? Math.min(waitMs, longestRetryAfterMs) : undefined;
}

function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Some errors say it in their code only (`localhost` with several addresses) or better (OpenSSL). */
function describe(error: unknown): string {
  const { message, code = '' } = error as { message?: string; code?: string }; // whatever was thrown, these are looked for
  return message && !code.startsWith('ERR_SSL_') ? message : code || String(error);
}
