/** What was found of one thing that this machine needs. */
export interface CheckResult {
  readonly part: 'temporal' | 'platform' | 'source';
  /** Nothing for Temporal, which all resources share. */
  readonly resource?: string;
  /** The name of the signal, for a source. */
  readonly signal?: string;
  readonly type: string;
  /** `misconfigured`: what is written or set here is wrong, so that it could not even be asked. */
  readonly outcome: 'ok' | 'failing' | 'misconfigured';
  /** What was seen, or what is wrong and what to do. Never a secret. */
  readonly message: string;
  readonly capacity?: number;
  readonly value?: number;
}
