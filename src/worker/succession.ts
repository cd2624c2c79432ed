/** Notices that workers of a task queue have died, and has what they were doing given to those that live. */
import { Client, type Connection } from '@temporalio/client';
import { handOn } from '../client/temporal/hand-on.js';
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import { whereaboutsOf } from './identity.js';

interface SuccessionSettings {
  readonly connection: Connection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Of the worker that takes over. */
  readonly identity: string;
  readonly log: Logger;
  /** The types of activities that may be begun a second time. */
  readonly repeatable: readonly string[];
}

/** A worker that the Temporal server has seen asking for work. */
export interface Poller {
  readonly identity: string;
  /** By the server's clock. */
  readonly lastPollMs: number;
}

interface SeenPoller {
  readonly lastPollMs: number;
  /** When that was news to us, by our monotonic clock. */
  readonly newAtMs: number;
  readonly isGone: boolean;
}

/** A poll that finds no work comes back after a minute, and the next one follows at once. */
const pollsAtLeastEveryMs = 75_000;
/** Whoever was not told of the pollers for so long cannot say that they were silent. */
const blindAfterMs = 20_000;
const mostBetweenAttemptsMs = 10_000;

export class Succession {
  readonly #settings: SuccessionSettings;
  readonly #client: Client;
  readonly #closed = new AbortController();
  readonly #pollers = new Map<string, SeenPoller>();
  /** Those that something was given away of: they have nothing left. */
  readonly #estates = new Set<string>();
  /** One after the other, or two would give away the same. */
  #giving = Promise.resolve();
  #watchingSinceMs = performance.now();
  #toldAtMs = performance.now();
  #hasLookedForStrangers = false;

  constructor(settings: SuccessionSettings) {
    this.#settings = settings;
    const { connection, namespace, identity } = settings;
    this.#client = new Client({ connection, namespace });
    // Earlier lives of this worker first: also those that the server has forgotten as pollers.
    this.#takeOverFrom(() => (other) => ['dead', 'restarted'].includes(whereaboutsOf(other, identity)));
  }

  /** The pollers of activities, every few seconds. */
  saw(pollers: readonly Poller[]): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs > blindAfterMs) this.#lookAnew(nowMs);
    this.#toldAtMs = nowMs;
    for (const { identity, lastPollMs } of pollers) {
      if (this.#pollers.get(identity)?.lastPollMs === lastPollMs) continue;
      this.#pollers.set(identity, { lastPollMs, newAtMs: nowMs, isGone: false });
    }
    const gone = [...this.#pollers].filter(([identity, seen]) => !seen.isGone && this.#isGone(identity, seen, nowMs));
    for (const [identity, seen] of gone) this.#pollers.set(identity, { ...seen, isGone: true });
    if (gone.length > 0) {
      this.#takeOverFrom(() => {
        const left = gone.map(([identity]) => identity).filter((identity) => !this.#isSettled(identity));
        return left.length > 0 && ((other) => left.includes(other));
      });
    }
    this.#lookForStrangers(nowMs);
  }

  close(): void {
    this.#closed.abort();
  }

  /** Who is surely dead leaves nothing a second time. */
  #isSettled(identity: string): boolean {
    return this.#estates.has(identity) && whereaboutsOf(identity, this.#settings.identity) === 'dead';
  }

  #isGone(identity: string, { newAtMs }: SeenPoller, nowMs: number): boolean {
    const whereabouts = whereaboutsOf(identity, this.#settings.identity);
    if (whereabouts === 'alive') return false;
    return whereabouts === 'dead' || nowMs - newAtMs > pollsAtLeastEveryMs;
  }

  /** Workers on other hosts that had stopped asking before this one began: the server does not list them for long. */
  #lookForStrangers(nowMs: number): void {
    if (this.#hasLookedForStrangers || nowMs - this.#watchingSinceMs < pollsAtLeastEveryMs) return;
    this.#hasLookedForStrangers = true;
    this.#takeOverFrom(
      () => (other) => !this.#pollers.has(other) && whereaboutsOf(other, this.#settings.identity) !== 'alive',
    );
  }

  /** Silence counts from now: while we could not ask, everybody may have been busy. */
  #lookAnew(nowMs: number): void {
    this.#watchingSinceMs = nowMs;
    for (const [identity, seen] of this.#pollers) this.#pollers.set(identity, { ...seen, newAtMs: nowMs });
  }

  /** @param choose says when its turn has come who is dead; false: nobody that is left. */
  #takeOverFrom(choose: () => false | ((identity: string) => boolean)): void {
    this.#giving = this.#giving.then(async () => {
      const isDead = choose();
      if (isDead) await this.#giveAway(isDead);
    });
  }

  /** Until it has worked once. */
  async #giveAway(isDead: (identity: string) => boolean): Promise<void> {
    const { taskQueue, repeatable, log } = this.#settings;
    for (let attempt = 1; ; attempt++) {
      try {
        const given = await handOn(this.#client, { taskQueue, activities: repeatable, isDead });
        for (const [from, activities] of given) {
          this.#estates.add(from);
          log.info({ taskQueue, from, activities }, 'Took over from a dead worker');
        }
        return;
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        log.warn({ taskQueue, err: error }, 'Dead workers could not be looked for; trying again');
      }
      if (!(await pauseFor(retryPauseMs(attempt, mostBetweenAttemptsMs), this.#closed.signal))) return;
    }
  }
}
