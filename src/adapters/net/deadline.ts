/** A deadline for a remote call: everything that the call takes, whether or not its client listens to a signal. */
import { AdapterError } from './errors.js';

export interface TimedCall {
  /** What is asked, for messages: `DescribeServices`. */
  readonly name: string;
  /** Aborts when the caller gives up. */
  readonly signal: AbortSignal;
  /** For everything: credentials, the connection, the whole answer. */
  readonly timeoutMs: number;
}

/**
 * Settles at the deadline even if `work` never does.
 *
 * An AdapterError that `work` threw before the deadline, or before the caller gave up, counts: "not sent" is certain then.
 * Any other error that comes together with one of the two says nothing, because clients that are aborted throw what they
 * like, also what looks like a refused connection: the call timed out or was stopped, and a change is unknown.
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
    if (signal.aborted) throw new AdapterError('stopped', `${name} was stopped before its answer was complete`);
    if (deadline.isOver) throw new AdapterError('timeout', `${name} had no complete answer within ${timeoutMs} ms`);
    throw error;
  } finally {
    deadline.clear();
  }
}

/**
 * Rejects with the signal's reason when the signal aborts before `work` settles, whatever `work` does afterwards. Does not
 * start `work` when the signal is aborted already.
 */
export async function orAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  let rejectAborted = () => {};
  // Before the work begins, so that of all listeners to the signal this one is the first.
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
 * `AbortSignal.timeout` and `AbortSignal.any` would hold all that the request was made of until the time is over, and on
 * Node 20 stay attached to the caller's signal, which lives for hours: a worker that looks at thousands of resources every
 * few seconds feels that.
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

  /** The time is over, whether or not the caller has given up as well. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** To be called when the request is done, however it ended. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#giveUp);
  }
}
