/**
 * The inputs and the results of the activities of the autoscale workflow. These types are plain data, because the
 * workflow history stores them.
 */
import type { ScaleSettings } from '../scale/settings.js';
import type { Evaluation, Override, Pause } from './evaluation.js';
import type { LookRing } from './look-ring.js';
import type { AutoscaleSettings } from './settings.js';
import type { AutoscaleState } from './state.js';
import type { Tally } from './tally.js';

/** The prefix of the reason of a request that comes from policies. */
export const autoscaleReason = 'autoscale: ';

/** The failure type of a watch on a worker whose configuration does not name the autoscaler. */
export const notConfiguredType = 'NotConfigured';

export interface WatchOrder {
  readonly resource: string;
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  readonly pause: Pause | null;
  readonly override: Override | null;
  /** The result of the previous watch. */
  readonly last: WatchResult | null;
  /** The last target that was requested. A dry run requests the same target only once. */
  readonly lastAsked: number | null;
  /**
   * The scale run for which the autoscaler has already paused itself. A person has looked at that run, or will. Absent
   * in older orders.
   */
  readonly heededRun?: string | null;
  /**
   * True after a message, which is acted on at once. Otherwise the first evaluation is one interval after the last one.
   */
  readonly atOnce: boolean;
}

/** The watch returns only when the capacity should change, or when a requested change should stop. */
export interface WatchResult {
  readonly evaluation: Evaluation;
  readonly state: AutoscaleState;
  /**
   * Changes of the newest scale run moved the capacity in the wrong direction. More changes would move it further in
   * that direction.
   */
  readonly wrongDirection?: { readonly runId: string; readonly reason: string };
  /** Absent in results of an older version. */
  readonly tally?: Tally | undefined;
  /** Absent in results of an older version. */
  readonly ring?: LookRing | undefined;
  /** Absent where no receiver wants these events, or has been told of any. */
  readonly told?: Told | undefined;
}

/** What receivers of events know of the fallback. */
export interface Told {
  readonly isInFallback: boolean;
  /** Part of the ID of the last event. It increases with each event. */
  readonly number: number;
}

/**
 * The heartbeat of a watch. It contains everything that a successor needs, and everything that explains why nothing
 * changes.
 */
export interface WatchProgress {
  readonly state: AutoscaleState | null;
  readonly evaluation: Evaluation | null;
  readonly tally?: Tally | undefined;
  /** What the watches of this autoscaler have seen in the last hours. */
  readonly ring?: LookRing | undefined;
  readonly told?: Told | undefined;
  /** Why there was no evaluation: the capacity could not be read. */
  readonly problem: { readonly message: string; readonly sinceMs: number } | null;
  /**
   * Set in the last heartbeat of a watch whose worker shut down gracefully. The successor can wait for the normal
   * interval.
   */
  readonly isHandedOver?: true;
}

export interface ScaleAsk {
  readonly resource: string;
  readonly taskQueue: string;
  readonly limits: ScaleSettings;
  readonly targetCapacity: number;
  readonly reason: string;
  /** Every attempt of one request carries the same key. */
  readonly key: string;
}

/**
 * The key of the request that follows an evaluation.
 * @param runId the run of the autoscaler.
 */
export function requestKey(runId: string, evaluatedAtMs: number): string {
  return `autoscale/${runId}/${evaluatedAtMs}`;
}

export type ScaleAnswer = { readonly runId: string } | { readonly refused: string };
