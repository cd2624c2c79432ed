/** Detects that workers of a task queue have died, and has their activities retried by live workers. */
import { Client, type Connection } from '@temporalio/client';
import { failureFields } from '../client/temporal/grpc-status.js';
import { takeOverActivities } from '../client/temporal/take-over-activities.js';
import type { Logger } from '../process/logger.js';
import { Outage, remindEveryMs } from '../process/outage.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { workerStatusOf } from './identity.js';

interface TakeoverSettings {
  readonly connection: Connection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The identity of the worker that takes over. */
  readonly identity: string;
  readonly log: Logger;
  /** The types of activities that may be started a second time. */
  readonly repeatable: readonly string[];
}

/** A worker that the Temporal server has seen polling. */
export interface Poller {
  readonly identity: string;
  /** In the server's clock. */
  readonly lastPollMs: number;
}

interface SeenPoller {
  readonly lastPollMs: number;
  /** When this value was first seen, in the local monotonic clock. */
  readonly newAtMs: number;
  readonly isGone: boolean;
}

/** A poll that finds no task returns after a minute, and the next poll follows at once. */
const pollsAtLeastEveryMs = 75_000;
/** After this long without a list of pollers, a silence of pollers cannot be measured. */
const listStaleAfterMs = 20_000;
const mostBetweenAttemptsMs = 10_000;

export class ActivityTakeover {
  readonly #settings: TakeoverSettings;
  readonly #client: Client;
  readonly #closed = new AbortController();
  readonly #pollers = new Map<string, SeenPoller>();
  /** Workers whose activities were already taken over. */
  readonly #takenOver = new Set<string>();
  /** Sequential, because two rounds at the same time would take over the same activities. */
  #rounds = Promise.resolve();
  #watchingSinceMs = performance.now();
  #listedAtMs = performance.now();
  #hasCheckedUnlisted = false;

  constructor(settings: TakeoverSettings) {
    this.#settings = settings;
    const { connection, namespace, identity } = settings;
    this.#client = new Client({ connection, namespace });
    // Start with earlier processes of this worker, including those that the server no longer lists as pollers.
    this.#takeOverFrom(() => (other) => ['dead', 'restarted'].includes(workerStatusOf(other, identity)));
  }

  /** Called every few seconds with the pollers of activities. */
  saw(pollers: readonly Poller[]): void {
    const nowMs = performance.now();
    if (nowMs - this.#listedAtMs > listStaleAfterMs) this.#restartSilence(nowMs);
    this.#listedAtMs = nowMs;
    for (const { identity, lastPollMs } of pollers) {
      if (this.#pollers.get(identity)?.lastPollMs === lastPollMs) continue;
      this.#pollers.set(identity, { lastPollMs, newAtMs: nowMs, isGone: false });
    }
    const gone = [...this.#pollers].filter(([identity, seen]) => !seen.isGone && this.#isGone(identity, seen, nowMs));
    for (const [identity, seen] of gone) this.#pollers.set(identity, { ...seen, isGone: true });
    if (gone.length > 0) {
      this.#takeOverFrom(() => {
        const left = gone.map(([identity]) => identity).filter((identity) => !this.#isTakenOver(identity));
        return left.length > 0 && ((other) => left.includes(other));
      });
    }
    this.#takeOverFromUnlisted(nowMs);
  }

  close(): void {
    this.#closed.abort();
  }

  /** The activities of a worker that is certainly dead are taken over only once. */
  #isTakenOver(identity: string): boolean {
    return this.#takenOver.has(identity) && workerStatusOf(identity, this.#settings.identity) === 'dead';
  }

  #isGone(identity: string, { newAtMs }: SeenPoller, nowMs: number): boolean {
    const status = workerStatusOf(identity, this.#settings.identity);
    if (status === 'alive') return false;
    return status === 'dead' || nowMs - newAtMs > pollsAtLeastEveryMs;
  }

  /**
   * Workers on other hosts that stopped polling before this one started: the server lists them only for a short time.
   */
  #takeOverFromUnlisted(nowMs: number): void {
    if (this.#hasCheckedUnlisted || nowMs - this.#watchingSinceMs < pollsAtLeastEveryMs) return;
    this.#hasCheckedUnlisted = true;
    this.#takeOverFrom(
      () => (other) => !this.#pollers.has(other) && workerStatusOf(other, this.#settings.identity) !== 'alive',
    );
  }

  /**
   * The silence of every poller counts from now: while this process could not query the server, all of them may have
   * polled.
   */
  #restartSilence(nowMs: number): void {
    this.#watchingSinceMs = nowMs;
    for (const [identity, seen] of this.#pollers) this.#pollers.set(identity, { ...seen, newAtMs: nowMs });
  }

  /** @param choose selects the dead workers when the task starts; false: none is left. */
  #takeOverFrom(choose: () => false | ((identity: string) => boolean)): void {
    this.#rounds = this.#rounds.then(async () => {
      const isDead = choose();
      if (isDead) await this.#takeOverNow(isDead);
    });
  }

  /** Retries until it has succeeded once. */
  async #takeOverNow(isDead: (identity: string) => boolean): Promise<void> {
    const { taskQueue, repeatable, log } = this.#settings;
    const words = { fails: 'Dead workers could not be looked up; retrying', worksAgain: 'Dead workers were looked up' };
    const outage = new Outage({ log, fields: { taskQueue }, words, remindEveryMs });
    for (let attempt = 1; ; attempt++) {
      try {
        const takenOver = await takeOverActivities(this.#client, { taskQueue, activities: repeatable, isDead });
        for (const [from, activities] of takenOver) {
          this.#takenOver.add(from);
          log.info({ taskQueue, from, activities }, 'Took over activities from a dead worker');
        }
        outage.works();
        return;
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        outage.fails(failureFields(error));
      }
      if (!(await pauseFor(retryPauseMs(attempt, mostBetweenAttemptsMs), this.#closed.signal))) return;
    }
  }
}
