/**
 * Compares the autoscalers with the configuration of this process: after each load of the configuration, and every
 * minute. It starts the autoscalers that the configuration names, sends them changes, and restarts those that were
 * terminated in Temporal. Autoscalers that the configuration does not name are logged and otherwise left unchanged:
 * only `escapement apply --prune` removes them.
 */
import type { Client } from '@temporalio/client';
import { AutoscaleClient, type KnownAutoscaler } from '../client/autoscale/client.js';
import { atMost } from '../client/temporal/at-most.js';
import { failureFields } from '../client/temporal/grpc-status.js';
import { isPolled } from '../client/temporal/is-polled.js';
import { moveEvents } from '../client/events/client.js';
import { PlanClient } from '../client/plan/client.js';
import { moveRun } from '../client/scale/client.js';
import { openWorkflows, type OpenWorkflows } from '../client/open-workflows.js';
import { standing, type Standing } from '../client/autoscale/standing.js';
import { autoscaledIn, type Autoscaled } from '../config/autoscaled.js';
import type { Config, LoadedConfig } from '../config/config.js';
import { defaultOwner, placeOf } from '../domain/autoscale/revision.js';
import type { Logger } from '../process/logger.js';
import { Outage, remindEveryMs } from '../process/outage.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';

export interface Reconciled extends Pick<LoadedConfig, 'resources' | 'writing'> {
  /** The resources that this process serves. */
  readonly served: Config['resources'];
}

interface ReconcilerSettings {
  readonly client: Client;
  readonly log: Logger;
  /** Aborting it stops the reconciler. */
  readonly signal: AbortSignal;
  readonly isServed: (taskQueue: string) => boolean;
  /**
   * Called with the task queues whose workflows no other worker may run: those workflows have to be moved, or may be
   * removed.
   */
  readonly onLeft: (taskQueues: readonly string[]) => void;
  readonly everyMs?: number;
}

const usuallyEveryMs = 60_000;
const mostBetweenAttemptsMs = 10_000;
const mostNamed = 20;
/** The maximum number of autoscalers outside the configuration that one round examines. */
const mostUnnamedAsked = 100;
/**
 * The concurrency of requests: with thousands of resources, requests should neither be sequential nor all reach the
 * server at once.
 */
export const askedAtOnce = 16;

export class Reconciler {
  readonly #settings: ReconcilerSettings;
  readonly #autoscales: AutoscaleClient;
  readonly #outage: Outage;
  #wanted: Reconciled | undefined;
  /** Aborts the pause between two rounds when there is a new configuration. */
  #interruption = new AbortController();
  /** What was already sent to autoscalers or logged for the current configuration. */
  #reported = new Set<string>();
  /** The task queues that were passed to `onLeft`. Once this process polls one, the server lists a poller for it. */
  #left: ReadonlySet<string> = new Set();

