/** How the world talks to the workflows: names, payloads, identifiers. The only file of this folder that others import. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Observation } from '../../src/domain/scale/capacity.js';
import type { ScaleRequest } from '../../src/domain/scale/request.js';
import type { ReadinessWait } from '../../src/domain/scale/orders.js';
import type { SentChange } from '../../src/domain/scale/step.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';

/** Temporal lets one open workflow have an ID: this is what makes one run own a resource. */
export const scaleWorkflowId = (resource: string): string => `scale:${resource}`;
export const scaleWorkflowType = 'scale';

/** Of a request whose sender gave no idempotency key. */
export const madeIdPrefix = 'made:';

/** Answers when the request has been applied; everything wrong with it is refused before it costs an event. */
export const retargetUpdate = defineUpdate<RetargetAnswer, [ScaleRequest]>('retarget');
/** The same without an answer. `{"targetCapacity": 3}` typed by a person will do; nonsense is recorded and ignored. */
export const retargetSignal = defineSignal<[ScaleRequest]>('retarget');
/** The resource is served on another task queue from now on. Of two, the one with the later time counts. */
export const moveSignal = defineSignal<[Site]>('move');
export const statusQuery = defineQuery<ScaleStatus>('status');

export interface ScaleInput {
  readonly resource: string;
  readonly settings: ScaleSettings;
  /** Where the run is started. Absent in that of an older version. */
  readonly taskQueue?: string;
  /** Travels with the start, so that it is as durable as the run. Absent only when continued. */
  readonly request?: ScaleRequest;
  readonly carried?: ScaleState;
}

/** Where a resource is served, by a configuration of that time. */
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

/** Kept with the answers, so that the same request gets the same refusal. */
export interface Refusal {
  readonly id: string;
  readonly fingerprint: string;
  readonly refused: RefusalType;
  readonly message: string;
}

/** The types of a failed update, and of a failed run: stable, for callers to switch on. */
export const refusalTypes = ['InvalidRequest', 'OutOfBounds', 'IdempotencyConflict', 'NotResolved'] as const;
export type RefusalType = (typeof refusalTypes)[number];
export type FailureType =
  | 'InvalidInput'
  | 'ResourceFailed'
  | 'ActiveTimeout'
  | 'CapacityNotReached'
  | 'ChangeFailed'
  /** Changes of the run itself moved capacity away from its target, or outside `[min, max]`. */
  | 'WrongDirection';

type ScalePhase =
  | 'observing'
  | 'coolingDown'
  | 'changing'
  | 'backingOff'
  /** At the target; the run stays open until its last change has cooled down. */
  | 'settled'
  | 'cancelled'
  | 'failed';

export interface RecordedChange {
  readonly from: number;
  readonly to: number;
  readonly sentAtMs: number;
  readonly outcome: 'accepted' | 'unknown' | 'rejected';
  readonly reason?: string;
}

/** A change that the platform refused. */
export interface Refused {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** In the platform's words. */
  readonly reason: string;
}

/** Everything a run knows. Carried over a continue-as-new, so it is plain data and bounded. */
export interface ScaleState {
  readonly resource: string;
  /** Names the changes of this run toward the platform: the ID of its first run. */
  readonly keyPrefix: string;
  readonly startedAtMs: number;
  settings: ScaleSettings;
  /** Absent: where the run is. */
  site?: Site;
  phase: ScalePhase;
  /** Null until a relative request could be resolved. */
  target: number | null;
  reason: string | null;
  /** Relative requests that wait for the first observation. */
  unresolved: ScaleRequest[];
  answers: (RetargetAnswer | Refusal)[];
  observed: Observation | null;
  /** What the next decision may start from without another look. */
  known: Observation | null;
  startedFrom: number | null;
  /** Temporal tells a run of a cancellation once only: one that goes on after it goes on as a new run. */
  wasCancelled: boolean;
  /** By a cancellation that no later request has taken back: the target counts for nothing. */
  isCalledOff: boolean;
  lastChange: SentChange | null;
  /** Names the present change: grows when the last one took effect or another one is wanted. */
  step: { readonly number: number; readonly from: number; readonly to: number; tookEffect: boolean } | null;
  stepsMade: number;
  /** Changes in a row that surely or seemingly had no effect. */
  ineffective: number;
  /** The same, with those that were not even sent: how long to pause. */
  setbacks: number;
  changes: RecordedChange[];
  drift: { readonly atMs: number; readonly from: number; readonly to: number }[];
  ignored: { readonly atMs: number; readonly message: string }[];
  lastError: string | null;
  // From here on: absent in states that an older version has carried over.
  /** What another writer has set, above the target, while the run was scaling out to it; null again with a new target. */
  raisedTo?: number | null;
  /** The units of the last change are not ready yet, and the next one up waits for them. */
  awaitReady?: ReadinessWait | null;
  /** The most units that one change may move, after the platform refused a larger one. */
  reach?: number | null;
  /** The newest refusal; null again when a change went as far as the refused one. */
  refused?: Refused | null;
  /** Changes in a row after which capacity was seen to have moved the wrong way. */
  misdirected?: number;
  /** Why the run has failed; it may stay open until its last change has cooled down. */
  failure?: FailureType | null;
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
  /** That was sent, for all that is known. */
  readonly lastChange: SentChange | null;
  /** When the next change up or down may be made; null when nothing was changed. */
  readonly cooldownUntilMs: { readonly up: number; readonly down: number } | null;
  readonly drift: ScaleState['drift'];
  readonly ignored: ScaleState['ignored'];
  readonly lastError: string | null;
  /** Absent in runs of an older version. */
  readonly failure?: FailureType | null;
  /** What the platform refused last and has not taken since; absent in runs of an older version. */
  readonly refused?: Refused | null;
  readonly answers: ScaleState['answers'];
  readonly dryRun: boolean;
}

/** The part of the status that the server itself keeps (memo), for when no worker can be asked. */
export interface ScaleMemo {
  readonly resource: string;
  readonly targetCapacity: number | null;
  readonly reason: string | null;
  /** Only of a closed run. */
  readonly outcome?: 'reached' | 'cancelled' | FailureType;
  readonly capacity?: number | null;
  readonly stepsMade?: number;
  readonly lastError?: string | null;
  /** So that a request that comes again after the run has closed is answered the same, and not done again. */
  readonly answers?: ScaleState['answers'];
}
