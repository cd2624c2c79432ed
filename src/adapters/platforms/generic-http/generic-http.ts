/** Any HTTP API that tells a capacity and changes it, described instead of programmed: an in-house one, say. */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { valueInWords } from '../../net/answer-words.js';
import { valueAtPath } from '../../net/value-at-path.js';
import { acceptedAnswer, jsonOf } from '../http-answer.js';
import { exchange } from '../http-exchange.js';
import { PooledReads } from '../pooled-reads.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, siteOf, textOf } from '../platform.js';
import { fillBody, fillUrl, templateSchemas, type Json, type TemplateValues } from './request-template.js';
import { asOutcome, asPlatformError, Trouble } from '../trouble.js';

const reading = templateSchemas(['resource']);
const changing = templateSchemas(['resource', 'from', 'to', 'amount', 'key']);

const changeSchema = z.strictObject({
  url: changing.url.describe('With `{{resource}}`, `{{from}}`, `{{to}}`, `{{amount}}` or `{{key}}` where they belong.'),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('How it is sent.'),
  body: changing.body.optional().describe('Sent as JSON; `"{{to}}"` alone becomes a number.'),
});

const path = z.string().min(1);

const settings = z
  .strictObject({
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Sent with every request, such as `Authorization`. Their values are treated as secrets.'),
    observe: z
      .strictObject({
        url: reading.url.describe('With `{{resource}}` where it belongs.'),
        method: z.enum(['GET', 'POST']).default('GET').describe('How it is asked.'),
        body: reading.body.optional().describe('Sent as JSON.'),
        capacity: path.describe('Path to the capacity in the JSON answered: `spec.replicas`, `items.0.count`.'),
        status: z
          .strictObject({
            path: path.describe('Path to the status in the same answer.'),
            active: z.array(z.string()).min(1).describe('What it says when all units that were asked for are ready.'),
            failed: z.array(z.string()).default([]).describe('What it says when the resource failed for good.'),
          })
          .optional()
          .describe(
            'Anything else than `active` and `failed` is waited for where units are added and removed, and is no gate where ' +
              'a size is set. Without it the resource is always active.',
          ),
        ready: path.optional().describe('Path to the number of units that are ready, to be shown beside the capacity.'),
        observedAt: path
          .optional()
          .describe(
            'Path to the time (ISO 8601) at which the capacity was seen, where that may be older than the answer.',
          ),
      })
      .describe('How the capacity is read.'),
    set: changeSchema.optional().describe('How a capacity is set. Preferred: sent twice it does no harm.'),
    add: changeSchema.optional().describe('How units are added, where it cannot be set.'),
    remove: changeSchema.optional().describe('How units are removed, where it cannot be set.'),
  })
  .refine(({ set, add, remove }) => (set ? !add && !remove : add && remove), {
    error: 'give either `set`, or both `add` and `remove`',
  });

