/** What a scale run orders from its activities, and what they answer. Plain data: all of it is kept in the history. */
import type { Observation, RejectedChange } from './capacity.js';
import type { ScaleSettings } from './settings.js';

type WaitSettings = Pick<ScaleSettings, 'waitForActive' | 'requestTimeoutMs' | 'takesChanges'>;

export interface ObserveOrder extends WaitSettings {
  readonly resource: string;
  /** An observation from before this proves nothing: keep looking. */
  readonly newerThanMs: number;
  /**
   * How long to insist on that; then an older one will do. Null: as long as it takes. Only the first look of a run is
   * lenient, because there is no change of its own that an old observation could hide.
   */
  readonly patienceMs: number | null;
  /** Nothing is sent, so nothing is lost by giving up soon. Absent in runs of an older version. */
  readonly dryRun?: boolean;
  /**
   * Only where changes are taken at any time: while the capacity is this one and its units are not ready, keep looking
   * until that time (milliseconds since the epoch). Absent: readiness is not waited for.
   */
  readonly awaitReady?: ReadinessWait | null;
}

export interface ReadinessWait {
  readonly capacity: number;
  readonly untilMs: number;
}

export type ObserveResult =
  /** A change may start from it: fresh, and `ACTIVE` where the platform takes changes only then. */
  | { readonly seen: 'active'; readonly observation: Observation }
  | { readonly seen: 'failed'; readonly reason: string; readonly observation?: Observation }
  /** Nothing of that kind within `waitForActive.timeout`. */
  | { readonly seen: 'timeout'; readonly reason: string; readonly observation?: Observation }
  | { readonly seen: 'interrupted' };

export interface ChangeOrder extends WaitSettings {
  readonly resource: string;
  readonly from: number;
  readonly to: number;
  readonly idempotencyKey: string;
  /** The capacity must be seen to be `from` by an observation newer than this, or nothing is sent. */
  readonly newerThanMs: number;
  readonly settleMs: number;
  readonly dryRun: boolean;
}

export type ChangeResult =
  /**
   * The resource was not as the order says, or could not be read: nothing was sent, decide again. `movedTo` is what
   * was seen where another writer had changed the capacity since.
   */
  | { readonly outcome: 'notSent'; readonly reason: string; readonly movedTo?: Observation }
  | RejectedChange
  | (SentOutcome & { readonly confirmation: Confirmation });

/** An unknown outcome counts as made. */
export type SentOutcome =
  | { readonly outcome: 'accepted'; readonly sentAtMs: number }
  | { readonly outcome: 'unknown'; readonly sentAtMs: number; readonly reason: string };

export interface ConfirmOrder extends ChangeOrder {
  readonly sent: SentOutcome;
}

/** What the platform showed of a change that was sent, or may have been. */
export type Confirmation =
  /** Fresh, and the capacity is `to`; `ACTIVE` as well where the platform takes changes only then. */
  | { readonly shown: 'reached'; readonly observation: Observation }
  /** Fresh, and something else that will not become `to`: the change had no effect, or another writer was later. */
  | { readonly shown: 'other'; readonly observation: Observation }
  | { readonly shown: 'failed'; readonly reason: string; readonly observation?: Observation }
  | { readonly shown: 'timeout'; readonly reason: string; readonly observation?: Observation }
  /** The look was broken off (shutdown, cancellation, a dead worker): somebody must look again. */
  | { readonly shown: 'interrupted' };
