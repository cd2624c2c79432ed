/** What is seen of a resource's capacity, and what became of a change of it. */

/** `UNKNOWN` is a platform that cannot tell; it is waited for like `STARTING` and `PAUSED`. */
export const resourceStatuses = ['ACTIVE', 'STARTING', 'PAUSED', 'FAILED', 'UNKNOWN'] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

/** One look at a resource. */
export interface Observation {
  /** Whole units, never negative. */
  readonly capacity: number;
  readonly status: ResourceStatus;
  /** Units that are ready now, where the platform tells. The capacity is what was asked for; this is what serves. */
  readonly ready?: number;
  /** When the platform looked, by its own clock: milliseconds since the epoch. May be older than the read. */
  readonly observedAtMs: number;
  /** Why policies should not scale in just now, where a platform says so. A person's request is carried out. */
  readonly holdsScaleIn?: string;
  /** The platform's names for the resource, and whatever explains its status to a person. */
  readonly details?: Readonly<Record<string, string>>;
}

/** A change of capacity as it is sent: `from` and `to` are whole units. */
export interface CapacityChange {
  readonly from: number;
  readonly to: number;
  /** The same for every attempt of one change, for platforms that honour it. */
  readonly idempotencyKey: string;
}

/**
 * What a platform adapter knows after it sent a change.
 * - `accepted`: the platform took it.
 * - `rejected`: it was surely not applied; `final` when asking again for the same cannot help, `lessMayHelp` when a
 *   smaller change may be taken where this one was not (a quota, a limit of the platform).
 * - `unknown`: it may have been applied, now or later. An unknown outcome counts as made.
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
