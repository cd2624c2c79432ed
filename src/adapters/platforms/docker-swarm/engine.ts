/** The Docker Engine API of one manager, over a Unix socket or TCP: versioned paths, reads, and fenced writes. */
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { acceptedAnswer, jsonOf } from '../../net/http/answer.js';
import { PooledReads } from '../../net/http/pooled-reads.js';
import { sendOnce } from '../../net/http/send-once.js';
import type { SendPermit } from '../../net/send-permit.js';
import { type TlsOptions, type TlsSettings, tlsOptions } from '../../net/tls.js';

export const defaultHost = 'unix:///var/run/docker.sock';

export const hostSetting = z.string().superRefine((text, issues) => {
  const isSocket = /^unix:\/\/\/./.test(text);
  const isServer = /^(tcp|https?):\/\/[^/]/.test(text) && URL.canParse(text);
  if (isSocket || (isServer && new URL(text).username === '' && new URL(text).password === '')) return;
  const message = `must be an address like ${defaultHost} or tcp://manager:2376, without a user. An ssh:// address is not supported`;
  issues.addIssue({ code: 'custom', message });
});

/** The number of running tasks in a list of services exists since this version (Docker 20.10). */
const oldestMinor = 41;

const versionSchema = z.object({ ApiVersion: z.string().regex(/^1\.\d+$/) });

/** A list contains the whole specification of every service that it names. */
const mostBytes = 16 * 1024 * 1024;

/** Where the Engine listens. */
interface Endpoint {
  readonly origin: string;
  readonly socketPath: string | undefined;
  readonly tls: TlsOptions;
}

export class DockerEngine {
  readonly #endpoint: Endpoint;
  readonly #reads = new PooledReads();
  #version: string | undefined;

  constructor(
    host: string,
    tls: TlsSettings | undefined,
    private readonly timeoutMs: number,
  ) {
    this.#endpoint = endpointOf(host, tls);
  }

  /**
   * The newest version of the API that the Engine has. A request with an older version loses the fields of a
   * specification that this older version does not have, so a change reads the version again.
   * @throws AdapterError
   */
  async readVersion(signal: AbortSignal): Promise<string> {
    const { ApiVersion } = await this.#read('/version', versionSchema, signal);
    if (Number(ApiVersion.slice(2)) < oldestMinor) {
      throw new AdapterError(
        'invalid',
        `the Engine has the API ${ApiVersion}; Docker 20.10 (API 1.${oldestMinor}) or newer is required`,
      );
    }
    this.#version = ApiVersion;
    return ApiVersion;
  }

  /** @throws AdapterError */
  async get<Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>> {
    const version = this.#version ?? (await this.readVersion(signal));
    try {
      return await this.#read(`/v${version}${path}`, schema, signal);
    } catch (error) {
      // An Engine that was replaced may have another version.
      this.#version = undefined;
      throw error;
    }
  }

  /**
   * @param version the result of `readVersion`.
   * @returns the conflict if the version of the service has changed.
   * @throws AdapterError
   */
  async post(
    { version, path, body }: { readonly version: string; readonly path: string; readonly body: unknown },
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<AdapterError | undefined> {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const request = { ...this.#requestTo(`/v${version}${path}`), headers, body: JSON.stringify(body) };
    const result = await sendOnce({ ...request, method: 'POST', permit }, signal);
    try {
      acceptedAnswer(result, `POST ${path}`);
      return undefined;
    } catch (error) {
      // The Engine responds to an outdated version with status 500 and this text.
      const isOutdated = error instanceof AdapterError && error.message.includes('update out of sequence');
      if (isOutdated && result.kind === 'answered') return new AdapterError('conflict', error.message);
      throw error;
    }
  }

  close(): void {
    this.#reads.close();
  }

  async #read<Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>> {
    const headers = { Accept: 'application/json' };
    const request = `GET ${path.split('?')[0] ?? path}`;
    const result = await this.#reads.read({ ...this.#requestTo(path), method: 'GET', headers }, signal);
    const parsed = schema.safeParse(jsonOf(result, request));
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(({ path: at, message }) => [...at, message].join(': ')).join('; ');
    throw new AdapterError('malformed', `the response to ${request} has an unexpected form (${problems})`);
  }

  #requestTo(path: string) {
    const { origin, socketPath, tls } = this.#endpoint;
    return { url: new URL(path, origin), socketPath, tls, timeoutMs: this.timeoutMs, mostBytes };
  }
}

function endpointOf(host: string, tls: TlsSettings | undefined): Endpoint {
  // The Engine requires a Host header, and does not read it.
  if (host.startsWith('unix://')) {
    return { origin: 'http://docker', socketPath: host.slice('unix://'.length), tls: {} };
  }
  const origin = tls === undefined ? host.replace(/^tcp:/, 'http:') : host.replace(/^(tcp|http):/, 'https:');
  return { origin, socketPath: undefined, tls: tlsOptions(tls) };
}
