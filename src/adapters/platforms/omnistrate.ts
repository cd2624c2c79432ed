/**
 * Omnistrate: the HTTP API of the sidecar beside a deployed service. Changes are relative ("add 2"), and the sidecar
 * does not deduplicate them by key. So another change may be sent only when the outcome of the last one is known.
 */
import { z } from 'zod';
import {
  resourceStatuses,
  type CapacityChange,
  type ChangeOutcome,
  type Observation,
} from '../../domain/scale/capacity.js';
import { bodyInWords } from '../net/answer-words.js';
import { AdapterError } from '../net/errors.js';
import { acceptedAnswer, describeAnswer } from '../net/http/answer.js';
import { PooledReads } from '../net/http/pooled-reads.js';
import type { Answer } from '../net/http/request.js';
import { sendOnce } from '../net/http/send-once.js';
import { parseJson } from '../net/json.js';
import { asOutcome, asReadError } from './outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, siteOf, textOf } from './platform.js';

const usualUrl = 'http://127.0.0.1:49750';

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as http://127.0.0.1:49750', abort: true })
    .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
      error: 'must not contain a user or a password: the sidecar requires neither',
    })
    .default(usualUrl)
    .describe('Where the sidecar listens.'),
  alias: z
    .string()
    .min(1)
    .optional()
    .describe("The resource's key in omnistrate-compose.yaml. Default: the name of the resource."),
});

export const omnistrate = definePlatform({
  type: 'omnistrate',
  summary: 'A resource on Omnistrate with the autoscaling policy type `custom`, through the sidecar beside it.',
  settings,
  takesChanges: () => 'whenActive',
  target: (written, of) => {
    const url = textOf(written, 'url') ?? usualUrl;
    return [siteOf(url, of), sidecarAt(url), textOf(written, 'alias') ?? of.resource];
  },
  create: (chosen, context) => new OmnistrateSidecar(chosen, context),
});

/**
 * Normalizes an address, so that different spellings of one sidecar's URL are equal: a slash at the end, `localhost`.
 */
function sidecarAt(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port, pathname } = new URL(url);
  return `${protocol}//${hostname === 'localhost' ? '127.0.0.1' : hostname}:${port}${pathname.replace(/\/+$/, '')}`;
}

/** The required fields of a response. The optional names are only displayed, so a response without them is valid. */
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
    const request = `GET ${this.#url}/capacity`;
    try {
      const result = await this.#reads.read({ method: 'GET', headers: {}, ...this.#to('/capacity') }, signal);
      return observationIn(acceptedAnswer(result, request), request);
    } catch (error) {
      throw asReadError(error, this.#resource, advice);
    }
  }

  /**
   * The sidecar's API documents only status 200, for success. Every other status has the meaning that HTTP gives it.
   */
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
    const result = await sendOnce({ ...request, permit }, signal);
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
}

function observationIn(answer: Answer, request: string): Observation {
  const { status, contentType, body } = answer;
  if (status !== 200) throw new AdapterError('failed', `${request} returned ${describeAnswer(answer)}`);
  if (!('text' in body))
    throw new AdapterError('malformed', `${request} returned a body that cannot be read (${body.reason})`);
  const json = parseJson(body.text);
  const parsed = capacityAnswer.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
    const problems = json === undefined ? 'not JSON' : issues.join('; ');
    const what = bodyInWords({ contentType, text: body.text });
    throw new AdapterError('malformed', `${request} returned a body that is not a capacity (${what}; ${problems})`);
  }
  const { status: state, currentCapacity, lastObservedTimestamp, ...details } = parsed.data;
  return { capacity: currentCapacity, status: state, observedAtMs: Date.parse(lastObservedTimestamp), details };
}

const reachAdvice =
  'The sidecar runs only beside a service on Omnistrate. Check platform.url or OMNISTRATE_SIDECAR_URL. ' +
  '`escapement simulator` starts a simulated sidecar.';
const logAdvice = 'Look for the reason in the log of the sidecar.';
const advice = {
  notSent: reachAdvice,
  unreachable: reachAdvice,
  timeout: 'Check the load of the sidecar, or raise requestTimeout.',
  stopped: 'This is not an error of the resource.',
  denied: 'The sidecar requires no credentials. Check which proxy or gateway is between Escapement and the sidecar.',
  missing: 'Set platform.alias to the key of the service in omnistrate-compose.yaml.',
  throttled: 'The sidecar limits the rate of requests. Raise waitForActive.interval.',
  conflict: logAdvice,
  refused: logAdvice,
  failed: logAdvice,
  invalid: 'Check that platform.url is the address of the sidecar. Redirects are not followed.',
  malformed: 'Check that platform.url is the address of the Omnistrate sidecar.',
} as const;
