/** One HTTP request on one connection, and what is known of it when it is over. */
import type { Client } from 'undici';
import { describeError } from '../connection-errors.js';
import type { Deadline } from '../deadline.js';
import type { TlsOptions } from '../tls.js';
import { parseRetryAfter } from './retry-after.js';

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
}

export type HttpResult =
  /** Nothing of the request left this process. */
  | ({ readonly kind: 'notSent' } & Failure)
  /** The request was sent, wholly or in part, and no answer to it began. */
  | ({ readonly kind: 'noAnswer' } & Failure)
  | Answer;

export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly location?: string;
  readonly contentType?: string;
  readonly retryAfterMs?: number;
  /** What came, or why the rest of it did not. */
  readonly body: { readonly text: string } | Failure;
}

export interface Failure {
  readonly cause: 'connection' | 'timeout' | 'stopped' | 'tooLarge';
  /** For a person, to stand in brackets. */
  readonly reason: string;
  /** What was thrown, where the connection failed. It may hold the request, so it is not to be shown or kept. */
  readonly error?: unknown;
}

export interface Connection {
  readonly client: Client;
  /** The request may have been written, wholly or in part. */
  readonly wasUsed: () => boolean;
  /** The connection is over with the answer. */
  readonly reset: boolean;
}

/** Most answers of the APIs spoken here are a few hundred bytes; what is larger comes from something else. */
const usuallyMostBytes = 64 * 1024;

/**
 * Never throws, follows no redirect, retries nothing. `sendOnce` and `PooledReads` make the connection, and break it off
 * when the deadline aborts.
 */
export async function requestOver(
  { client, wasUsed, reset }: Connection,
  { method, url, headers, body, timeoutMs, mostBytes = usuallyMostBytes }: HttpRequest,
  { deadline, caller }: { readonly deadline: Deadline; readonly caller: AbortSignal },
): Promise<HttpResult> {
  const explain = (error: unknown): Failure => {
    const missed = wasUsed() ? 'whole answer' : 'connection';
    if (caller.aborted) return { cause: 'stopped', reason: `stopped before there was a ${missed}` };
    if (deadline.isOver) return { cause: 'timeout', reason: `no ${missed} within ${timeoutMs} ms` };
    return { cause: 'connection', reason: describeError(error), error };
  };
  try {
    const path = url.pathname + url.search;
    const response = await client.request({ method, path, headers, body: body ?? null, reset });
    const location = firstValue(response.headers['location']);
    const contentType = firstValue(response.headers['content-type']);
    const retryAfterMs = parseRetryAfter(firstValue(response.headers['retry-after']));
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

function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
