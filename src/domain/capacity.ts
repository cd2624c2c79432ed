/** What is seen of a resource's capacity, and what became of a change of it. */

/** `UNKNOWN` is a platform that cannot tell; it is waited for like `STARTING` and `PAUSED`. */
export const resourceStatuses = ['ACTIVE', 'STARTING', 'PAUSED', 'FAILED', 'UNKNOWN'] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

/** One look at a resource. */
export interface Observation {
  /** Whole units, never negative. */
  readonly capacity: number;
  readonly status: ResourceStatus;
  /** When the platform looked, by its own clock: milliseconds since the epoch. May be older than the read. */
  readonly observedAtMs: number;
  /** Why there must not be less just now, where a platform says so: scaling in waits until it says so no more. */
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
 * - `rejected`: it was surely not applied; `final` when asking again cannot help.
 * - `unknown`: it may have been applied, now or later. An unknown outcome counts as made.
 */
export type ChangeOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'rejected'; readonly reason: string; readonly final: boolean; readonly retryAfterMs?: number }
  | { readonly outcome: 'unknown'; readonly reason: string };
