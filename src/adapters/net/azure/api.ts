/** One HTTP API of Azure: reads over kept connections, and changes that are sent once. */
import type { z } from 'zod';
import { type TimedCall, withDeadline } from '../deadline.js';
import { AdapterError, meanings } from '../errors.js';
import { acceptedAnswer, jsonOf } from '../http/answer.js';
import { PooledReads } from '../http/pooled-reads.js';
import type { Answer, HttpResult } from '../http/request.js';
import { sendOnce } from '../http/send-once.js';
import type { SendPermit } from '../send-permit.js';
import type { TlsOptions } from '../tls.js';
import type { AzureAuthorization } from './authorization.js';

export interface AzureServer {
  /** Address, possibly with a path and with a query that is part of every request. */
  readonly url: string;
  readonly authorization: AzureAuthorization;
  readonly timeoutMs: number;
  readonly tls?: TlsOptions;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AzureRead {
  /** Begins with a slash, and is escaped. Messages contain it. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names of the response headers that the caller reads, in lower case. */
  readonly wantedHeaders?: readonly string[];
}

interface Change extends AzureRead {
  readonly method: 'PATCH';
  readonly body: unknown;
  readonly permit: SendPermit;
}

/** A list of resources has every property of each of them. */
const mostBytes = 16 * 1024 * 1024;

export class AzureApi {
  readonly #reads = new PooledReads();

  constructor(private readonly server: AzureServer) {}

  get secrets(): readonly (string | undefined)[] {
    return this.server.authorization.secrets;
  }

  /**
   * @returns a response with a success status.
   * @throws AdapterError
   */
  async get(read: AzureRead, signal: AbortSignal): Promise<Answer> {
    const name = `GET ${read.path}`;
    const request = await this.#requestTo('GET', read, signal);
    return acceptedAnswer(await this.#reads.read(request, signal), name);
  }

  /** @throws AdapterError */
  async json<Schema extends z.ZodType>(
    read: AzureRead,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const name = `GET ${read.path}`;
    const parsed = schema.safeParse(jsonOf(await this.get(read, signal), name));
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path: at, message }) => [...at, message].join(': ')).join('; ');
    throw new AdapterError('malformed', `the response to ${name} has an unexpected form (${problems})`);
  }

  /**
   * Sends a change once, whatever the response.
   * @throws AdapterError if nothing was sent, because no token was obtained.
   */
  async change({ method, body, permit, ...to }: Change, signal: AbortSignal): Promise<HttpResult> {
    const request = await this.#requestTo(method, to, signal).catch(notSent);
    const headers = { ...request.headers, 'content-type': 'application/json' };
    return sendOnce({ ...request, method, headers, body: JSON.stringify(body), permit }, signal);
  }

  close(): void {
    this.#reads.close();
  }

  async #requestTo<Method extends 'GET' | 'PATCH'>(method: Method, read: AzureRead, signal: AbortSignal) {
    const { authorization, timeoutMs, tls = {}, headers = {} } = this.server;
    const url = this.#urlOf(read);
    const call: TimedCall = { name: 'the sign-in to Azure', signal, timeoutMs };
    const proof = await withDeadline(call, (until) => authorization.headersFor({ method, url, headers }, until));
    const { wantedHeaders } = read;
    return {
      method,
      url,
      headers: { accept: 'application/json, application/xml', ...headers, ...proof },
      timeoutMs,
      tls,
      mostBytes,
      ...(wantedHeaders && { wantedHeaders }),
    };
  }

  #urlOf({ path, query }: AzureRead): URL {
    const url = new URL(this.server.url);
    const parts = [...url.searchParams, ...Object.entries(query)];
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    // Not by URLSearchParams, which writes a space as "+".
    url.search = parts.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
    return url;
  }
}

/** A sign-in that timed out has sent nothing to this server. */
function notSent(error: unknown): never {
  if (!(error instanceof AdapterError) || meanings[error.code].change !== 'unknown') throw error;
  throw new AdapterError('notSent', `nothing was sent: ${error.message}`);
}
