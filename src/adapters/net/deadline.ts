/**
 * The end of one request: its time is over, or its caller gives up. `AbortSignal.timeout` and `AbortSignal.any` would hold
 * all that the request was made of until the time is over, and on Node 20 stay attached to the caller's signal, which
 * lives for hours: a worker that looks at thousands of resources every few seconds feels that.
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

  /** When the request is done, however it ended. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener('abort', this.#giveUp);
  }
}
