/** The stream of an external scaler that pushes, as KEDA's `external-push` trigger keeps it open. */
import { setTimeout } from 'node:timers/promises';

const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** Opens the stream. The messages say whether the scaler is active. */
export type OpenActivity = (signal: AbortSignal) => AsyncIterable<boolean>;

/**
 * Open while there is a subscriber, and opened again after it was lost. The messages are never samples: a change is a reason
 * to take one.
 */
export class ActivityStream {
  readonly #listeners = new Set<() => void>();
  #open: AbortController | undefined;
  /** Kept while the stream is closed, so that a change in the meantime is noticed when it is open again. */
  #isActive: boolean | undefined;
  #problem: string | undefined;

  constructor(private readonly open: OpenActivity) {}

  /** Why no push arrives. Undefined while the stream is open, and while there is no subscriber. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void {
    // One subscriber may subscribe twice.
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#open === undefined) {
      this.#open = new AbortController();
      void this.#keepOpen(this.#open.signal);
    }
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#open?.abort();
    this.#open = undefined;
    this.#problem = undefined;
    this.#listeners.clear();
  }

  async #keepOpen(signal: AbortSignal): Promise<void> {
    let pauseMs = firstPauseMs;
    const isOver = () => signal.aborted;
    while (!isOver()) {
      const openedAtMs = performance.now();
      const problem = await this.#readToEnd(signal);
      if (isOver()) return;
      this.#problem = problem;
      const hasHeld = performance.now() - openedAtMs > longestPauseMs;
      if (hasHeld) pauseMs = firstPauseMs;
      // Does not keep the process alive.
      await setTimeout(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }

  /** @returns why the stream has ended. */
  async #readToEnd(signal: AbortSignal): Promise<string> {
    try {
      for await (const isActive of this.open(signal)) {
        if (signal.aborted) break;
        this.#problem = undefined;
        this.#see(isActive);
      }
      return 'the scaler has ended the stream';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #see(isActive: boolean): void {
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    for (const listener of this.#listeners) listener();
  }
}
