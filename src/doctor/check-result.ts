/** The result of one check of something that this machine needs. */
export interface CheckResult {
  readonly part: 'temporal' | 'platform' | 'source' | 'receiver';
  /** Absent for Temporal and for receivers, which all resources share. */
  readonly resource?: string;
  /** The name of the signal, for a source. */
  readonly signal?: string;
  /** The name of the receiver, for a receiver of events. */
  readonly receiver?: string;
  readonly type: string;
  /** `misconfigured`: the settings are invalid, so the check could not run. */
  readonly outcome: 'ok' | 'failing' | 'misconfigured';
  /** What was read, or what failed and what to do. Never a secret. */
  readonly message: string;
  readonly capacity?: number;
  readonly value?: number;
}
