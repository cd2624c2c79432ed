/**
 * A client for the API of Escapement. A request for a capacity has an idempotency key from the start, so that it may be
 * sent again after a lost answer and is carried out once.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { AutoscaleAnswer, DecisionsAnswer } from '../api/autoscale/answers.js';
import type { ResourcesAnswer } from '../api/fleet/answers.js';
import type { InProcessOptions } from '../api/in-process.js';
import type { PlanAnswer, PlansAnswer } from '../api/plan/answers.js';
import type { PlanBody } from '../api/plan/request-body.js';
import type { PreviewAnswer } from '../api/preview/answers.js';
import type {
  AcceptedAnswer,
  CancellingAnswer,
  ResourceAnswer,
  RunsAnswer,
  ScaledManyAnswer,
} from '../api/scale/answers.js';
import type { ScaleManyBody } from '../api/scale/request-body.js';
import type { ScaleRequestBody } from '../domain/scale/request.js';
import { errorIn, EscapementError, serverDoesNotAnswer } from './escapement-error.js';

export interface ClientOptions {
  /** Default: `ESCAPEMENT_SERVER`, or `http://127.0.0.1:3000`. */
  readonly server?: string | undefined;
  /** Default: `ESCAPEMENT_API_TOKEN`. */
  readonly token?: string | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ScaleOptions extends CallOptions {
  /** The same key for every attempt of one request. Default: a new one, which all retries of this call share. */
  readonly idempotencyKey?: string | undefined;
}

export interface CancelPlanOptions extends CallOptions {
  /** Default: true. False: the plan stops, and a resource that is on its way goes on to its target. */
  readonly undo?: boolean | undefined;
}

export interface PauseOptions extends CallOptions {
  /** Default: both. */
  readonly direction?: 'both' | 'up' | 'down' | undefined;
  /** Default: until it is resumed. */
  readonly until?: Date | undefined;
}

export interface OverrideOptions extends CallOptions {
  /** Default: until it is released. */
  readonly until?: Date | undefined;
  /** Allows a capacity outside `[min, max]`. */
  readonly beyondBounds?: boolean | undefined;
}

/** A request is repeated after these pauses, in ms, while the server does not answer or cannot reach Temporal. */
const pausesMs = [250, 500, 1000, 2000];
/** The server holds a request that waits for this long. A longer wait is several requests. */
const waitSeconds = 30;

/** Every method rejects with an `EscapementError` when the server refuses the request or does not answer. */
export class EscapementClient {
  readonly server: string;
  readonly #token: string | undefined;
  #close: () => Promise<void> = async () => undefined;

