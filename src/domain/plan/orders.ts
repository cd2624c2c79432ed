/** The inputs and the results of the activities of a plan. They are plain data, because the history stores them. */
import type { SentChange } from '../scale/step.js';
import type { ScaleAnswer, ScaleAsk } from '../autoscale/watch.js';

/** What was requested of a resource last. */
export interface Standing {
  readonly target: number | null;
  /** The ID of the request that has set the target; null if there was none, or if it had no ID. */
  readonly by: string | null;
  /** A scale run is on its way to the target. */
  readonly isInProgress: boolean;
  /** The newest scale run was cancelled before it was at its target. */
  readonly isCancelled: boolean;
  /** The last change that was sent, or may have been sent. */
  readonly lastChange: Pick<SentChange, 'sentAtMs' | 'confirmed'> | null;
}

export interface PlanAsk extends ScaleAsk {
  /** When the key was made, in the clock of the Temporal server. */
  readonly keyMadeAtMs: number;
  /** The request is sent only if no other caller has made a request since. */
  readonly seen: Pick<Standing, 'target' | 'by' | 'isCancelled'>;
}

export type PlanAnswer = ScaleAnswer | { readonly outdated: true };

export interface ArrivalOrder {
  readonly resource: string;
  /** Of the request. */
  readonly key: string;
  /** The run that received the request. */
  readonly runId: string;
}

/** How a request ended. */
export type ArrivalEnd =
  | { readonly how: 'reached' }
  /** Another request has set another target. */
  | { readonly how: 'replaced'; readonly reason: string }
  /** Another caller has cancelled the scale run. */
  | { readonly how: 'cancelled' }
  | { readonly how: 'failed'; readonly reason: string };
