/** The pool and the queue of this process, as the platform and the source of an autoscaler. */
import { withDeadline } from '../adapters/net/deadline.js';
import { AdapterError } from '../adapters/net/errors.js';
import { checkPermit } from '../adapters/net/send-permit.js';
import { asOutcome } from '../adapters/platforms/outcome.js';
import type { Platform, SendPermit } from '../adapters/platforms/platform.js';
import type { Sample, Source } from '../adapters/sources/source.js';
import type { CapacityChange, ChangeOutcome, Observation } from '../domain/scale/capacity.js';
import type { Options } from './options.js';

/** A size or a length is in memory, or one request away. */
const readTimeoutMs = 5000;
/** A pool that starts threads or opens connections may take longer than a read. */
export const resizeTimeoutMs = 60_000;

export class InProcessPool implements Platform {
  /** The last size that was read. Null before the first one. */
  size: number | null = null;
  /** When this process last called `resize`. Null: never. */
  resizedAtMs: number | null = null;
  /** The call that has not settled yet. */
  #pending: { readonly to: number } | undefined;

  constructor(private readonly pool: Options['pool']) {}

  async observe(signal: AbortSignal): Promise<Observation> {
    const observedAtMs = Date.now();
    const capacity = await read('pool.size()', signal, () => this.pool.size());
    if (!Number.isInteger(capacity) || capacity < 0) {
      throw new AdapterError('malformed', 'pool.size() returned something that is not a whole number of units');
    }
    this.size = capacity;
    return { capacity, status: 'ACTIVE', observedAtMs };
  }

  async change({ to }: CapacityChange, permit: SendPermit, signal: AbortSignal): Promise<ChangeOutcome> {
    const name = `pool.resize(${to})`;
    try {
      if (this.#pending) {
        throw new AdapterError(
          'conflict',
          `${name} was not called: pool.resize(${this.#pending.to}) has not settled yet`,
        );
      }
      checkPermit(permit, name);
      await withDeadline({ name, signal, timeoutMs: resizeTimeoutMs }, () => this.#resize(to));
      return { outcome: 'accepted' };
    } catch (error) {
      // The function may have failed half-way.
      return asOutcome(
        error instanceof AdapterError ? error : new AdapterError('failed', `${name} threw: ${wordsOf(error)}`),
      );
    }
  }

  async #resize(to: number): Promise<void> {
    this.#pending = { to };
    this.resizedAtMs = Date.now();
    try {
      await this.pool.resize(to);
    } finally {
      this.#pending = undefined;
    }
  }
}

export class InProcessQueue implements Source {
  /** The last length that was read. Null before the first one, and while it cannot be read. */
  length: number | null = null;

  constructor(private readonly queue: Options['queue']) {}

  async sample(signal: AbortSignal): Promise<Sample> {
    this.length = null;
    const value = await read('queue.length()', signal, () => this.queue.length());
    if (!Number.isFinite(value) || value < 0) {
      throw new AdapterError('malformed', 'queue.length() returned something that is not a number of at least 0');
    }
    this.length = value;
    return { value, atMs: Date.now() };
  }
}

/** @throws AdapterError */
async function read(name: string, signal: AbortSignal, call: () => number | Promise<number>): Promise<number> {
  try {
    return await withDeadline({ name, signal, timeoutMs: readTimeoutMs }, async () => call());
  } catch (error) {
    throw error instanceof AdapterError ? error : new AdapterError('failed', `${name} threw: ${wordsOf(error)}`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
