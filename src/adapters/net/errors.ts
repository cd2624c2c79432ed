/** What can go wrong with a remote call: one list of codes for sources and platforms, and what each code means. */

/** What a code means for a read, and for a change of capacity. */
export const meanings = {
  /** Nothing was sent. */
  notSent: { read: 'unreachable', change: 'rejected' },
  /** Sent, wholly or in part, and no answer came. */
  unreachable: { read: 'unreachable', change: 'unknown' },
  timeout: { read: 'timeout', change: 'unknown' },
  /** The caller gave up. */
  stopped: { read: 'failed', change: 'unknown' },
  /** The credentials or their rights are not accepted. */
  denied: { read: 'denied', change: 'rejectedForGood' },
  missing: { read: 'missing', change: 'rejectedForGood' },
  throttled: { read: 'throttled', change: 'rejected' },
  /** Somebody else changed the resource in between, or it cannot be changed at the moment. */
  conflict: { read: 'failed', change: 'rejected' },
  /** The server does not take this change but may take a smaller one: a quota, a largest size. */
  refused: { read: 'failed', change: 'refused' },
  /** The request is not supported, whatever its size. */
  invalid: { read: 'failed', change: 'rejectedForGood' },
  /** The server says that it failed: perhaps after it did the work. */
  failed: { read: 'failed', change: 'unknown' },
  /** The answer of success is not what was expected. */
  malformed: { read: 'malformed', change: 'unknown' },
  /** A source answered in full, and has no number. */
  noData: { read: 'noData', change: 'unknown' },
} as const;

export type ErrorCode = keyof typeof meanings;

/** The codes that an answer may have. `timeout` and `stopped` are of our own deadline and caller alone. */
export type AnswerCode = Exclude<ErrorCode, 'notSent' | 'timeout' | 'stopped' | 'noData'>;

/**
 * The error of a source or a platform. Outside its adapter it has the code that `meanings` gives for a read, and its
 * message names the signal or the resource.
 */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly retryAfterMs: number | undefined;
  /** What a person could set so that this counts as a number. */
  readonly hint: string | undefined;

  constructor(
    readonly code: ErrorCode,
    /** What happened, where, and what to do next. Never a secret. */
    message: string,
    { retryAfterMs, hint }: { readonly retryAfterMs?: number | undefined; readonly hint?: string | undefined } = {},
  ) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.hint = hint;
  }
}

/** What to do next, by what went wrong. */
export type Advice = Partial<Readonly<Record<ErrorCode, string>>>;

/** The message of an error, and what to do next. */
export function withAdvice({ code, message }: AdapterError, advice: Advice): string {
  return `${message}.${advice[code] === undefined ? '' : ` ${advice[code]}`}`;
}
