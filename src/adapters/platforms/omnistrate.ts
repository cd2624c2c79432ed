/**
 * Omnistrate: the HTTP API of the sidecar beside a deployed service. Changes are relative ("add 2") and carry no key
 * that the sidecar knows, so what became of each one decides whether another may ever be sent.
 */
import { z } from 'zod';
import {
  resourceStatuses,
  type CapacityChange,
  type ChangeOutcome,
  type Observation,
} from '../../domain/scale/capacity.js';
import { bodyInWords, type AnsweredBody } from '../net/answer-words.js';
import { acceptedAnswer, describeAnswer, parseJson } from './http-answer.js';
import { exchange, type Answer, type Failure } from './http-exchange.js';
import { PooledReads } from './pooled-reads.js';
import {
  definePlatform,
  PlatformError,
  type Platform,
  type PlatformContext,
  type SendPermit,
  siteOf,
  textOf,
} from './platform.js';
import { asOutcome } from './trouble.js';

const usualUrl = 'http://127.0.0.1:49750';

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as http://127.0.0.1:49750', abort: true })
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
      error: 'must not carry a user or a password: the sidecar asks for neither',
    })
    .default(usualUrl)
    .describe('Where the sidecar listens.'),
  alias: z
    .string()
    .min(1)
    .optional()
    .describe("The resource's key in omnistrate-compose.yaml, where it is not the name it has here."),
});

export const omnistrate = definePlatform({
  type: 'omnistrate',
  summary: 'A resource on Omnistrate whose autoscaling policy type is `custom`, through the sidecar beside it.',
  settings,
  takesChanges: () => 'whenActive',
  target: (written, of) => {
    const url = textOf(written, 'url') ?? usualUrl;
    return [siteOf(url, of), sidecarAt(url), textOf(written, 'alias') ?? of.resource];
  },
  create: (chosen, context) => new OmnistrateSidecar(chosen, context),
});

/** One sidecar has one spelling: with or without a slash at the end, by the name of this machine or its address. */
function sidecarAt(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port, pathname } = new URL(url);
  return `${protocol}//${hostname === 'localhost' ? '127.0.0.1' : hostname}:${port}${pathname.replace(/\/+$/, '')}`;
}

/** What is needed of an answer. The names are for people, so that an answer without them is still one. */
const capacityAnswer = z.object({
  status: z.enum(resourceStatuses),
  currentCapacity: z.int().min(0),
  lastObservedTimestamp: z.iso.datetime({ offset: true }),
  instanceId: z.string().exactOptional(),
  resourceId: z.string().exactOptional(),
  resourceAlias: z.string().exactOptional(),
});

class OmnistrateSidecar implements Platform {
  readonly #resource: string;
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #reads = new PooledReads();

  constructor({ url, alias }: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    const base = new URL(url);
    this.#resource = resource;
    this.#url = `${base.origin}${base.pathname.replace(/\/+$/, '')}/resource/${encodeURIComponent(alias ?? resource)}`;
    this.#timeoutMs = requestTimeoutMs;
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const result = await this.#reads.read({ method: 'GET', headers: {}, ...this.#to('/capacity') }, signal);
    if (result.kind !== 'answered') throw this.#unreadable(result);
    if (result.status !== 200) throw this.#refused(result);
    if (!('text' in result.body)) throw this.#unreadable(result.body);
    return this.#parse({ contentType: result.contentType, text: result.body.text });
  }

  /** The sidecar's API documents 200 for success and nothing else: every other status is read by what HTTP says of it. */
  async change(
    { from, to, idempotencyKey }: CapacityChange,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<ChangeOutcome> {
    const [path, body] =
      to > from
        ? ['/capacity/add', { capacityToBeAdded: to - from }]
        : ['/capacity/remove', { capacityToBeRemoved: from - to }];
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey };
    const request = { method: 'POST', headers, body: JSON.stringify(body), ...this.#to(path) } as const;
    const result = await exchange({ ...request, permit }, signal);
    try {
      acceptedAnswer(result, `POST ${this.#url}${path}`);
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(error);
    }
  }

  async close(): Promise<void> {
    this.#reads.close();
  }

  #to(path: string): { readonly url: URL; readonly timeoutMs: number } {
    return { url: new URL(this.#url + path), timeoutMs: this.#timeoutMs };
  }

  #parse(body: AnsweredBody): Observation {
    const json = parseJson(body.text);
    const parsed = capacityAnswer.safeParse(json);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
      const problems = json === undefined ? 'not JSON' : issues.join('; ');
      throw this.#error(
        'malformed',
        `answered something that is not a capacity (${bodyInWords(body)}; ${problems})`,
        'Check that platform.url leads to the Omnistrate sidecar and to nothing else.',
      );
    }
    const { status, currentCapacity, lastObservedTimestamp, ...details } = parsed.data;
    return { capacity: currentCapacity, status, observedAtMs: Date.parse(lastObservedTimestamp), details };
  }

  #unreadable({ cause, reason }: Failure): PlatformError {
    switch (cause) {
      case 'connection':
        return this.#error('unreachable', `cannot be read (${reason})`, reachAdvice);
      case 'timeout':
        return this.#error('timeout', `cannot be read (${reason})`, 'Is the sidecar overloaded? See requestTimeout.');
      case 'stopped':
        return this.#error('failed', `was not read (${reason})`, 'Nothing is wrong with the resource.');
      case 'tooLarge':
        return this.#error('malformed', `cannot be read (${reason})`, 'Check that platform.url leads to the sidecar.');
    }
  }

  #refused(answer: Answer): PlatformError {
    const { status, retryAfterMs } = answer;
    const said = `answered ${describeAnswer(answer)}`;
    if (status === 404) {
      return this.#error('missing', said, 'Is it the key of a service in omnistrate-compose.yaml? See platform.alias.');
    }
    if (status === 401 || status === 403) {
      return this.#error('denied', said, 'The sidecar asks for no credentials: what stands between it and us?');
    }
    if (status === 429) return this.#error('throttled', said, 'It is asked too often.', retryAfterMs);
    if (status >= 300 && status < 400) {
      return this.#error('failed', said, 'Redirects are not followed: set platform.url to where the sidecar is.');
    }
    return this.#error('failed', said, 'What the sidecar logs at this time tells more.', retryAfterMs);
  }

  #error(code: PlatformError['code'], what: string, advice: string, retryAfterMs?: number): PlatformError {
    return new PlatformError(code, `${this.#resource}: GET ${this.#url}/capacity ${what}. ${advice}`, retryAfterMs);
  }
}

const reachAdvice =
  'The sidecar exists only beside a service on Omnistrate: check platform.url or OMNISTRATE_SIDECAR_URL; ' +
  '`escapement simulator` starts a simulated one.';
