/** Requests to one of Google's REST APIs: reads over shared connections, and changes that are sent once. */
import { AdapterError } from '../errors.js';
import { jsonIn } from '../http/answer.js';
import { PooledReads } from '../http/pooled-reads.js';
import type { Answer, HttpResult } from '../http/request.js';
import { sendOnce } from '../http/send-once.js';
import type { SendPermit } from '../send-permit.js';
import { parseAddress } from '../server-address.js';
import { acceptedByGoogle } from './answer.js';
import { GoogleCredentials } from './credentials.js';

interface GoogleApiOptions {
  /** `https://monitoring.googleapis.com`. */
  readonly address: string;
  readonly project: string;
  /** The key of a service account as JSON text. Default: the application default credentials. */
  readonly credentials?: string | undefined;
  readonly timeoutMs: number;
}

interface GoogleRead {
  readonly method?: 'GET' | 'POST';
  /** Each part is already percent-encoded. */
  readonly path: string;
  /** A list is a parameter that occurs several times. */
  readonly query?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Sent as a form by POST. */
  readonly form?: Readonly<Record<string, string>>;
}

/** A response with many series, or a group with a policy for each of its instances. */
const mostBytes = 10 * 1024 * 1024;

export class GoogleApi {
  readonly #url: URL;
  readonly #timeoutMs: number;
  readonly #credentials: GoogleCredentials;
  #reads: PooledReads | undefined;

  constructor({ address, project, credentials, timeoutMs }: GoogleApiOptions) {
    this.#url = parseAddress(address).url;
    this.#timeoutMs = timeoutMs;
    this.#credentials = new GoogleCredentials(project, credentials);
  }

  /** What no message may contain. */
  get secrets(): readonly string[] {
    return this.#credentials.secrets;
  }

  /**
   * @returns the response, whatever its status, and the name of the request for messages.
   * @throws AdapterError
   */
  async ask({ method = 'GET', form, ...read }: GoogleRead, signal: AbortSignal) {
    const url = this.#urlOf(read);
    const headers = { ...(await this.#headers(signal)), ...(form && { 'content-type': formType }) };
    const body = form && new URLSearchParams(form).toString();
    const sent = { method: form ? 'POST' : method, url, headers, timeoutMs: this.#timeoutMs, mostBytes } as const;
    this.#reads ??= new PooledReads();
    const result = await this.#reads.read({ ...sent, ...(body !== undefined && { body }) }, signal);
    this.#noteRefusal(result);
    return { result, request: `${sent.method} ${url.origin}${url.pathname}` };
  }

  /**
   * The JSON of a response with a success status.
   * @throws AdapterError
   */
  async read(read: GoogleRead, signal: AbortSignal): Promise<unknown> {
    const { result, request } = await this.ask(read, signal);
    return jsonIn(acceptedByGoogle(result, request), request);
  }

  /**
   * Sends a POST without a body once.
   * @throws AdapterError if Google did not accept it, or its outcome is unknown.
   */
  async change(
    { path, query }: Pick<GoogleRead, 'path' | 'query'>,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<Answer> {
    const url = this.#urlOf({ path, query });
    const headers = await this.#headers(signal).catch((error: unknown) => {
      throw error instanceof AdapterError ? neverSent(error) : error;
    });
    const result = await sendOnce({ method: 'POST', url, headers, timeoutMs: this.#timeoutMs, permit }, signal);
    const request = `POST ${url.origin}${url.pathname}`;
    // The change is not retried here: the next decision uses the credentials that are read then.
    if (this.#noteRefusal(result))
      throw new AdapterError('conflict', `${request} returned 401: Google refused the token`);
    return acceptedByGoogle(result, request);
  }

  close(): void {
    this.#reads?.close();
    this.#reads = undefined;
  }

  async #headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const headers = await this.#credentials.headers({ signal, timeoutMs: this.#timeoutMs });
    return { accept: 'application/json', ...headers };
  }

  #urlOf({ path, query = {} }: Pick<GoogleRead, 'path' | 'query'>): URL {
    const url = new URL(this.#url);
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    for (const [name, values] of Object.entries(query)) {
      for (const value of [values].flat()) url.searchParams.append(name, value);
    }
    return url;
  }

  /** @returns whether Google refused the token. Its credentials are read again for the next request. */
  #noteRefusal(result: HttpResult): boolean {
    const isRefused = result.kind === 'answered' && result.status === 401;
    if (isRefused) this.#credentials.forget();
    return isRefused;
  }
}

/** The sign-in that precedes a change failed: nothing was sent, whatever the reason. */
function neverSent(error: AdapterError): AdapterError {
  return error.code === 'denied' ? error : new AdapterError('notSent', `nothing was sent: ${error.message}`, error);
}

const formType = 'application/x-www-form-urlencoded';
