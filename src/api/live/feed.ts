/**
 * The changes of all rows, as they happen, for any number of readers: one poller reads Temporal, and only while
 * a client listens.
 *
 * The feed keeps the newest row of each resource with the number of its last change, and no log of changes. A reader
 * that was away, or that reads slowly, gets each row that has changed since once, however often it has changed.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { firstLineOf } from '../../client/temporal/connection.js';
import { isTemporalTrouble } from '../../client/temporal/grpc-status.js';
import type { Outage } from '../../process/outage.js';
import type { ApiDependencies } from '../dependencies.js';
import type { Fleet } from '../fleet/fleet.js';
import type { ResourceRow } from '../fleet/answers.js';

/** The time between two rounds. */
const pauseMs = 1500;

interface Change {
  readonly number: number;
  readonly resource: string;
  /** The row as JSON. */
  readonly row: string;
}

/** Called after each round, whether anything has changed or not. */
type Listener = () => void;

interface FeedSurroundings extends Pick<ApiDependencies, 'log' | 'stopping'> {
  /** Of Temporal, which the requests report to as well. */
  readonly outage: Outage;
}

export class Feed {
  /** Part of each ID: the numbers of another process, or of an earlier one, mean nothing here. */
  readonly #instance = randomBytes(6).toString('base64url');
  /** By resource. */
  readonly #changes = new Map<string, Change>();
  readonly #listeners = new Set<Listener>();
  readonly #stopping: AbortSignal;
  #number = 0;
  #error: unknown = null;
  #isRunning = false;
  #wake = new AbortController();

  constructor(
    private readonly fleet: Fleet,
    private readonly surroundings: FeedSurroundings,
  ) {
    const { stopping } = surroundings;
    this.#stopping = stopping;
    stopping.addEventListener('abort', () => this.#wake.abort());
  }

  /** Of the newest change. */
  get number(): number {
    return this.#number;
  }

  /** Why the last round failed; null when it did not. */
  get error(): unknown {
    return this.#error;
  }

  idOf(number: number): string {
    return `${this.#instance}.${number}`;
  }

  /** The number in an ID of this feed; undefined for any other ID. */
  numberIn(id: string): number | undefined {
    const [instance, number = '', ...rest] = id.split('.');
    if (instance !== this.#instance || rest.length > 0 || !/^\d{1,15}$/.test(number)) return undefined;
    return Number(number) <= this.#number ? Number(number) : undefined;
  }

  /** The changes after that number, the oldest first. */
  changesAfter(number: number): Change[] {
    const changes = [...this.#changes.values()].filter((change) => change.number > number);
    return changes.toSorted((one, other) => one.number - other.number);
  }

  /**
   * Reads once, for a reader that begins.
   * @throws when Temporal does not answer.
   */
  async update(): Promise<void> {
    const rows = await this.fleet.rows('poller');
    for (const row of rows) this.#take(row);
  }

  /** @returns a function that ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#isRunning) void this.#run();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#wake.abort();
    };
  }

  /** Returns when the row of a resource has changed after that number, or when `signal` aborts. */
  async untilChanged(resource: string, after: number, signal: AbortSignal): Promise<void> {
    const changed = new AbortController();
    const ended = AbortSignal.any([signal, changed.signal]);
    const look = () => {
      if ((this.#changes.get(resource)?.number ?? 0) > after) changed.abort();
    };
    const unlisten = this.listen(look);
    look();
    if (!ended.aborted) await once(ended, 'abort');
    unlisten();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isWanted()) {
      this.#wake = new AbortController();
      await setTimeout(pauseMs, undefined, { signal: this.#wake.signal, ref: false }).catch(() => undefined);
      if (this.#isWanted()) await this.#round();
    }
    this.#isRunning = false;
  }

  #isWanted(): boolean {
    return this.#listeners.size > 0 && !this.#stopping.aborted;
  }

  async #round(): Promise<void> {
    try {
      await this.update();
      this.#error = null;
      this.surroundings.outage.works();
    } catch (error) {
      this.#error = error;
      this.#report(error);
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #report(error: unknown): void {
    const { log, outage } = this.surroundings;
    if (isTemporalTrouble(error)) outage.fails({ reason: firstLineOf(error) });
    else log.error({ err: error }, 'Changes cannot be read');
  }

  #take(row: ResourceRow): void {
    const { resource } = row;
    const text = JSON.stringify(row);
    if (this.#changes.get(resource)?.row === text) return;
    this.#number += 1;
    this.#changes.set(resource, { number: this.#number, resource, row: text });
  }
}
