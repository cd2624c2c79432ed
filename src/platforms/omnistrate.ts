/**
 * Omnistrate: the HTTP API of the sidecar beside a deployed service. Changes are relative ("add 2") and carry no key
 * that the sidecar knows, so what became of each one decides whether another may ever be sent.
 */
import { z } from 'zod';
import { resourceStatuses, type CapacityChange, type ChangeOutcome, type Observation } from '../domain/capacity.js';
import { exchange, type Answer, type Failure, type HttpExchange, type HttpRequest } from './http-exchange.js';
import { definePlatform, PlatformError, type Platform, type PlatformContext, type SendPermit } from './platform.js';

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as http://127.0.0.1:49750', abort: true })
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
      error: 'must not carry a user or a password: the sidecar asks for neither',
    })
    .default('http://127.0.0.1:49750')
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
  isAbsolute: () => false,
  create: (chosen, context) => new OmnistrateSidecar(chosen, context),
});

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

  constructor({ url, alias }: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    const base = new URL(url);
    this.#resource = resource;
    this.#url = `${base.origin}${base.pathname.replace(/\/+$/, '')}/resource/${encodeURIComponent(alias ?? resource)}`;
    this.#timeoutMs = requestTimeoutMs;
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const result = await this.#send({ method: 'GET', path: '/capacity', headers: {} }, signal);
    if (result.kind !== 'answered') throw this.#unreadable(result);
    if (result.status !== 200) throw this.#refused(result);
    if (!('text' in result.body)) throw this.#unreadable(result.body);
    return this.#parse(result.body.text);
  }

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
    const result = await this.#send({ method: 'POST', path, headers, body: JSON.stringify(body), permit }, signal);
    return classifyChange(result, `POST ${this.#url}${path}`);
  }

  #send(
    { path, ...request }: Omit<HttpRequest, 'url' | 'timeoutMs'> & { path: string },
    signal: AbortSignal,
  ): Promise<HttpExchange> {
    return exchange({ ...request, url: new URL(this.#url + path), timeoutMs: this.#timeoutMs }, signal);
  }

  #parse(text: string): Observation {
    const json = parseJson(text);
    const parsed = capacityAnswer.safeParse(json);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
      const problems = json === undefined ? 'not JSON' : issues.join('; ');
      throw this.#error(
        'malformed',
        `answered something that is not a capacity (${problems}): ${excerpt(text)}`,
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

/**
 * The sidecar's API documents 200 for success and nothing else, so every other status is read by what HTTP says of it.
 * - 2xx whole: accepted, even with a body that makes no sense. Its server said so, and to take it for a failure could
 *   only lead to a second change; one that never shows is reported, not sent again.
 * - 4xx and 3xx: the request was refused or sent elsewhere, not carried out. Final but for those that say "later".
 * - 303: the result is to be seen elsewhere, so there may be one.
 * - 5xx, 503 included: may come from a gateway after the sidecar did the work.
 */
function classifyChange(result: HttpExchange, request: string): ChangeOutcome {
  if (result.kind === 'notSent') {
    return { outcome: 'rejected', final: false, reason: `${request} was not sent (${result.reason})` };
  }
  if (result.kind === 'noAnswer') {
    return { outcome: 'unknown', reason: `${request} was sent, and no answer came (${result.reason})` };
  }
  const { status, body, retryAfterMs } = result;
  const reason = `${request} was answered ${describeAnswer(result)}`;
  if (status >= 500 || status === 303) return { outcome: 'unknown', reason };
  if (status >= 300) {
    const final = ![408, 409, 425, 429].includes(status);
    return { outcome: 'rejected', final, reason, ...(!final && retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if ('text' in body || body.cause === 'tooLarge') return { outcome: 'accepted' };
  return { outcome: 'unknown', reason: `${reason} and then broke off (${body.reason})` };
}

/** `404: {"error":"no such resource"}`, `307, a redirect to http://elsewhere/`. */
function describeAnswer({ status, location, body }: Answer): string {
  if (status >= 300 && status < 400) return `${status}, a redirect to ${withoutSecrets(location)}`;
  return 'text' in body && body.text !== '' ? `${status}: ${excerpt(body.text)}` : `${status}`;
}

/** A place to be redirected to may carry a password or a token: those stand in neither origin nor path. */
function withoutSecrets(location: string | undefined): string {
  if (location === undefined) return 'nowhere';
  const base = 'relative://here';
  const url = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (url === undefined) return 'what is not a URL';
  return url.protocol === 'relative:' ? url.pathname : `${url.protocol}//${url.host}${url.pathname}`;
}

/** The beginning of it, on one line. */
function excerpt(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}

/** Undefined when it is none: JSON itself has no such value. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
