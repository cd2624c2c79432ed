/** One HTTP request on one connection, and its result. */
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Client } from 'undici';
import { describeError } from '../connection-errors.js';
import type { Deadline } from '../deadline.js';
import type { TlsOptions } from '../tls.js';
import { withTraceHeaders } from '../trace-headers.js';
import { parseRetryAfter } from './retry-after.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Covers the connection, the headers and the whole body. */
  readonly timeoutMs: number;
  /** Set if the default certificate authorities are not sufficient. */
  readonly tls?: TlsOptions;
  /** Path of a Unix socket on which the server listens. The host of the URL is then only the `Host` header. */
  readonly socketPath?: string | undefined;
  /** Maximum size of a response body, decompressed. Reading stops when a body exceeds this size. */
  readonly mostBytes?: number;
  /** Names of the response headers that the caller reads, in lower case. */
  readonly wantedHeaders?: readonly string[];
}

export type HttpResult =
  /** No byte of the request left this process. */
  | ({ readonly kind: 'notSent' } & Failure)
  /** The request was sent, wholly or in part, and no byte of a response was received. */
  | ({ readonly kind: 'noAnswer' } & Failure)
  | Answer;

export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly location?: string;
  readonly contentType?: string;
  readonly retryAfterMs?: number;
  /** Those of `wantedHeaders` that the response has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, or the reason why it is not complete. */
  readonly body: { readonly text: string } | Failure;
}

export interface Failure {
  readonly cause: 'connection' | 'timeout' | 'stopped' | 'tooLarge';
  /** For error messages, to be put in brackets. */
  readonly reason: string;
  /** The error, if the connection failed. It may contain the request, so it must not be shown or stored. */
  readonly error?: unknown;
}

export interface Connection {
  readonly client: Client;
  /** The request may have been written, wholly or in part. */
  readonly wasUsed: () => boolean;
  /** The connection closes after the response. */
  readonly reset: boolean;
}

/** Most responses of the supported APIs are a few hundred bytes. A much larger one comes from a different server. */
const usuallyMostBytes = 64 * 1024;

/**
 * Never throws, follows no redirect, retries nothing. `sendOnce` and `PooledReads` make the connection, and close it
 * when the deadline aborts.
 */
export async function requestOver(
  { client, wasUsed, reset }: Connection,
  { method, url, headers, body, timeoutMs, mostBytes = usuallyMostBytes, wantedHeaders }: HttpRequest,
  { deadline, caller }: { readonly deadline: Deadline; readonly caller: AbortSignal },
): Promise<HttpResult> {
  const explain = (error: unknown): Failure => {
    const missed = wasUsed() ? 'complete response' : 'connection';
    if (caller.aborted) return { cause: 'stopped', reason: `stopped before there was a ${missed}` };
    if (deadline.isOver) return { cause: 'timeout', reason: `no ${missed} within ${timeoutMs} ms` };
    return { cause: 'connection', reason: describeError(error), error };
  };
  try {
    const path = url.pathname + url.search;
    const response = await client.request({
      method,
      path,
      headers: withTraceHeaders(headers),
      body: body ?? null,
      reset,
    });
    const location = firstValue(response.headers['location']);
    const contentType = firstValue(response.headers['content-type']);
    const retryAfterMs = parseRetryAfter(firstValue(response.headers['retry-after']));
    return {
      kind: 'answered',
      status: response.statusCode,
      ...(location !== undefined && { location }),
      ...(contentType !== undefined && { contentType }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(wantedHeaders && { headers: chosenOf(response.headers, wantedHeaders) }),
      body: await readWhole(decoded(response.body, response.headers), mostBytes).catch(explain),
    };
  } catch (error) {
    return { kind: wasUsed() ? 'noAnswer' : 'notSent', ...explain(error) };
  }
}

/** Servers compress a body only for a request with `accept-encoding: gzip`. */
function decoded(body: Readable, headers: IncomingHttpHeaders): Readable {
  const encoding = firstValue(headers['content-encoding'])?.trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return body;
  // An error of either stream is thrown by the read of the decompressed one.
  return pipeline(body, createGunzip(), () => {});
}

async function readWhole(body: AsyncIterable<Buffer>, mostBytes: number): Promise<Answer['body']> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      return { cause: 'tooLarge', reason: `the response is larger than ${mostBytes} bytes` };
    }
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString('utf8') };
}

function chosenOf(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = firstValue(headers[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
