/** Every call that the simulated sidecar received, what it did and what it answered. */

export interface LoggedCall {
  /** Counts from 1. */
  readonly call: number;
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Logged and not honoured: the sidecar knows no such key. */
  readonly idempotencyKey: string | undefined;
  /** The fault that it met. */
  fault?: string;
  /** The change that it made or, where the time is later, will make. */
  applied?: { readonly resource: string; readonly units: number; readonly atMs: number };
  /** A status, or what happened instead of an answer; absent as long as neither did. */
  answered?: string;
}

/** A demo that runs for weeks is polled all the time: older calls are forgotten. */
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
