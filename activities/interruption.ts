/** What ends a read-only activity early: a cancellation, the shutdown of its worker, or a call of `giveUp`. */
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { handedOver } from '../src/domain/handed-on.js';

/**
 * A worker that shuts down does not wait for activities that can continue elsewhere: they end at once, and the next
 * attempt continues from the last heartbeat, which is sent along.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort();
  #reason: Error | undefined;

  constructor(
    private readonly context: Context,
    /** Aborts when the worker starts to shut down. */
    private readonly stopping: AbortSignal,
  ) {
    // Every request of a look adds a listener to this signal and removes it afterwards. Node would report more than ten
    // as a leak.
    setMaxListeners(0, this.signal);
    for (const source of this.#sources) {
      if (source.aborted) this.#abort();
      else source.addEventListener('abort', this.#abort);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The activity is to continue on another worker. */
  get isHandOver(): boolean {
    return this.signal.aborted && !this.context.cancellationSignal.aborted;
  }

  /** Ends the activity with this reason, so that it continues on another worker. */
  giveUp(reason: Error): void {
    this.#reason ??= reason;
    this.#abort();
  }

  /**
   * Rejects when the activity is interrupted.
   * @param early ends the pause when it aborts.
   */
  async sleep(ms: number, early?: AbortSignal): Promise<void> {
    const pause = new AbortController();
    const end = () => pause.abort();
    const signals = early === undefined ? [this.signal] : [this.signal, early];
    for (const signal of signals) signal.addEventListener('abort', end, { once: true });
    if (signals.some(({ aborted }) => aborted)) end();
    await setTimeout(ms, undefined, { signal: pause.signal }).catch(() => undefined);
    for (const signal of signals) signal.removeEventListener('abort', end);
    this.throwIfInterrupted();
  }

  throwIfInterrupted(): void {
    this.context.cancellationSignal.throwIfAborted();
    if (this.stopping.aborted) throw handOver();
    if (this.#reason) throw this.#reason;
  }

  /** Removes the listeners from the signals, which outlive the activity. */
  close(): void {
    for (const source of this.#sources) source.removeEventListener('abort', this.#abort);
  }

  get #sources(): readonly AbortSignal[] {
    return [this.context.cancellationSignal, this.stopping];
  }
}

function handOver(): ApplicationFailure {
  return ApplicationFailure.create({
    type: handedOver,
    message: 'handed over by a worker that is shutting down',
    category: ApplicationFailureCategory.BENIGN,
    // The backoff of the retry policy grows with every worker. Not at once: this worker's polls are still being
    // cancelled.
    nextRetryDelay: '1 second',
  });
}
