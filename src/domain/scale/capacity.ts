/** The observed capacity of a resource, and the outcome of a change of that capacity. */

/**
 * A platform reports `UNKNOWN` when it cannot determine the status. `UNKNOWN` is waited out like `STARTING` and
 * `PAUSED`.
 */
export const resourceStatuses = ['ACTIVE', 'STARTING', 'PAUSED', 'FAILED', 'UNKNOWN'] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

/** One observation of a resource. */
export interface Observation {
  /** Whole units. Never negative. */
  readonly capacity: number;
  readonly status: ResourceStatus;
  /**
   * Units that are ready now. Absent where the platform does not report readiness. `capacity` is the requested size;
   * `ready` is the part of it that serves load.
   */
  readonly ready?: number;
  /**
   * When the platform took the observation, by the platform's clock: milliseconds since the epoch. This time may be
   * earlier than the time of the read.
   */
  readonly observedAtMs: number;
  /**
   * Why policies should not scale in now. Absent where the platform reports no such reason. A request from a person is
   * carried out regardless.
   */
  readonly holdsScaleIn?: string;
  /** The platform's names for the resource, and any text that explains the status to a person. */
  readonly details?: Readonly<Record<string, string>>;
}

/** A change of capacity as it is sent to a platform. `from` and `to` are whole units. */
export interface CapacityChange {
  readonly from: number;
  readonly to: number;
  /**
   * Every attempt of one change carries the same key. Platforms that support idempotency keys apply the change once.
   */
  readonly idempotencyKey: string;
}

/**
 * What a platform adapter knows after it sent a change.
 * - `accepted`: the platform accepted the change.
 * - `rejected`: the change was certainly not applied. `final` means that a retry of the same change cannot succeed.
 *   `lessMayHelp` means that a smaller change may succeed (a quota, a limit of the platform).
 * - `unknown`: the change may have been applied, or may be applied later. A change with an unknown outcome counts as
 *   made.
 */
export type ChangeOutcome =
  { readonly outcome: 'accepted' } | RejectedChange | { readonly outcome: 'unknown'; readonly reason: string };

export interface RejectedChange {
  readonly outcome: 'rejected';
  readonly reason: string;
  readonly final: boolean;
  readonly lessMayHelp?: boolean;
  readonly retryAfterMs?: number;
}
