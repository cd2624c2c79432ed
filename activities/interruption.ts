/** What ends an activity that only looks before it is done: a cancellation, the end of its worker, or a word of its own. */
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { handedOver } from '../src/domain/handed-on.js';

/**
 * A worker that is about to stop does not wait for activities that can go on elsewhere: they end at once, and the next
 * attempt goes on from the last heartbeat, which is sent along.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort();
  #reason: Error | undefined;

  constructor(
    private readonly context: Context,
    /** Aborts when the worker is about to stop. */
    private readonly stopping: AbortSignal,
  ) {
    // Whatever a look asks for listens to the one signal, and lets go of it; Node would take more than ten for a leak.
    setMaxListeners(0, this.signal);
    for (const source of this.#sources) {
      if (source.aborted) this.#abort();
      else source.addEventListener('abort', this.#abort);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** It is to go on elsewhere. */
  get isHandOver(): boolean {
    return this.signal.aborted && !this.context.cancellationSignal.aborted;
  }

  /** It is to go on elsewhere because of this. */
  giveUp(reason: Error): void {
    this.#reason ??= reason;
    this.#abort();
  }

  /** Rejects when interrupted. */
  async sleep(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.signal }).catch(() => undefined);
    this.throwIfInterrupted();
  }

  throwIfInterrupted(): void {
    this.context.cancellationSignal.throwIfAborted();
    if (this.stopping.aborted) throw handOver();
    if (this.#reason) throw this.#reason;
  }

  /** Lets go of the signals, which live longer than an activity. */
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
    message: 'handed over by a worker that stops',
    category: ApplicationFailureCategory.BENIGN,
    // The retry policy's own pause grows with every worker. Not at once: this worker's polls are still being withdrawn.
    nextRetryDelay: '1 second',
  });
}
