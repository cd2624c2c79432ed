/** What a scale run orders from its activities, and what they answer. Plain data: all of it is kept in the history. */
import type { Observation } from './capacity.js';
import type { ScaleSettings } from './settings.js';

type WaitSettings = Pick<ScaleSettings, 'waitForActive' | 'requestTimeoutMs'>;

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
}

export type Sighting =
  | { readonly seen: 'active'; readonly observation: Observation }
  | { readonly seen: 'failed'; readonly reason: string; readonly observation?: Observation }
  /** Not `ACTIVE` and fresh within `waitForActive.timeout`. */
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
  readonly absolute: boolean;
  readonly dryRun: boolean;
}

export type ChangeResult =
  /** The resource was not as the order says, or could not be read: nothing was sent, decide again. */
  | { readonly outcome: 'notSent'; readonly reason: string }
  | { readonly outcome: 'rejected'; readonly reason: string; readonly final: boolean; readonly retryAfterMs?: number }
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
  /** Fresh, `ACTIVE`, and the capacity is `to`. */
  | { readonly shown: 'reached'; readonly observation: Observation }
  /** Fresh and `ACTIVE` after `settle`, and something else: nothing came of it, or other hands moved it. */
  | { readonly shown: 'other'; readonly observation: Observation }
  | { readonly shown: 'failed'; readonly reason: string; readonly observation?: Observation }
  | { readonly shown: 'timeout'; readonly reason: string; readonly observation?: Observation }
  /** The look was broken off (shutdown, cancellation, a dead worker): somebody must look again. */
  | { readonly shown: 'interrupted' };
