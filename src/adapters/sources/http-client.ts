/** HTTP for the sources that ask over it: one pool of connections, authentication, TLS, a bound on what is read. */
import { Agent, request } from 'undici';
import { z } from 'zod';
import { bodyInWords, failureInWords } from '../net/answer-words.js';
import { connectorOf } from '../net/tunnel.js';
import { takeApart, type ServerAddress } from '../net/server-address.js';
import { SourceError } from './source.js';
import { tlsOptions, tlsSettings } from '../net/tls-settings.js';

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

/** What was answered, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly text: string;
}

export class HttpClient {
  readonly shown: string;
  readonly secrets: readonly string[];
  readonly #address: ServerAddress;
  readonly #settings: HttpSettings;
  readonly #timeoutMs: number;
  #agent: Agent | undefined;

  constructor(address: string, settings: HttpSettings, timeoutMs: number) {
    this.#address = takeApart(address);
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
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

  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    const { body, type } = bodyOf(question);
    const authorization = this.#authorization();
    const answer = await request(this.#urlOf(question), {
      method: body === undefined ? 'GET' : 'POST',
      dispatcher: this.#connected(),
      signal: question.signal,
      headers: {
        accept: 'application/json',
        ...(type !== undefined && { 'content-type': type }),
        ...(authorization !== undefined && { authorization }),
        ...withoutThoseOf(this.#settings.headers, question.headers),
        ...this.#settings.headers,
      },
      ...(body !== undefined && { body }),
    });
    const contentType = [answer.headers['content-type']].flat()[0];
    return { status: answer.statusCode, contentType, text: await answer.body.text() };
  }

  /** The answer of a question that went well, parsed. */
  async askJson(question: HttpQuestion): Promise<unknown> {
    const answer = await this.ask(question);
    refuseFailure(answer);
    return parseJson(answer);
  }

  async close(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    await agent?.destroy();
  }

  #connected(): Agent {
    this.#agent ??= new Agent({
      connect: connectorOf({ ...tlsOptions(this.#settings.tls), timeout: this.#timeoutMs }),
      // A sample is one small question: side by side they wait for each other.
      connections: 1,
      // Longer than most intervals, so that a connection is reused from one sample to the next.
      keepAliveTimeout: 60_000,
      maxResponseSize: largestAnswerBytes,
    });
    return this.#agent;
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

/** Throws for every status that is not a success. */
export function refuseFailure(answer: HttpAnswer): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const said = failureInWords(status, answer);
  if (status === 401 || status === 403) {
    throw new SourceError(
      'denied',
      `answered ${status}. Check username and password, bearerToken or headers, and their rights.`,
    );
  }
  if (status === 404) throw new SourceError('missing', `answered ${said}. Check the address.`);
  if (status >= 300 && status < 400) {
    throw new SourceError(
      'failed',
      `answered ${status}, a redirect, which is not followed. Use the address it leads to.`,
    );
  }
  throw new SourceError('failed', `answered ${said}`);
}

export function parseJson(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw new SourceError('malformed', `answered what is not JSON (${bodyInWords(answer)}). Check the address.`);
  }
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
