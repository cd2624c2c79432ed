/** One look at an autoscaled resource: what went in, what each policy said, what limited it, and the answer. */
import type { ResourceStatus } from '../scale/capacity.js';
import type { SentChange } from '../scale/step.js';
import type { RefusalMemory } from './refusal.js';
import type { AutoscaleState } from './state.js';

/** A signal at the time of an evaluation. A source that has no number has failed: no data is never zero. */
export type Reading =
  | {
      readonly value: number;
      readonly atMs: number;
      /** Its source says when it was true: `atMs` may be long before the look, and the same sample may come again. */
      readonly isDated?: boolean;
      /** What its source has to say of it. */
      readonly note?: string;
      /** More units than this have nothing of the work, where its source knows. */
      readonly mostUnits?: number;
    }
  | {
      readonly failure: string;
      /** What a person could set so that this counts as a number. */
      readonly hint?: string;
    };

/** A person's word on a resource. It ends at `untilMs`; null: when it is taken back. */
export interface Pause {
  readonly direction: 'up' | 'down' | 'both';
  readonly untilMs: number | null;
  /** Why, where the autoscaler has paused itself. */
  readonly reason?: string | undefined;
}

export interface Override {
  readonly capacity: number;
  readonly untilMs: number | null;
  /** `[min, max]` does not hold for it, as for maintenance at 0. */
  readonly beyondBounds?: boolean | undefined;
  /** When it was given. Absent in older ones. */
  readonly sinceMs?: number | undefined;
}

interface RunUnderWay {
  readonly target: number;
  /** These policies have sent it there; else somebody else has. */
  readonly isOwn: boolean;
}

export interface EvaluationInput {
  readonly nowMs: number;
  /** By signal. One that is absent counts as failed. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** What there is without another change: units that are not ready included. */
  readonly capacity: number;
  /** How many of them are ready, where the platform says so. */
  readonly ready?: number | undefined;
  readonly status: ResourceStatus;
  /** Why policies should not scale in just now, where the platform says so. */
  readonly holdsScaleIn?: string | undefined;
  /** The scale run that owns the resource. Null: none is under way. */
  readonly run: RunUnderWay | null;
  readonly lastChange: SentChange | null;
  readonly pause: Pause | null;
  readonly override: Override | null;
  /** Null: the platform has refused nothing lately. */
  readonly refusal: RefusalMemory | null;
  /** What the last evaluation left. Null: the first one, or nobody knows. */
  readonly state: AutoscaleState | null;
}

/** Everything that can change the number, in the order in which it is reported. */
export const limitNames = [
  'status',
  'noData',
  'fallback',
  'burst',
  'idle',
  'floor',
  'ceiling',
  'override',
  'pause',
  'stabilization',
  'rate',
  'min',
  'max',
  'refused',
  'step',
  'cooldown',
  'dryRun',
] as const;
export type LimitName = (typeof limitNames)[number];

/** A stage that changed the number. */
export interface Limit {
  readonly by: LimitName;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

export interface SampleReport {
  readonly signal: string;
  /** The newest number there was, also while the source fails. Null: never one. */
  readonly value: number | null;
  readonly ageMs: number | null;
  /** Null while the source works. */
  readonly failure: { readonly message: string; readonly sinceMs: number } | null;
  /** What is worth knowing of a sample that is as it should be. */
  readonly note?: string;
}

export interface PolicyReport {
  readonly policy: string;
  /** What its expression gave. Null: no data, or a policy without one. */
  readonly value: number | null;
  /** Null: no opinion. */
  readonly recommended: number | null;
  readonly floor: number | null;
  readonly ceiling: number | null;
  readonly reason: string;
}

/** The next change that a scale run would make, and the earliest times for it and for the target. */
export interface NextChange {
  readonly capacity: number;
  readonly notBeforeMs: number;
  /** How many changes it is to the target, this one included. */
  readonly changes: number;
  readonly reachedMs: number;
}

export interface Evaluation {
  readonly atMs: number;
  readonly capacity: number;
  /** What counts as current: the target of the open scale run; without one, the capacity. Absent in older ones. */
  readonly asked?: number;
  /** Null: the platform does not say. Absent in older ones. */
  readonly ready?: number | null;
  readonly samples: readonly SampleReport[];
  readonly policies: readonly PolicyReport[];
  /** What the policies together ask for, before any limit. */
  readonly recommended: number;
  /** What is asked of the scale run. */
  readonly target: number;
  /** Each change of the number, in the order in which it was made. */
  readonly limits: readonly Limit[];
  readonly limitedBy: readonly LimitName[];
  /** Null: nothing to change. */
  readonly next: NextChange | null;
  /** One sentence. */
  readonly reason: string;
}
