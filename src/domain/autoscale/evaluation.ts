/**
 * One evaluation of an autoscaled resource: its inputs, the result of each policy, the limits that applied, and the
 * target.
 */
import type { PodLoads } from '../policies/load/pods.js';
import type { ResourceStatus } from '../scale/capacity.js';
import type { SentChange } from '../scale/step.js';
import type { RefusalMemory } from './refusal.js';
import type { Series } from './series.js';
import type { AutoscaleState } from './state.js';

/**
 * A signal at the time of an evaluation. A source that returns no number has failed. Missing data is never treated as
 * zero.
 */
export type Reading =
  | {
      readonly value: number;
      readonly atMs: number;
      /** The source dates its samples: `atMs` may be long before the read, and the same sample may be read again. */
      readonly isDated?: boolean;
      /** A remark of the source about the sample. */
      readonly note?: string;
      /**
       * The largest number of units that can share the work, where the source knows it. More units would have no work.
       */
      readonly mostUnits?: number;
      /** The pods that the value is a mean over, for policies that compute as the HorizontalPodAutoscaler does. */
      readonly pods?: PodLoads;
      /** The series that the value is made of, where the source reads several: for a signal with `rate`. */
      readonly series?: Series;
    }
  | {
      readonly failure: string;
      /** The setting that a person could add so that this reading counts as a number. */
      readonly hint?: string;
    };

/**
 * A pause of a resource, set by a person or by the autoscaler itself. It ends at `untilMs`. Null: it ends when a person
 * removes it.
 */
export interface Pause {
  readonly direction: 'up' | 'down' | 'both';
  readonly untilMs: number | null;
  /** Why the autoscaler has paused itself. Absent where a person has paused it. */
  readonly reason?: string | undefined;
}

export interface Override {
  readonly capacity: number;
  readonly untilMs: number | null;
  /** `[min, max]` does not apply to this override, for example for maintenance at 0. */
  readonly beyondBounds?: boolean | undefined;
  /** When the override was set. Absent in overrides of an older version. */
  readonly sinceMs?: number | undefined;
}

/** Whether a pause, an override or a refusal has expired. */
export function isOver({ untilMs }: { readonly untilMs: number | null }, nowMs: number): boolean {
  return untilMs !== null && nowMs >= untilMs;
}

interface RunInProgress {
  readonly target: number;
  /** True if these policies set the target of the run. False if another requester did. */
  readonly isOwn: boolean;
}

export interface EvaluationInput {
  readonly nowMs: number;
  /** By signal. A signal that is absent counts as failed. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** The capacity without a further change, including units that are not ready. */
  readonly capacity: number;
  /** How many of these units are ready. Absent where the platform does not report it. */
  readonly ready?: number | undefined;
  readonly status: ResourceStatus;
  /** Why policies should not scale in now. Absent where the platform reports no such reason. */
  readonly holdsScaleIn?: string | undefined;
  /** The scale run that owns the resource. Null: no run is in progress. */
  readonly run: RunInProgress | null;
  readonly lastChange: SentChange | null;
  readonly pause: Pause | null;
  readonly override: Override | null;
  /** Null: the platform has refused nothing recently. */
  readonly refusal: RefusalMemory | null;
  /** The state that the last evaluation returned. Null: this is the first evaluation, or the state is not known. */
  readonly state: AutoscaleState | null;
}

/** Every stage that can change the number, in the order in which the stages are reported. */
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
  /** The newest number, also while the source fails. Null: there has never been one. */
  readonly value: number | null;
  readonly ageMs: number | null;
  /** Null while the source works. */
  readonly failure: { readonly message: string; readonly sinceMs: number } | null;
  /** A remark that a person should know about a valid sample. */
  readonly note?: string;
}

export interface PolicyReport {
  readonly policy: string;
  /** The result of the policy's expression. Null: there is no data, or the policy has no expression. */
  readonly value: number | null;
  /** Null: the policy recommends no capacity. */
  readonly recommended: number | null;
  readonly floor: number | null;
  readonly ceiling: number | null;
  readonly reason: string;
}

/**
 * The next change that a scale run would make, its earliest time, and the earliest time at which the target is reached.
 */
export interface NextChange {
  readonly capacity: number;
  readonly notBeforeMs: number;
  /** The number of changes to the target, including this one. */
  readonly changes: number;
  readonly reachedMs: number;
}

export interface Evaluation {
  readonly atMs: number;
  readonly capacity: number;
  /**
   * The current size: the target of the open scale run, or the capacity if no run is open. Absent in evaluations of an
   * older version.
   */
  readonly asked?: number;
  /** Null: the platform does not report it. Absent in evaluations of an older version. */
  readonly ready?: number | null;
  readonly samples: readonly SampleReport[];
  readonly policies: readonly PolicyReport[];
  /** The capacity that the policies together recommend, before any limit. */
  readonly recommended: number;
  /** The capacity that is requested from the scale run. */
  readonly target: number;
  /** Each change of the number, in the order in which it was made. */
  readonly limits: readonly Limit[];
  readonly limitedBy: readonly LimitName[];
  /** Null: there is nothing to change. */
  readonly next: NextChange | null;
  /** The evaluation in one sentence. */
  readonly reason: string;
}