  constructor(settings: ReconcilerSettings) {
    this.#settings = settings;
    this.#autoscales = new AutoscaleClient(settings.client);
    const words = {
      fails: 'Autoscalers could not be compared with the configuration; retrying',
      worksAgain: 'Autoscalers can be compared with the configuration again',
    };
    this.#outage = new Outage({ log: settings.log, fields: {}, words, remindEveryMs });
    settings.signal.addEventListener('abort', () => this.#interruption.abort());
    void this.#run();
  }

  /** Uses this configuration from now on. */
  use(wanted: Reconciled): void {
    this.#wanted = wanted;
    this.#interruption.abort();
  }

  async #run(): Promise<void> {
    const { signal, everyMs = usuallyEveryMs } = this.#settings;
    let previous: Reconciled | undefined;
    while (!signal.aborted) {
      this.#interruption = new AbortController();
      const wanted = this.#wanted;
      if (wanted) {
        const isNew = wanted !== previous;
        if (isNew) this.#reported = new Set();
        await this.#retryRound(wanted, isNew);
        previous = wanted;
      }
      if (this.#wanted === wanted) await pauseFor(everyMs, this.#interruption.signal);
    }
  }

  /** Temporal may start later than this process. */
  async #retryRound(wanted: Reconciled, isNew: boolean): Promise<void> {
    for (let attempt = 1; !this.#interruption.signal.aborted; attempt++) {
      try {
        await this.#round(wanted, isNew);
        this.#outage.works();
        return;
      } catch (error) {
        this.#outage.fails(failureFields(error));
        await pauseFor(retryPauseMs(attempt, mostBetweenAttemptsMs), this.#interruption.signal);
      }
    }
  }

  async #round(wanted: Reconciled, isNew: boolean): Promise<void> {
    const { client, log } = this.#settings;
    const open = await openWorkflows(client);
    const configured: string[] = [];
    const overruled = new Set<string>();
    await atMost(askedAtOnce, autoscaledIn(wanted.served, wanted.writing), async (autoscaled) => {
      const { resource, revision } = autoscaled;
      // A list does not show whether an autoscaler still has messages to handle.
      const listed = isNew ? undefined : open.autoscalers.get(resource);
      const stands = standing(revision, listed ?? (await this.#autoscales.find(resource)));
      if (stands.is === 'older' || stands.is === 'removed') overruled.add(resource);
      if (await this.#reconcile(autoscaled, stands, isNew)) configured.push(resource);
    });
    if (configured.length > 0) log.info({ configured: brief(configured) }, 'Autoscalers match the configuration');
    const orphaned = await this.#reportUnnamed(wanted, open);
    this.#left = new Set([...orphaned, ...(await this.#move(wanted, open, overruled))]);
    this.#settings.onLeft([...this.#left]);
  }

  /** @returns whether the autoscaler was sent a message that it has to handle. */
  async #reconcile(autoscaled: Autoscaled, stands: Standing, isNew: boolean): Promise<boolean> {
    const { log } = this.#settings;
    const { resource, revision } = autoscaled;
    const ours = placeOf(revision);
    switch (stands.is) {
      case 'same':
        return false;
      case 'new':
        return this.#configure(autoscaled);
      case 'newer': {
        const { before } = stands;
        if (before && before.digest !== revision.digest && this.#isFirst(`replaces ${resource} ${before.digest}`)) {
          log.info(
            { resource, inForce: ours, insteadOf: placeOf(before) },
            'This configuration is in force: it is the newer one',
          );
        }
        if (this.#reported.has(`configure ${resource}`)) return false;
        await this.#autoscales.configure(autoscaled);
        this.#reported.add(`configure ${resource}`);
        return true;
      }
      case 'older':
        if (this.#isFirst(`older ${resource} ${stands.inForce.digest}`)) {
          log.warn(
            { resource, inForce: placeOf(stands.inForce), ignored: ours },
            'Another configuration of this resource differs and is newer: that one is in force. Run `escapement apply` to put this one in force',
          );
        }
        // The status of the autoscaler then names both configurations.
        if (isNew && !stands.isKnown) await this.#autoscales.configure(autoscaled);
        return false;
      case 'removed':
        if (this.#isFirst(`removed ${resource} ${stands.by.atMs}`)) {
          log.warn(
            { resource, removedBy: placeOf(stands.by), ignored: ours },
            'The autoscaler was removed after this configuration was written, so it is not started. Run `escapement apply` to start it',
          );
        }
        return false;
      case 'ended': {
        const { status, atMs } = stands;
        const endedAt = atMs === null ? undefined : new Date(atMs).toISOString();
        // An autoscaler that failed immediately would fail again.
        if (status === 'FAILED' && !this.#isFirst(`failed ${resource}`)) return false;
        log.warn(
          { resource, status, endedAt },
          'The autoscaler has ended although it is configured; starting it again',
        );
        return this.#configure(autoscaled);
      }
    }
  }

  async #configure(autoscaled: Autoscaled): Promise<true> {
    await this.#autoscales.configure(autoscaled);
    return true;
  }

  /** @returns the task queues of the autoscalers that no worker serves. */
  async #reportUnnamed({ resources, writing }: Reconciled, { autoscalers }: OpenWorkflows): Promise<string[]> {
    const { client, log, isServed } = this.#settings;
    const unnamed = unnamedBy(resources, writing.owner, autoscalers.values());
    const news = unnamed.filter(({ resource }) => this.#isFirst(`unnamed ${resource}`));
    if (news.length > 0) {
      log.warn(
        { resources: brief(news.map(({ resource }) => resource)), owner: writing.owner },
        'This configuration does not name these autoscalers. They keep running where another configuration names them; run `escapement apply --prune` to remove them',
      );
    }
    const queues = [...new Set(unnamed.map(({ taskQueue }) => taskQueue))].filter((queue) => !isServed(queue));
    const isOrphaned = await Promise.all(
      queues.map(async (queue) => this.#left.has(queue) || !(await isPolled(client, queue))),
    );
    const orphaned = queues.filter((_, index) => isOrphaned[index]);
    const here = unnamed.filter(({ taskQueue }) => isServed(taskQueue) || orphaned.includes(taskQueue));
    await atMost(askedAtOnce, here.slice(0, mostUnnamedAsked), async ({ resource }) => {
      const found = await this.#autoscales.find(resource);
      if (!found?.isOpen) return;
      const saying = `nobody names ${resource}`;
      if (found.isWatched) this.#reported.delete(saying);
      else if (this.#isFirst(saying)) {
        const configuredBy = found.memo.revision && placeOf(found.memo.revision);
        log.warn(
          { resource, configuredBy },
          'No live configuration names this autoscaler, so it does nothing. Add the resource to the configuration again, or remove the autoscaler with `escapement apply --prune`',
        );
      }
    });
    return orphaned;
  }

  /** Moves open workflows that run on another task queue than the configured one to the configured one. */
  async #move(
    { served, writing }: Reconciled,
    open: OpenWorkflows,
    overruled: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> {
    const left = new Set<string>();
    for (const { alias, taskQueue } of Object.values(served)) {
      if (overruled.has(alias)) continue;
      const autoscaler = open.autoscalers.get(alias);
      if (autoscaler && autoscaler.taskQueue !== taskQueue) left.add(autoscaler.taskQueue);
      const movable = [
        { run: open.scaleRuns.get(alias), move: moveRun, what: 'the scale run' },
        { run: open.events.get(alias), move: moveEvents, what: 'the events that wait for receivers' },
      ];
      for (const { run, move, what } of movable) {
        if (!run || run.taskQueue === taskQueue) continue;
        left.add(run.taskQueue);
        if (!this.#isFirst(`move ${run.runId}`)) continue;
        const fields = { resource: alias, from: run.taskQueue, to: taskQueue };
        this.#settings.log.info(fields, `Moving ${what} to another task queue`);
        await move(this.#settings.client, alias, { taskQueue, atMs: writing.atMs });
      }
    }
    for (const queue of await this.#movePlans(served, writing.atMs, open)) left.add(queue);
    return left;
  }

  /** A plan runs on the task queue of its first resource. @returns the task queues that plans have to leave. */
  async #movePlans(served: Config['resources'], atMs: number, { plans }: OpenWorkflows): Promise<readonly string[]> {
    const left: string[] = [];
    for (const { state, taskQueue: from, runId } of plans) {
      const home = served[state.moves[0]?.resource ?? ''];
      if (!home || home.taskQueue === from) continue;
      left.push(from);
      if (!this.#isFirst(`move ${runId}`)) continue;
      this.#settings.log.info({ plan: state.id, from, to: home.taskQueue }, 'Moving a plan to another task queue');
      await new PlanClient(this.#settings.client).move(state.id, { taskQueue: home.taskQueue, atMs });
    }
    return left;
  }

  #isFirst(saying: string): boolean {
    if (this.#reported.has(saying)) return false;
    this.#reported.add(saying);
    return true;
  }
}

/**
 * The open autoscalers of an owner that a configuration does not name. An autoscaler without a revision was started by
 * an older version.
 */
export function unnamedBy(
  resources: Config['resources'],
  owner: string,
  autoscalers: Iterable<KnownAutoscaler>,
): KnownAutoscaler[] {
  return [...autoscalers].filter(
    ({ resource, memo }) => (memo.revision?.owner ?? defaultOwner) === owner && !resources[resource]?.autoscale,
  );
}

function brief(names: readonly string[]): readonly string[] {
  const more = names.length - mostNamed;
  return more > 0 ? [...names.slice(0, mostNamed), `and ${more} more`] : names;
}
