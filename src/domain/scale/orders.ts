/**
 * The inputs and the results of the activities of a scale run. These types are plain data, because the workflow history
 * stores all of them.
 */
import type { Observation, RejectedChange } from './capacity.js';
import type { ScaleSettings } from './settings.js';

type WaitSettings = Pick<ScaleSettings, 'waitForActive' | 'requestTimeoutMs' | 'takesChanges'>;

export interface ObserveOrder extends WaitSettings {
  readonly resource: string;
  /** An observation made before this time proves nothing, and the activity continues to poll. */
  readonly newerThanMs: number;
  /**
   * How long the activity waits for an observation newer than `newerThanMs`. After that, an older observation is
   * accepted. Null: the activity waits without a limit. Only the first order of a run has a limit, because the run has
   * not yet made a change that an old observation could hide.
   */
  readonly patienceMs: number | null;
  /** A dry run sends nothing, so the activity may give up early. Absent in runs of an older version. */
  readonly dryRun?: boolean;
  /**
   * Set only where the platform takes changes at any time. While the capacity equals `capacity` and its units are not
   * ready, the activity continues to poll until `untilMs` (milliseconds since the epoch). Absent: the activity does not
   * wait for readiness.
   */
  readonly awaitReady?: ReadinessWait | null;
}

export interface ReadinessWait {
  readonly capacity: number;
  readonly untilMs: number;
}

export type ObserveResult =
  /**
   * A change may start from this observation. The observation is fresh, and the resource is `ACTIVE` where the platform
   * takes changes only while it is `ACTIVE`.
   */
  | { readonly seen: 'active'; readonly observation: Observation }
  | { readonly seen: 'failed'; readonly reason: string; readonly observation?: Observation }
  /** No such observation was made within `waitForActive.timeout`. */
  | { readonly seen: 'timeout'; readonly reason: string; readonly observation?: Observation }
  | { readonly seen: 'interrupted' };

export interface ChangeOrder extends WaitSettings {
  readonly resource: string;
  readonly from: number;
  readonly to: number;
  readonly idempotencyKey: string;
  /** The change is sent only if an observation newer than this shows the capacity `from`. */
  readonly newerThanMs: number;
  readonly settleMs: number;
  readonly dryRun: boolean;
}

export type ChangeResult =
  /**
   * Nothing was sent, because the resource was not in the state that the order names, or could not be read. The run
   * must decide again. `movedTo` is the observation that shows that another writer has changed the capacity.
   */
  | { readonly outcome: 'notSent'; readonly reason: string; readonly movedTo?: Observation }
  | RejectedChange
  | (SentOutcome & { readonly confirmation: Confirmation });

/** A change with an unknown outcome counts as made. */
export type SentOutcome =
  | { readonly outcome: 'accepted'; readonly sentAtMs: number }
  | { readonly outcome: 'unknown'; readonly sentAtMs: number; readonly reason: string };

export interface ConfirmOrder extends ChangeOrder {
  readonly sent: SentOutcome;
}

/** What the platform showed after a change that was sent, or may have been sent. */
export type Confirmation =
  /**
   * A fresh observation shows the capacity `to`. The resource is also `ACTIVE` where the platform takes changes only
   * while it is `ACTIVE`.
   */
  | { readonly shown: 'reached'; readonly observation: Observation }
  /**
   * A fresh observation shows another capacity that will not become `to`. Either the change had no effect, or another
   * writer changed the capacity later.
   */
  | { readonly shown: 'other'; readonly observation: Observation }
  | { readonly shown: 'failed'; readonly reason: string; readonly observation?: Observation }
  | { readonly shown: 'timeout'; readonly reason: string; readonly observation?: Observation }
  /** Polling was interrupted (shutdown, cancellation, a dead worker). The platform must be polled again. */
  | { readonly shown: 'interrupted' };
