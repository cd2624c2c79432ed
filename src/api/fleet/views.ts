/**
 * What the Temporal server knows of every resource, kept up to date with few calls: a list tells which runs and
 * autoscalers have changed, and only those are read again. The list does not contain the evaluations of a watch, so an
 * autoscaler is also read when its next evaluation is due.
 */
import { setTimeout } from 'node:timers/promises';
import type { AutoscaleReader, AutoscaleView } from '../../client/autoscale/reader.js';
import { type RecentWorkflows, recentWorkflows } from '../../client/open-workflows.js';
import type { RunReader, RunView } from '../../client/scale/runs.js';
import { atMost } from '../../client/temporal/at-most.js';
import type { ResourceConfig } from '../../config/config.js';
import type { ApiDependencies } from '../dependencies.js';

export interface ResourceView {
  /** Undefined: the resource has had no run. */
  readonly run: RunView | undefined;
  /** Undefined: the resource has no autoscaler, or its configuration does not autoscale it. */
  readonly autoscaler: AutoscaleView | undefined;
}

interface Kept extends ResourceView {
  readonly readAtMs: number;
  /** What the list said of the autoscaler when it was read. */
  readonly listed: string | undefined;
}

export interface ViewSources extends Pick<ApiDependencies, 'config' | 'client'> {
  readonly runs: RunReader;
  readonly autoscaleReader: AutoscaleReader;
}

/** A request waits this long for a round. What has changed since is then in the next answer. */
const refreshedWithinMs = 2000;
/** A list of thousands of workflows takes longer than any other call. */
const listedWithinMs = 5000;
/** When rounds take longer than this, an earlier answer is out of date. */
const longestAgeMs = 10_000;
/** How late a closed run may be in the list, with the difference between the clocks of the API and the server. */
const visibilityLagMs = 60_000;
const readAtOnce = 32;
/**
 * Each round reads at least so many resources: after those that have changed, those that were read longest ago. A
 * request reads all resources of a small configuration, so that an outdated list is not noticed. A poller reads a few,
 * so that the next rounds correct what the list did not contain.
 */
const leastRead = { request: 50, poller: 5 };
export type Reader = keyof typeof leastRead;
/** Of autoscalers whose next evaluation is due. */
const mostDueInRound = 200;
/** An evaluation is in a heartbeat soon after it was made; the SDK sends a heartbeat at most every 5 s. */
const heartbeatLagMs = 1000;
const longestHeartbeatLagMs = 5000;

export class FleetViews {
  readonly #views = new Map<string, Kept>();
  #listedFromMs = Date.now() - visibilityLagMs;
  /** When the last complete round began. */
  #updatedAtMs = -Infinity;
  /** How many resources the next round reads at least. */
  #least: number = leastRead.poller;
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(private readonly api: ViewSources) {}

  /** Undefined before the first round. */
  of(resource: string): ResourceView | undefined {
    return this.#views.get(resource);
  }

  /**
   * Waits for a round that begins after this call, at most 2 s where the last one was made less than 10 s ago.
   * @throws when Temporal does not answer.
   */
  async update(reader: Reader): Promise<void> {
    const round = this.#nextRound(reader);
    const isFresh = Date.now() - this.#updatedAtMs < longestAgeMs;
    const patience = new AbortController();
    const enough = setTimeout(refreshedWithinMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await (isFresh ? Promise.race([round, enough]) : round).finally(() => patience.abort());
  }

  /** One round at a time; all that wait for the next one share it. */
  #nextRound(reader: Reader): Promise<void> {
    if (reader === 'request') this.#least = leastRead.request;
    if (this.#running === undefined) {
      this.#running = this.#round().finally(() => (this.#running = undefined));
      return this.#running;
    }
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        return this.#nextRound(reader);
      });
    return this.#waiting;
  }

  async #round(): Promise<void> {
    const { config, client } = this.api;
    const startedAtMs = Date.now();
    const least = this.#least;
    this.#least = leastRead.poller;
    const recent = await client.withDeadline(startedAtMs + listedWithinMs, () =>
      recentWorkflows(client, this.#listedFromMs),
    );
    for (const name of this.#views.keys()) if (!Object.hasOwn(config.resources, name)) this.#views.delete(name);
    await atMost(readAtOnce, this.#toRead(recent, startedAtMs, least), (resource) => this.#read(resource, recent));
    this.#listedFromMs = startedAtMs - visibilityLagMs;
    this.#updatedAtMs = startedAtMs;
  }

  /** The changed ones, the due ones, and others up to the least number of a round; the oldest first. */
  #toRead(recent: RecentWorkflows, nowMs: number, least: number): ResourceConfig[] {
    const changed: ResourceConfig[] = [];
    const due: ResourceConfig[] = [];
    const others: ResourceConfig[] = [];
    for (const resource of Object.values(this.api.config.resources)) {
      if (this.#hasChanged(resource, recent)) changed.push(resource);
      else (isDue(resource, this.#views.get(resource.alias), nowMs) ? due : others).push(resource);
    }
    const chosen = [...changed, ...this.#oldest(due, mostDueInRound)];
    return [...chosen, ...this.#oldest(others, Math.max(0, least - chosen.length))];
  }

  #oldest(resources: readonly ResourceConfig[], most: number): ResourceConfig[] {
    return resources.toSorted((one, other) => this.#readAtMs(one) - this.#readAtMs(other)).slice(0, most);
  }

  /** When it was read last. */
  #readAtMs({ alias }: ResourceConfig): number {
    return this.#views.get(alias)?.readAtMs ?? 0;
  }

  #hasChanged({ alias, autoscale }: ResourceConfig, { scaleRuns, autoscalers }: RecentWorkflows): boolean {
    const kept = this.#views.get(alias);
    if (!kept || scaleRuns.has(alias) || kept.run?.isOpen) return true;
    return autoscale !== undefined && autoscalers.get(alias) !== kept.listed;
  }

  async #read({ alias, autoscale }: ResourceConfig, { autoscalers }: RecentWorkflows): Promise<void> {
    const { runs, autoscaleReader } = this.api;
    const readAtMs = Date.now();
    const [run, autoscaler] = await Promise.all([
      runs.newestSince(alias, this.#views.get(alias)?.run),
      autoscale && autoscaleReader.view(alias),
    ]);
    this.#views.set(alias, { run, autoscaler, readAtMs, listed: autoscalers.get(alias) });
  }
}

/** The next evaluation should be in a heartbeat by now. Until it is, the autoscaler is read again after a while. */
function isDue({ autoscale }: ResourceConfig, kept: Kept | undefined, nowMs: number): boolean {
  if (!autoscale || !kept) return false;
  const { intervalMs } = autoscale.settings;
  const evaluatedAtMs = kept.autoscaler?.progress?.evaluation?.atMs ?? -Infinity;
  const againAfterMs = Math.min(Math.max(intervalMs / 4, heartbeatLagMs), longestHeartbeatLagMs);
  return nowMs >= Math.max(evaluatedAtMs + intervalMs + heartbeatLagMs, kept.readAtMs + againAfterMs);
}
