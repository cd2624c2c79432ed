/** Every call that the simulated sidecar received, its effect and its response. */

export interface LoggedCall {
  /** Starts at 1. */
  readonly call: number;
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Logged but ignored: the sidecar does not support idempotency keys. */
  readonly idempotencyKey: string | undefined;
  /** Of W3C Trace Context: the trace to which the call belongs. */
  readonly traceparent: string | undefined;
  /** The fault that was applied to the call. */
  fault?: string;
  /** The change that the call made or, if the time is later, will make. */
  applied?: { readonly resource: string; readonly units: number; readonly atMs: number };
  /** The status, or what happened instead of a response; absent until then. */
  answered?: string;
}

/** A demo that runs for weeks receives polls all the time, so older calls are dropped. */
const mostCalls = 100_000;

export class CallLog {
  readonly #calls: LoggedCall[] = [];
  readonly #onAnswer: (call: LoggedCall) => void;
  #count = 0;

  constructor(onAnswer: (call: LoggedCall) => void) {
    this.#onAnswer = onAnswer;
  }

  begin(call: Omit<LoggedCall, 'call' | 'fault' | 'applied' | 'answered'>): LoggedCall {
    const entry: LoggedCall = { call: ++this.#count, ...call };
    this.#calls.push(entry);
    if (this.#calls.length > mostCalls) this.#calls.shift();
    return entry;
  }

  finish(entry: LoggedCall, answered: string): void {
    entry.answered = answered;
    this.#onAnswer(entry);
  }

  /** Oldest first. */
  calls(): readonly LoggedCall[] {
    return [...this.#calls];
  }
}
