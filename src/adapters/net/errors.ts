/** The error codes of remote calls, for sources and platforms, and the meaning of each code. */

/** The meaning of a code for a read and for a change of capacity. */
export const meanings = {
  /** Nothing was sent. */
  notSent: { read: 'unreachable', change: 'rejected' },
  /** Sent, wholly or in part, and no response was received. */
  unreachable: { read: 'unreachable', change: 'unknown' },
  timeout: { read: 'timeout', change: 'unknown' },
  /** The caller canceled. */
  stopped: { read: 'failed', change: 'unknown' },
  /** The credentials are invalid or lack a permission. */
  denied: { read: 'denied', change: 'rejectedPermanently' },
  missing: { read: 'missing', change: 'rejectedPermanently' },
  throttled: { read: 'throttled', change: 'rejected' },
  /** Another writer changed the resource in between, or the resource cannot be changed at the moment. */
  conflict: { read: 'failed', change: 'rejected' },
  /** The server refuses this change but may accept a smaller one: a quota, a maximum size. */
  refused: { read: 'failed', change: 'refused' },
  /** The request is not supported, whatever its size. */
  invalid: { read: 'failed', change: 'rejectedPermanently' },
  /** The server reports that it failed, possibly after it made the change. */
  failed: { read: 'failed', change: 'unknown' },
  /** The response has a success status, but its body is not as expected. */
  malformed: { read: 'malformed', change: 'unknown' },
  /** The response of a source is complete and contains no number. */
  noData: { read: 'noData', change: 'unknown' },
} as const;

export type ErrorCode = keyof typeof meanings;

/** The codes that a response can have. `timeout` and `stopped` come only from our own deadline and caller. */
export type AnswerCode = Exclude<ErrorCode, 'notSent' | 'timeout' | 'stopped' | 'noData'>;

/**
 * The error of a source or a platform. Outside its adapter it has the code that `meanings` gives for a read, and its
 * message names the signal or the resource.
 */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly retryAfterMs: number | undefined;
  /** The setting with which this error counts as a number. */
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

/** What to do next, by error code. */
export type Advice = Partial<Readonly<Record<ErrorCode, string>>>;

/** The message of an error, and what to do next. */
export function withAdvice({ code, message }: AdapterError, advice: Advice): string {
  return `${message}.${advice[code] === undefined ? '' : ` ${advice[code]}`}`;
}
