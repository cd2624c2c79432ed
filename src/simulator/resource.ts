/** A simulated resource: its state is computed from the changes made to it and a time. */
import type { ResourceStatus } from '../domain/scale/capacity.js';

/** The true capacity from this time on, and its cause. */
export interface CapacityAt {
  readonly atMs: number;
  readonly capacity: number;
  readonly cause: string;
}

export interface ResourceStart {
  readonly capacity: number;
  readonly atMs: number;
  /** How long a change takes to take effect; the resource is STARTING meanwhile. */
  readonly startTimeMs: number;
}

/** Times may be in the future: a change that takes effect late is an ordinary change with a later time. */
export class SimulatedResource {
  readonly #start: ResourceStart;
  readonly #moves: Move[] = [];
  readonly #statuses: { readonly atMs: number; readonly status: ResourceStatus | undefined }[] = [];

  constructor(
    readonly alias: string,
    start: ResourceStart,
  ) {
    this.#start = start;
  }

  /**
   * A relative change that the sidecar accepted at this time. Returns false and changes nothing when the capacity would
   * become negative.
   */
  change(units: number, atMs: number, cause: string): boolean {
    if (this.#capacityAt(Infinity) + units < 0) return false;
    this.#add({ atMs, landsAtMs: atMs + this.#start.startTimeMs, cause, from: (capacity) => capacity + units });
    return true;
  }

  /** A size that was set at this time, and takes the same time to take effect. */
  setSize(size: number, atMs: number, cause: string): void {
    this.#add({ atMs, landsAtMs: atMs + this.#start.startTimeMs, cause, from: () => size });
  }

  /** A change by another writer: it takes effect at once, without STARTING. */
  setCapacity(capacity: number, atMs: number): void {
    this.#add({ atMs, landsAtMs: atMs, cause: 'set by another writer', from: () => capacity });
  }

  /** Shown from then on, whatever happens; undefined restores the real status. */
  setStatus(status: ResourceStatus | undefined, atMs: number): void {
    this.#statuses.push({ atMs, status });
  }

  at(timeMs: number): { readonly capacity: number; readonly status: ResourceStatus } {
    const imposed = this.#statuses.findLast(({ atMs }) => atMs <= timeMs)?.status;
    const isStarting = this.#moves.some(({ atMs, landsAtMs }) => atMs <= timeMs && timeMs < landsAtMs);
    return { capacity: this.#capacityAt(timeMs), status: imposed ?? (isStarting ? 'STARTING' : 'ACTIVE') };
  }

  /** Every true capacity up to a time, oldest first. */
  truth(untilMs: number): CapacityAt[] {
    const { capacity, atMs } = this.#start;
    const truth: CapacityAt[] = [{ atMs, capacity, cause: 'start' }];
    let now = capacity;
    for (const { landsAtMs, from, cause } of this.#landed(untilMs)) {
      now = Math.max(0, from(now));
      truth.push({ atMs: landsAtMs, capacity: now, cause });
    }
    return truth;
  }

  #capacityAt(timeMs: number): number {
    return this.#landed(timeMs).reduce((capacity, { from }) => Math.max(0, from(capacity)), this.#start.capacity);
  }

  #landed(timeMs: number): Move[] {
    return this.#moves.filter(({ landsAtMs }) => landsAtMs <= timeMs);
  }

  #add(move: Move): void {
    this.#moves.push(move);
    this.#moves.sort((a, b) => a.landsAtMs - b.landsAtMs);
  }
}

interface Move {
  readonly atMs: number;
  readonly landsAtMs: number;
  readonly cause: string;
  readonly from: (capacity: number) => number;
}
