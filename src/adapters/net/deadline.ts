/** A deadline for a whole remote call, which holds even if the client of the call ignores the abort signal. */
import { AdapterError } from './errors.js';

export interface TimedCall {
  /** Name of the request, for messages: `DescribeServices`. */
  readonly name: string;
  /** Aborts when the caller cancels. */
  readonly signal: AbortSignal;
  /** Covers the credentials, the connection and the whole response. */
  readonly timeoutMs: number;
}

/**
 * Settles at the deadline even if `work` never does.
 *
 * An AdapterError that `work` threw before the deadline, or before the caller canceled, is thrown as it is: "not sent"
 * is certain then. Any other error at the deadline or after a cancellation is replaced, because an aborted client may
 * throw any error, also one that looks like a refused connection. The call then timed out or was stopped, and the
 * outcome of a change is unknown.
 * @throws AdapterError `timeout` or `stopped`, or what `work` threw.
 */
export async function withDeadline<Result>(
  { name, signal, timeoutMs }: TimedCall,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await orAborted(deadline.signal, () => work(deadline.signal));
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    if (signal.aborted) throw new AdapterError('stopped', `${name} was stopped before its response was complete`);
    if (deadline.isOver) throw new AdapterError('timeout', `${name} got no complete response within ${timeoutMs} ms`);
    throw error;
  } finally {
    deadline.clear();
  }
}

/**
 * Rejects with the signal's reason when the signal aborts before `work` settles, whatever `work` does afterwards. Does
 * not start `work` if the signal is already aborted.
 */
export async function orAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  let rejectAborted = () => {};
  // Before the work begins, so that this listener to the signal is the first.
  const aborted = new Promise<never>((_, reject) => {
    rejectAborted = () => reject(signal.reason as Error);
    signal.addEventListener('abort', rejectAborted, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', rejectAborted);
  }
}

/**
 * `AbortSignal.timeout` and `AbortSignal.any` would keep the request in memory until the timeout. On Node 20 they also
 * remain attached to the caller's signal, which lives for hours. A worker that observes thousands of resources every
 * few seconds would use noticeably more memory.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal;
  readonly #giveUp = () => this.#controller.abort(this.#caller.reason);
  #isOver = false;

  constructor(timeoutMs: number, caller: AbortSignal) {
    this.#caller = caller;
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#controller.abort();
    }, timeoutMs);
    caller.addEventListener('abort', this.#giveUp, { once: true });
    if (caller.aborted) this.#giveUp();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The deadline has passed, whether or not the caller has canceled too. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Must be called when the request has ended, with any result. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#giveUp);
  }
}
