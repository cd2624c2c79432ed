/** HTTP for the sources that ask over it: their settings, authentication, and what to do about an answer that is none. */
import { z } from 'zod';
import { AdapterError, type Advice, withAdvice } from '../net/errors.js';
import { jsonIn, jsonOf } from '../net/http/answer.js';
import { PooledReads } from '../net/http/pooled-reads.js';
import type { Answer, Failure } from '../net/http/request.js';
import { parseAddress, type ServerAddress } from '../net/server-address.js';
import { tlsOptions, tlsSettings, type TlsOptions } from '../net/tls.js';

/** The settings that every source over HTTP shares. */
export const httpSettings = {
  username: z.string().optional().describe('User name for basic authentication.'),
  password: z.string().optional().describe('Password for basic authentication; best as "${NAME}" or "${file:/path}".'),
  bearerToken: z.string().optional().describe('Token sent as `Authorization: Bearer`.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Further request headers, such as an API key. Their values are treated as secrets.'),
  tls: tlsSettings.optional(),
};

export type HttpSettings = z.output<z.ZodObject<typeof httpSettings>>;

export interface HttpQuestion {
  /** Appended to the path of the address. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as a form by POST; without it the question is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST. */
  readonly json?: unknown;
  /** Under those of the settings, which win. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export class HttpClient {
  readonly shown: string;
  readonly secrets: readonly string[];
  readonly #address: ServerAddress;
  readonly #settings: HttpSettings;
  readonly #timeoutMs: number;
  readonly #tls: TlsOptions;
  #reads: PooledReads | undefined;

  constructor(address: string, settings: HttpSettings, timeoutMs: number) {
    this.#address = parseAddress(address);
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#tls = tlsOptions(settings.tls);
    this.shown = this.#address.shown;
    const authorization = this.#authorization();
    this.secrets = [
      settings.password ?? this.#address.password,
      settings.bearerToken,
      settings.tls?.key,
      authorization?.replace(/^\w+ /, ''),
      ...Object.values(settings.headers),
      ...this.#address.url.searchParams.values(),
    ].filter((secret) => secret !== undefined);
  }

  /** @returns the whole answer, whatever its status. */
  async ask(question: HttpQuestion): Promise<Answer> {
    const { body, type } = bodyOf(question);
    const authorization = this.#authorization();
    this.#reads ??= new PooledReads();
    const result = await this.#reads.read(
      {
        method: body === undefined ? 'GET' : 'POST',
        url: this.#urlOf(question),
        headers: {
          accept: 'application/json',
          ...(type !== undefined && { 'content-type': type }),
          ...(authorization !== undefined && { authorization }),
          ...withoutThoseOf(this.#settings.headers, question.headers),
          ...this.#settings.headers,
        },
        ...(body !== undefined && { body }),
        timeoutMs: this.#timeoutMs,
        tls: this.#tls,
        mostBytes: largestAnswerBytes,
      },
      question.signal,
    );
    if (result.kind !== 'answered') throw lost(result);
    if (!('text' in result.body) && result.body.cause !== 'tooLarge') throw lost(result.body);
    return result;
  }

  /** The answer of a question that went well, parsed. */
  async askJson(question: HttpQuestion): Promise<unknown> {
    return jsonOfSuccess(await this.ask(question));
  }

  async close(): Promise<void> {
    this.#reads?.close();
    this.#reads = undefined;
  }

  #urlOf({ path, query = {} }: HttpQuestion): URL {
    const url = new URL(this.#address.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (path !== undefined) url.pathname = url.pathname.replace(/\/$/, '') + path;
    return url;
  }

  #authorization(): string | undefined {
    if (this.#settings.bearerToken !== undefined) return `Bearer ${this.#settings.bearerToken}`;
    const username = this.#settings.username ?? this.#address.username;
    const password = this.#settings.password ?? this.#address.password;
    if (username === undefined && password === undefined) return undefined;
    return `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`;
  }
}

/** A metric is small; more than this is the wrong address. */
const largestAnswerBytes = 10 * 1024 * 1024;

/**
 * The JSON of an answer of success.
 * @throws AdapterError
 */
export function jsonOfSuccess(answer: Answer): unknown {
  return advised(() => jsonOf(answer, request));
}

/**
 * The JSON of an answer, whatever its status.
 * @throws AdapterError
 */
export function jsonOfAny(answer: Answer): unknown {
  return advised(() => jsonIn(answer, request));
}

const request = 'the request';

function advised<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    throw new AdapterError(error.code, withAdvice(error, advice), error);
  }
}

const advice: Advice = {
  denied: 'Check username and password, bearerToken or headers, and their rights.',
  missing: 'Check the address.',
  invalid: 'Check the address; redirects are not followed.',
  malformed: 'Check the address.',
  throttled: 'Raise interval.',
};

/** What was thrown, to be explained as for every other client. */
function lost({ cause, reason, error }: Failure): unknown {
  if (cause === 'connection') return error;
  return new AdapterError(cause === 'timeout' ? 'timeout' : 'stopped', `${request} had no answer (${reason})`);
}

/** A header in two spellings would be sent twice. */
function withoutThoseOf(
  chosen: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = Object.keys(chosen).map((name) => name.toLowerCase());
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));
}

function bodyOf({ form, json }: HttpQuestion): { readonly body?: string; readonly type?: string } {
  if (form !== undefined)
    return { body: new URLSearchParams(form).toString(), type: 'application/x-www-form-urlencoded' };
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  return {};
}
