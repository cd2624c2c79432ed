/**
 * Names, payloads and identifiers of the messages that the scale workflow accepts. The only file of this folder that
 * code outside it imports.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Observation } from '../../src/domain/scale/capacity.js';
import type { ScaleRequest } from '../../src/domain/scale/request.js';
import type { ReadinessWait } from '../../src/domain/scale/orders.js';
import type { SentChange } from '../../src/domain/scale/step.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import type { Outbox } from '../../src/domain/events/outbox.js';

/** Temporal allows one open workflow per ID: this is what makes one run own a resource. */
export const scaleWorkflowId = (resource: string): string => `scale:${resource}`;
export const scaleWorkflowType = 'scale';

/** The prefix of the id of a request that was sent without an idempotency key. */
export const madeIdPrefix = 'made:';

/** Returns when the request has been applied. The validator refuses an invalid request before it adds an event. */
export const retargetUpdate = defineUpdate<RetargetAnswer, [ScaleRequest]>('retarget');
/**
 * The same request without an answer. A person can send `{"targetCapacity": 3}`; an invalid payload is recorded and
 * ignored.
 */
export const retargetSignal = defineSignal<[ScaleRequest]>('retarget');
/** The resource is served on another task queue from now on. Of two such signals, the one with the later time wins. */
export const moveSignal = defineSignal<[Site]>('move');
export const statusQuery = defineQuery<ScaleStatus>('status');

export interface ScaleInput {
  readonly resource: string;
  readonly settings: ScaleSettings;
  /** The task queue on which the run is started. Absent in the input of an older version. */
  readonly taskQueue?: string;
  /** Part of the start, so that the request is as durable as the run. Absent only when the run was continued as new. */
  readonly request?: ScaleRequest;
  readonly carried?: ScaleState;
}

/** Where a resource is served, according to a configuration of that time. */
export interface Site {
  readonly taskQueue: string;
  readonly atMs: number;
}

export interface RetargetAnswer {
  readonly id: string;
  readonly fingerprint: string;
  readonly targetCapacity: number;
  readonly outcome: 'started' | 'retargeted' | 'unchanged';
}

/** Stored with the answers, so that a repeated request gets the same refusal. */
export interface Refusal {
  readonly id: string;
  readonly fingerprint: string;
  readonly refused: RefusalType;
  readonly message: string;
}

/** The types of a failed update and of a failed run. They are stable: callers switch on them. */
export const refusalTypes = ['InvalidRequest', 'OutOfBounds', 'IdempotencyConflict', 'NotResolved'] as const;
export type RefusalType = (typeof refusalTypes)[number];
export type FailureType =
  | 'InvalidInput'
  | 'ResourceFailed'
  | 'ActiveTimeout'
  | 'CapacityNotReached'
  | 'ChangeFailed'
  /** Changes that the run itself sent moved capacity away from its target, or outside `[min, max]`. */
  | 'WrongDirection';

type ScalePhase =
  | 'observing'
  | 'coolingDown'
  | 'changing'
  | 'backingOff'
  /** At the target. The run stays open until the cooldown of its last change is over. */
  | 'settled'
  | 'cancelled'
  | 'failed';

export interface RecordedChange {
  readonly from: number;
  readonly to: number;
  readonly sentAtMs: number;
  readonly outcome: 'accepted' | 'unknown' | 'rejected';
  readonly reason?: string;
  /** The reason of the request that it was made for. Absent if it had none, and in changes of an older version. */
  readonly requestReason?: string;
}

/** The current change. */
interface Step {
  readonly number: number;
  readonly from: number;
  readonly to: number;
  /** The reason of the request when the change was ordered. Absent in states that an older version has carried over. */
  readonly requestReason?: string | null;
  tookEffect: boolean;
}

/** A change that the platform refused. */
export interface Refused {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** The reason as the platform stated it. */
  readonly reason: string;
}