export const genericHttp = definePlatform({
  type: 'generic-http',
  summary: 'Anything with an HTTP API that tells a capacity and changes it: described by URLs, bodies and JSON paths.',
  settings,
  takesChanges: (written) => (written['set'] === undefined ? 'whenActive' : 'shownAtOnce'),
  target: (written, of) => {
    const change = written['set'] ?? written['add'];
    const url = isMapping(change) ? (textOf(change, 'url') ?? '') : '';
    // Where a change goes, and what it says: the size it wants is in there by its name, not by a number.
    const sent = JSON.stringify(change ?? null).replaceAll(/\{\{\s*resource\s*\}\}/g, () => of.resource);
    return [siteOf(url, of), sent];
  },
  create: (chosen, context) => new DescribedApi(chosen, context),
});

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class DescribedApi implements Platform {
  readonly #resource: string;
  readonly #settings: z.output<typeof settings>;
  readonly #timeoutMs: number;
  readonly #reads = new PooledReads();

  constructor(chosen: z.output<typeof settings>, { resource, requestTimeoutMs }: PlatformContext) {
    this.#resource = resource;
    this.#settings = chosen;
    this.#timeoutMs = requestTimeoutMs;
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const { observe } = this.#settings;
    const askedAtMs = Date.now();
    try {
      const asked = this.#request(observe, {});
      const request = shown(asked);
      const document = jsonOf(await this.#reads.read(asked, signal), request);
      return {
        capacity: this.#unitsIn(document, this.#settings.observe.capacity, request),
        status: this.#statusIn(document),
        observedAtMs: this.#timeIn(document, request) ?? askedAtMs,
        ...this.#readyIn(document, request),
      };
    } catch (error) {
      throw asPlatformError(this.#withoutSecrets(error), this.#resource, advice);
    }
  }

  async change(
    { from, to, idempotencyKey }: CapacityChange,
    permit: SendPermit,
    signal: AbortSignal,
  ): Promise<ChangeOutcome> {
    const { set, add, remove } = this.#settings;
    const template = set ?? (to > from ? add : remove);
    if (!template) throw new Error('the settings have neither set nor both add and remove'); // refused by their schema
    try {
      const values = { from, to, amount: Math.abs(to - from), key: idempotencyKey };
      const asked = this.#request(template, values);
      acceptedAnswer(await exchange({ ...asked, permit }, signal), shown(asked));
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(this.#withoutSecrets(error));
    }
  }

  /** What an answer says of itself may repeat what it was asked with. */
  #withoutSecrets(error: unknown): unknown {
    if (!(error instanceof Trouble)) return error;
    const values = Object.values(this.#settings.headers);
    // With what is said before it (`Bearer`) and without, the longer one first. Shorter ones are words of any text.
    const secrets = values.flatMap((value) => [value, value.replace(/^\w+ +/, '')]).filter(({ length }) => length >= 4);
    const shapes = secrets.flatMap((secret) => [encodeURIComponent(secret), secret]);
    const message = shapes.reduce((text, shape) => text.replaceAll(shape, '[secret]'), error.message);
    return new Trouble(error.kind, message, error.retryAfterMs);
  }

  async close(): Promise<void> {
    this.#reads.close();
  }

  #request(
    {
      url: template,
      method,
      body,
    }: { url: string; method: z.output<typeof changeSchema>['method'] | 'GET'; body?: Json | undefined },
    values: TemplateValues,
  ) {
    const all = { ...values, resource: this.#resource };
    const url = fillUrl(template, all);
    const headers = {
      Accept: 'application/json',
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(values.key !== undefined && { 'Idempotency-Key': String(values.key) }),
      ...this.#settings.headers,
    };
    return {
      method,
      url,
      headers,
      ...(body !== undefined && { body: JSON.stringify(fillBody(body, all)) }),
      timeoutMs: this.#timeoutMs,
    };
  }

  /** Some APIs quote their numbers. */
  #unitsIn(document: unknown, at: string, request: string): number {
    const value = valueAtPath(document, at);
    const capacity = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof capacity === 'number' && Number.isSafeInteger(capacity) && capacity >= 0) return capacity;
    throw new Trouble(
      'malformed',
      `${request} was answered with ${valueInWords(value)} at ${at}, which is no capacity`,
    );
  }

  #readyIn(document: unknown, request: string): { ready?: number } {
    const at = this.#settings.observe.ready;
    return at === undefined ? {} : { ready: this.#unitsIn(document, at, request) };
  }

  #statusIn(document: unknown): ResourceStatus {
    const { status } = this.#settings.observe;
    if (!status) return 'ACTIVE';
    const value = String(valueAtPath(document, status.path));
    if (status.active.includes(value)) return 'ACTIVE';
    return status.failed.includes(value) ? 'FAILED' : 'STARTING';
  }

  #timeIn(document: unknown, request: string): number | undefined {
    const at = this.#settings.observe.observedAt;
    if (at === undefined) return undefined;
    const timeMs = Date.parse(String(valueAtPath(document, at)));
    if (Number.isNaN(timeMs)) throw new Trouble('malformed', `${request} was answered with no time at ${at}`);
    return timeMs;
  }
}

/** A query may carry a key, so it is left out. */
function shown({ method, url }: { readonly method: string; readonly url: URL }): string {
  return `${method} ${url.origin}${url.pathname}`;
}

const advice = {
  denied: 'Check platform.headers.',
  missing: 'Check platform.observe.url.',
  malformed: 'Check platform.observe: where it leads, and its paths.',
  notSent: 'Check platform.observe.url and the way there.',
} as const;
