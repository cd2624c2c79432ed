/** The HTTP client of the sources: common settings, authentication, and the handling of invalid responses. */
import { z } from 'zod';
import { AdapterError, type Advice, withAdvice } from '../net/errors.js';
import { acceptedAnswer, jsonOf } from '../net/http/answer.js';
import { PooledReads } from '../net/http/pooled-reads.js';
import type { Answer, Failure } from '../net/http/request.js';
import { parseAddress, type ServerAddress } from '../net/server-address.js';
import { tlsOptions, tlsSettings, type TlsOptions } from '../net/tls.js';

/** The settings that every source over HTTP shares. */
export const httpSettings = {
  username: z.string().optional().describe('User name of basic authentication.'),
  password: z
    .string()
    .optional()
    .describe('Password of basic authentication, preferably as "${NAME}" or "${file:/path}".'),
  bearerToken: z.string().optional().describe('Token sent as `Authorization: Bearer`.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Additional request headers, such as an API key. Their values are treated as secrets.'),
  tls: tlsSettings.optional(),
};

export type HttpSettings = z.output<z.ZodObject<typeof httpSettings>>;

export interface HttpQuestion {
  /** Appended to the path of the address. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as a form by POST. Without `form` and `json`, the request is a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST. */
  readonly json?: unknown;
  /** Headers of the settings override these. */
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

  /** @returns the whole response, whatever its status. */
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
    if (result.kind !== 'answered') throw errorOfFailure(result);
    if (!('text' in result.body) && result.body.cause !== 'tooLarge') throw errorOfFailure(result.body);
    return result;
  }

  /** The parsed JSON of a response with a success status. */
  async askJson(question: HttpQuestion): Promise<unknown> {
    return jsonOfSuccess(await this.ask(question));
  }

  /** Scheme, host and port of the address. */
  get origin(): string {
    return this.#address.url.origin;
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

/** A metric is small. A larger response means that the address is invalid. */
const largestAnswerBytes = 10 * 1024 * 1024;

/**
 * The JSON of a response with a success status.
 * @throws AdapterError
 */
export function jsonOfSuccess(answer: Answer): unknown {
  return advised(() => jsonOf(answer, request));
}

/**
 * The body of a response with a success status.
 * @throws AdapterError
 */
export function textOfSuccess(answer: Answer): string {
  return advised(() => {
    const { body } = acceptedAnswer(answer, request);
    if ('text' in body) return body.text;
    throw new AdapterError('malformed', `${request} returned a body that cannot be read (${body.reason})`);
  });
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
  denied: 'Check username and password, bearerToken or headers, and the permissions of the user.',
  missing: 'Check the address.',
  invalid: 'Check the address. Redirects are not followed.',
  malformed: 'Check the address.',
  throttled: 'Raise interval.',
};

/** The original error, from which the sampler makes a message as for every other client. */
function errorOfFailure({ cause, reason, error }: Failure): unknown {
  if (cause === 'connection') return error;
  return new AdapterError(cause === 'timeout' ? 'timeout' : 'stopped', `${request} got no response (${reason})`);
}

/** Header names in lower case: the same header in two spellings would be sent twice. */
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
