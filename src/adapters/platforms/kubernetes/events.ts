/**
 * Kubernetes Events about the changes of one object, which `kubectl describe` shows. An event is written after the
 * outcome of its change is known, and nothing waits for the event. docs/decisions/0051 gives the reasons.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { CapacityChange, ChangeOutcome } from '../../../domain/scale/capacity.js';
import { withDeadline } from '../../net/deadline.js';
import { AdapterError, withAdvice } from '../../net/errors.js';
import type { RecordLog } from '../platform.js';
import type { KubernetesApi, ScalePath } from '../../net/kubernetes/api.js';
import { eventText, type EventText } from './event-text.js';

interface EventSettings {
  readonly api: KubernetesApi;
  readonly apiVersion: string;
  readonly log: RecordLog | undefined;
  readonly path: (signal: AbortSignal) => Promise<ScalePath>;
}

/** Covers all requests for one event. */
const eventTimeoutMs = 5000;
/** Waiting events beyond this number are dropped, so that a slow API server does not fill the memory. */
const mostWaiting = 20;
/** After a 403, no event is written for this time: an administrator has to change a role first. */
const deniedPauseMs = 600_000;
/**
 * A repeated event is counted in the series of the first one if the last repetition is not older than this. New words
 * for the same failure make a new event at most once in this time.
 */
const seriesMs = 600_000;

const advice = {
  denied:
    'Allow `create` and `patch` for `events` of `events.k8s.io`, as docs/platforms/kubernetes.md shows. ' +
    'Changes of capacity do not need this permission.',
} as const;

interface Series {
  readonly path: string;
  readonly note: string;
  readonly startedAtMs: number;
  lastAtMs: number;
  count: number;
}

const uidSchema = z.object({ metadata: z.object({ uid: z.string(), resourceVersion: z.string().optional() }) });

const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) });

export class ScaleEvents {
  readonly #series = new Map<string, Series>();
  readonly #closing = new AbortController();
  #written: Promise<void> = Promise.resolve();
  #waiting = 0;
  #deniedUntilMs = 0;

  constructor(private readonly settings: EventSettings) {}

  /** Returns at once, and never throws. Events are written one after the other, in the order of the changes. */
  record(change: CapacityChange, outcome: ChangeOutcome): void {
    const text = eventText(change, outcome);
    const nowMs = Date.now();
    if (text === undefined || nowMs < this.#deniedUntilMs) return;
    if (this.#waiting >= mostWaiting) {
      this.settings.log?.fails({ reason: `${mostWaiting} events are waiting for the API server; this one is dropped` });
      return;
    }
    this.#waiting += 1;
    this.#written = this.#written
      .then(() => this.#writeOrLog(text, nowMs))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** The permissions for events that are missing. Empty if the API server does not tell. */
  async notes(namespace: string, signal: AbortSignal): Promise<readonly string[]> {
    const verbs = ['create', 'patch'];
    const allowed = await Promise.all(verbs.map((verb) => this.#mayWrite(verb, namespace, signal)));
    const missing = verbs.filter((_, index) => allowed[index] === false);
    return missing.length === 0 ? [] : [`no permission to ${missing.join(' and ')} events. ${advice.denied}`];
  }

  async #mayWrite(verb: string, namespace: string, signal: AbortSignal): Promise<boolean | undefined> {
    const resourceAttributes = { namespace, verb, group: 'events.k8s.io', resource: 'events' };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    try {
      const review = await this.settings.api.post(path, { spec: { resourceAttributes } }, signal);
      return reviewSchema.safeParse(review).data?.status.allowed;
    } catch (error) {
      if (error instanceof AdapterError) return undefined;
      throw error;
    }
  }

  /** Waits for the events in progress, for at most the time of one event. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), eventTimeoutMs);
    await this.#written;
    clearTimeout(timer);
  }

  async #writeOrLog(text: EventText, atMs: number): Promise<void> {
    if (Date.now() < this.#deniedUntilMs) return;
    try {
      const call = { name: 'the event', signal: this.#closing.signal, timeoutMs: eventTimeoutMs };
      await withDeadline(call, (signal) => this.#write(text, atMs, signal));
      this.settings.log?.works();
    } catch (error) {
      if (error instanceof AdapterError && error.code === 'denied') this.#deniedUntilMs = Date.now() + deniedPauseMs;
      this.settings.log?.fails(error instanceof AdapterError ? { reason: withAdvice(error, advice) } : { err: error });
    }
  }

  async #write(text: EventText, atMs: number, signal: AbortSignal): Promise<void> {
    const isRepeated = text.repeatKey !== undefined && (await this.#repeat(text.repeatKey, text.note, atMs, signal));
    if (!isRepeated) await this.#create(text, atMs, signal);
  }

  /** @returns whether the event is counted in the series of an earlier event. */
  async #repeat(key: string, note: string, atMs: number, signal: AbortSignal): Promise<boolean> {
    for (const [each, { lastAtMs }] of this.#series) {
      if (atMs - lastAtMs > seriesMs) this.#series.delete(each);
    }
    const series = this.#series.get(key);
    if (!series || (series.note !== note && atMs - series.startedAtMs >= seriesMs)) return false;
    const next = { count: series.count + 1, lastObservedTime: microTime(atMs) };
    try {
      await this.settings.api.patch(series.path, { series: next }, signal);
    } catch (error) {
      // The API server deletes an event an hour after its last change.
      if (error instanceof AdapterError && error.code === 'missing') return false;
      throw error;
    }
    series.count = next.count;
    series.lastAtMs = atMs;
    return true;
  }

  async #create({ type, reason, note, repeatKey }: EventText, atMs: number, signal: AbortSignal): Promise<void> {
    const { api, apiVersion } = this.settings;
    const at = await this.settings.path(signal);
    const { metadata } = await api.get(`${at.object}/scale`, uidSchema, signal);
    const name = `${at.name.slice(0, mostNameCharacters)}.${randomUUID()}`;
    const events = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(at.namespace)}/events`;
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace: at.namespace },
      eventTime: microTime(atMs),
      reportingController: 'escapement',
      reportingInstance: hostname().slice(0, mostInstanceCharacters),
      action: 'Scale',
      type,
      reason,
      note,
      // `kubectl describe` selects by all of name, namespace, kind and uid.
      regarding: { apiVersion, kind: at.kind, namespace: at.namespace, name: at.name, ...metadata },
    };
    await api.post(events, event, signal);
    if (repeatKey === undefined) return;
    this.#series.set(repeatKey, { path: `${events}/${name}`, note, startedAtMs: atMs, lastAtMs: atMs, count: 1 });
  }
}

/** A name has at most 253 characters, and the dot and the UUID have 37. */
const mostNameCharacters = 200;
const mostInstanceCharacters = 128;

/** The API server requires microseconds. */
function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}