  constructor({ server, token }: ClientOptions = {}) {
    this.server = (server ?? process.env['ESCAPEMENT_SERVER'] ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
    this.#token = token ?? process.env['ESCAPEMENT_API_TOKEN'];
  }

  /**
   * A client that needs no API server: the API runs in this process, and talks to Temporal. `close` ends it. Changes are
   * still made by a worker, which `escapement worker` or `escapement up` runs.
   * @throws ConfigError if the configuration is missing or invalid.
   */
  static async overTemporal(options: InProcessOptions = {}): Promise<EscapementClient> {
    const { serveInProcess } = await import('../api/in-process.js');
    const { server, token, close } = await serveInProcess(options);
    const client = new EscapementClient({ server, token });
    client.#close = close;
    return client;
  }

  /** Ends what `overTemporal` has started: calls in progress fail. A client of an API server has nothing to end. */
  close(): Promise<void> {
    return this.#close();
  }

  /** A row for each resource. @param query as in the address of the console, such as `needs:you phase:changing`. */
  resources(query = '', options?: CallOptions): Promise<ResourcesAnswer> {
    return this.#read(`/v1/resources${query === '' ? '' : `?q=${encodeURIComponent(query)}`}`, options);
  }

  status(resource: string, options?: CallOptions): Promise<ResourceAnswer> {
    return this.#read(pathOf(resource), options);
  }

  /** @param limit at most 100. */
  runs(resource: string, limit = 20, options?: CallOptions): Promise<RunsAnswer> {
    return this.#read(`${pathOf(resource, 'runs')}?limit=${limit}`, options);
  }

  /** The last evaluation of the policies, and what is paused or overridden. */
  evaluation(resource: string, options?: CallOptions): Promise<AutoscaleAnswer> {
    return this.#read(pathOf(resource, 'evaluation'), options);
  }

  /** Evaluations that were acted on, newest first. @param limit at most 500. */
  decisions(resource: string, limit = 50, options?: CallOptions): Promise<DecisionsAnswer> {
    return this.#read(`${pathOf(resource, 'decisions')}?limit=${limit}`, options);
  }

  /** What a request would do. Nothing is sent. */
  preview(resource: string, body: ScaleRequestBody, options: CallOptions = {}): Promise<PreviewAnswer> {
    return this.#json('POST', pathOf(resource, 'scale/preview'), { body, ...options });
  }

  /** Requests a capacity. The request is durable when this resolves. */
  scale(resource: string, body: ScaleRequestBody, options: ScaleOptions = {}): Promise<AcceptedAnswer> {
    return this.#once(pathOf(resource, 'scale'), body, options);
  }

  /**
   * Requests capacities of up to 100 resources. Resolves also when some of them are refused: each result has an
   * `accepted` or a `problem`. To try again, send the whole list with the same key.
   */
  scaleMany(requests: ScaleManyBody['requests'], options: ScaleOptions = {}): Promise<ScaledManyAnswer> {
    return this.#once('/v1/scale', { requests }, options);
  }

  /**
   * Requests a capacity, and resolves when it is reached. Rejects when the run fails, is cancelled, or goes to another
   * target. An abort of the signal ends the wait, and the run continues.
   */
  async scaleAndWait(resource: string, body: ScaleRequestBody, options: ScaleOptions = {}): Promise<ResourceAnswer> {
    const { idempotencyKey = randomUUID(), signal } = options;
    const headers = { 'Idempotency-Key': idempotencyKey, Prefer: `wait=${waitSeconds}` };
    const send = () => this.#call('POST', pathOf(resource, 'scale'), { body, headers, signal });
    for (;;) {
      const response = await this.#repeated(send, signal);
      if (response.status === 200) return (await response.json()) as ResourceAnswer;
      await response.body?.cancel();
      signal?.throwIfAborted();
    }
  }

  /** Stops the run in progress. A change in flight is confirmed, and its cooldown is kept. */
  cancel(resource: string, options?: CallOptions): Promise<CancellingAnswer> {
    return this.#json('DELETE', pathOf(resource, 'scale'), options);
  }

  /** Scales several resources in order. The plan is durable when this resolves, and its ID is the idempotency key. */
  startPlan(body: PlanBody, options: ScaleOptions = {}): Promise<PlanAnswer> {
    return this.#once('/v1/plans', body, options);
  }

  plan(id: string, options?: CallOptions): Promise<PlanAnswer> {
    return this.#read(planPath(id), options);
  }

  /** Newest first. @param limit at most 100. */
  plans(limit = 20, options?: CallOptions): Promise<PlansAnswer> {
    return this.#read(`/v1/plans?limit=${limit}`, options);
  }

  /** Stops a plan, and undoes what it did. */
  cancelPlan(id: string, { undo = true, signal }: CancelPlanOptions = {}): Promise<PlanAnswer> {
    return this.#json('DELETE', `${planPath(id)}?undo=${undo}`, { signal });
  }

  /** Stops scaling by policies. */
  async pause(resource: string, { direction, until, signal }: PauseOptions = {}): Promise<AutoscaleAnswer['pause']> {
    const body = { ...(direction && { direction }), ...(until && { until: until.toISOString() }) };
    return (await this.#set<Pick<AutoscaleAnswer, 'pause'>>('PUT', pathOf(resource, 'pause'), { body, signal })).pause;
  }

  async resume(resource: string, options?: CallOptions): Promise<void> {
    await this.#set('DELETE', pathOf(resource, 'pause'), options);
  }

  /** Keeps a capacity, whatever the policies recommend. */
  async override(
    resource: string,
    capacity: number,
    { until, beyondBounds, signal }: OverrideOptions = {},
  ): Promise<AutoscaleAnswer['override']> {
    const body = { capacity, ...(until && { until: until.toISOString() }), ...(beyondBounds && { beyondBounds }) };
    const path = pathOf(resource, 'override');
    return (await this.#set<Pick<AutoscaleAnswer, 'override'>>('PUT', path, { body, signal })).override;
  }

  async releaseOverride(resource: string, options?: CallOptions): Promise<void> {
    await this.#set('DELETE', pathOf(resource, 'override'), options);
  }

  /** Evaluates the policies now, instead of at the end of the interval. */
  async evaluate(resource: string, options?: CallOptions): Promise<void> {
    await this.#set('POST', pathOf(resource, 'evaluate'), options);
  }

  #read<Answer>(path: string, { signal }: CallOptions = {}): Promise<Answer> {
    return this.#repeated(() => this.#json<Answer>('GET', path, { signal }), signal);
  }

  /** Sets a state, so that sending it again after a lost answer has the effect of once. */
  #set<Answer>(method: Method, path: string, request: Request = {}): Promise<Answer> {
    return this.#repeated(() => this.#json<Answer>(method, path, request), request.signal);
  }

  /** The key makes a request that is sent again after a lost answer count once. */
  #once<Answer>(path: string, body: object, options: ScaleOptions): Promise<Answer> {
    const { idempotencyKey = randomUUID(), signal } = options;
    const headers = { 'Idempotency-Key': idempotencyKey };
    return this.#repeated(() => this.#json<Answer>('POST', path, { body, headers, signal }), signal);
  }

  async #json<Answer>(method: Method, path: string, request: Request = {}): Promise<Answer> {
    const response = await this.#call(method, path, request);
    // The types are those of the server's own schemas.
    return (await response.json()) as Answer;
  }

  async #call(method: Method, path: string, { body, headers, signal }: Request = {}): Promise<Response> {
    const response = await fetch(this.server + path, {
      method,
      headers: {
        ...headers,
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw serverDoesNotAnswer(this.server, error);
    });
    if (response.ok) return response;
    throw await errorIn(response, this.server);
  }

  async #repeated<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (const pauseMs of pausesMs) {
      try {
        return await send();
      } catch (error) {
        if (!mayPass(error)) throw error;
        await setTimeout(pauseMs, undefined, { ...(signal && { signal }) });
      }
    }
    return send();
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface Request extends CallOptions {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function pathOf(resource: string, route = ''): string {
  return `/v1/resources/${encodeURIComponent(resource)}${route === '' ? '' : `/${route}`}`;
}

function planPath(id: string): string {
  return `/v1/plans/${encodeURIComponent(id)}`;
}

/** The server did not answer, or cannot reach Temporal: the same request may succeed in a moment. */
function mayPass(error: unknown): boolean {
  return error instanceof EscapementError && (error.status === null || error.status === 503);
}
