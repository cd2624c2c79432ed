/** Any HTTP API that reads and changes a capacity, such as an in-house API. Settings describe its requests. */
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../../domain/scale/capacity.js';
import { valueInWords } from '../../net/answer-words.js';
import { AdapterError } from '../../net/errors.js';
import { acceptedAnswer, jsonOf } from '../../net/http/answer.js';
import { PooledReads } from '../../net/http/pooled-reads.js';
import { sendOnce } from '../../net/http/send-once.js';
import { valueAtPath } from '../../net/json.js';
import { asOutcome, asReadError } from '../outcome.js';
import { definePlatform, type Platform, type PlatformContext, type SendPermit, siteOf, textOf } from '../platform.js';
import { fillBody, fillUrl, templateSchemas, type Json, type TemplateValues } from '../request-template.js';

const reading = templateSchemas(['resource']);
const changing = templateSchemas(['resource', 'from', 'to', 'amount', 'key']);

const changeSchema = z.strictObject({
  url: changing.url.describe(
    'URL of the request. Placeholders: `{{resource}}`, `{{from}}`, `{{to}}`, `{{amount}}`, `{{key}}`.',
  ),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('HTTP method.'),
  body: changing.body.optional().describe('Body, sent as JSON. `"{{to}}"` as a whole value becomes a number.'),
});

const path = z.string().min(1);

const settings = z
  .strictObject({
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Headers of every request, such as `Authorization`. Their values are treated as secrets.'),
    observe: z
      .strictObject({
        url: reading.url.describe('URL of the request. Placeholder: `{{resource}}`.'),
        method: z.enum(['GET', 'POST']).default('GET').describe('HTTP method.'),
        body: reading.body.optional().describe('Body, sent as JSON.'),
        capacity: path.describe('Path to the capacity in the JSON response: `spec.replicas`, `items.0.count`.'),
        status: z
          .strictObject({
            path: path.describe('Path to the status in the same response.'),
            active: z.array(z.string()).min(1).describe('Values that mean that all requested units are ready.'),
            failed: z
              .array(z.string())
              .default([])
              .describe('Values that mean that the resource failed and will not recover.'),
          })
          .optional()
          .describe(
            'A value that is not in `active` or `failed` means that a change is in progress. With `add` and `remove`, ' +
              'the next change waits until the resource is active. With `set`, it does not wait. Without `status`, ' +
              'the resource is always active.',
          ),
        ready: path.optional().describe('Path to the number of units that are ready. It is shown beside the capacity.'),
        observedAt: path
          .optional()
          .describe(
            'Path to the time (ISO 8601) at which the capacity was measured. Set it if a response may be older.',
          ),
      })
      .describe('Request that reads the capacity.'),
    set: changeSchema
      .optional()
      .describe('Request that sets a capacity. Preferred, because sending it twice has the effect of sending it once.'),
    add: changeSchema.optional().describe('Request that adds units, for an API that cannot set the capacity.'),
    remove: changeSchema.optional().describe('Request that removes units, for an API that cannot set the capacity.'),
  })
  .refine(({ set, add, remove }) => (set ? !add && !remove : add && remove), {
    error: 'give either `set`, or both `add` and `remove`',
  });

export const genericHttp = definePlatform({
  type: 'generic-http',
  summary: 'Any HTTP API that reads and changes a capacity, described by URLs, bodies and JSON paths.',
  settings,
  takesChanges: (written) => (written['set'] === undefined ? 'whenActive' : 'shownAtOnce'),
  target: (written, of) => {
    const change = written['set'] ?? written['add'];
    const url = isMapping(change) ? (textOf(change, 'url') ?? '') : '';
    // The URL and the body of the change. The requested size is in them as a placeholder, not as a number.
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
      throw asReadError(this.#withoutSecrets(error), this.#resource, advice);
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
      acceptedAnswer(await sendOnce({ ...asked, permit }, signal), shown(asked));
      return { outcome: 'accepted' };
    } catch (error) {
      return asOutcome(this.#withoutSecrets(error));
    }
  }

  /** The message of a response may repeat the headers of the request. */
  #withoutSecrets(error: unknown): unknown {
    if (!(error instanceof AdapterError)) return error;
    const values = Object.values(this.#settings.headers);
    // Each value with and without its scheme (`Bearer`), the longer one first. Values under 4 characters occur in any
    // text.
    const secrets = values.flatMap((value) => [value, value.replace(/^\w+ +/, '')]).filter(({ length }) => length >= 4);
    const shapes = secrets.flatMap((secret) => [encodeURIComponent(secret), secret]);
    const message = shapes.reduce((text, shape) => text.replaceAll(shape, '[secret]'), error.message);
    return new AdapterError(error.code, message, error);
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

  /** Some APIs write numbers as strings. */
  #unitsIn(document: unknown, at: string, request: string): number {
    const value = valueAtPath(document, at);
    const capacity = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof capacity === 'number' && Number.isSafeInteger(capacity) && capacity >= 0) return capacity;
    throw new AdapterError('malformed', `${request} returned ${valueInWords(value)} at ${at}, which is not a capacity`);
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
    if (Number.isNaN(timeMs)) throw new AdapterError('malformed', `${request} returned no time at ${at}`);
    return timeMs;
  }
}

/** Without the query, which may contain a key. */
function shown({ method, url }: { readonly method: string; readonly url: URL }): string {
  return `${method} ${url.origin}${url.pathname}`;
}

const advice = {
  denied: 'Check platform.headers.',
  missing: 'Check platform.observe.url.',
  malformed: 'Check the URL and the paths in platform.observe.',
  notSent: 'Check platform.observe.url and the network between this machine and that address.',
} as const;