/** The complete state of a run. Carried over a continue-as-new, so it is plain data and bounded. */
export interface ScaleState {
  readonly resource: string;
  /** The prefix of the idempotency keys that the platform receives: the ID of the first run. */
  readonly keyPrefix: string;
  readonly startedAtMs: number;
  settings: ScaleSettings;
  /** Absent: the task queue of the run. */
  site?: Site;
  phase: ScalePhase;
  /** Null until a relative request is resolved. */
  target: number | null;
  reason: string | null;
  /** Relative requests that are resolved by the first observation. */
  unresolved: ScaleRequest[];
  answers: (RetargetAnswer | Refusal)[];
  observed: Observation | null;
  /** An observation that the next decision may start from without another look. */
  known: Observation | null;
  startedFrom: number | null;
  /** Temporal cancels a run only once: a run that continues after a cancellation must therefore continue as new. */
  wasCancelled: boolean;
  /** True after a cancellation that no later request has revoked: the target is then ignored. */
  isCalledOff: boolean;
  lastChange: SentChange | null;
  /**
   * Identifies the current change. The number increases when the last change took effect or another change is needed.
   */
  step: Step | null;
  stepsMade: number;
  /** Consecutive changes that had no effect, or appear to have had none. */
  ineffective: number;
  /** `ineffective` plus the changes that were not sent. Determines the length of the backoff. */
  setbacks: number;
  changes: RecordedChange[];
  drift: { readonly atMs: number; readonly from: number; readonly to: number }[];
  ignored: { readonly atMs: number; readonly message: string }[];
  lastError: string | null;
  // From here on: absent in states that an older version has carried over.
  /**
   * The capacity that another writer set above the target while the run was scaling out to that target. Absent from the
   * newest request until the first observation after it.
   */
  raisedTo?: number | null;
  /** The units of the last change are not ready yet. The next change up waits for them. */
  awaitReady?: ReadinessWait | null;
  /** The largest number of units that one change may move, after the platform refused a larger one. */
  reach?: number | null;
  /** The most recent refusal. Null again after a change went as far as the refused one. */
  refused?: Refused | null;
  /** Consecutive changes after which capacity moved in the wrong direction. Changes without an effect do not count. */
  misdirected?: number;
  /** Why the run has failed. A failed run may stay open until the cooldown of its last change is over. */
  failure?: FailureType | null;
  /** The events that are not handed over yet. Absent where no receiver wants any. */
  outbox?: Outbox;
}

export interface ScaleStatus {
  readonly resource: string;
  readonly phase: ScalePhase;
  readonly targetCapacity: number | null;
  readonly reason: string | null;
  readonly startedFrom: number | null;
  readonly observed: Observation | null;
  readonly stepsMade: number;
  readonly changes: readonly RecordedChange[];
  /** The last change that was sent, or may have been sent. */
  readonly lastChange: SentChange | null;
  /** When the next change up or down may be made; null when nothing was changed. */
  readonly cooldownUntilMs: { readonly up: number; readonly down: number } | null;
  readonly drift: ScaleState['drift'];
  readonly ignored: ScaleState['ignored'];
  readonly lastError: string | null;
  /** Absent in runs of an older version. */
  readonly failure?: FailureType | null;
  /** The last change that the platform refused and has not accepted since. Absent in runs of an older version. */
  readonly refused?: Refused | null;
  readonly answers: ScaleState['answers'];
  readonly dryRun: boolean;
}

/** The part of the status that the server stores as the memo, for when no worker can answer. */
export interface ScaleMemo {
  readonly resource: string;
  readonly targetCapacity: number | null;
  readonly reason: string | null;
  /** Set only when the run is closed. */
  readonly outcome?: 'reached' | 'cancelled' | FailureType;
  readonly capacity?: number | null;
  readonly stepsMade?: number;
  readonly lastError?: string | null;
  /** With these, a request that is repeated after the run has closed gets the same answer and is not applied again. */
  readonly answers?: ScaleState['answers'];
}
