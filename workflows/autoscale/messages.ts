/** Names, payloads and identifiers of the messages that the autoscale workflow accepts. */
import { defineSignal } from '@temporalio/workflow';
import type { Evaluation, Override, Pause } from '../../src/domain/autoscale/evaluation.js';
import type { Outbox } from '../../src/domain/events/outbox.js';
import { type Revision, type Writing, checkRevision } from '../../src/domain/autoscale/revision.js';
import type { AutoscaleSettings } from '../../src/domain/autoscale/settings.js';
import type { Tally } from '../../src/domain/autoscale/tally.js';
import type { WatchResult } from '../../src/domain/autoscale/watch.js';
import { fields, oneOf, optional, orNull, text, whole } from '../../src/domain/checks.js';
import { type ScaleSettings, checkScaleSettings } from '../../src/domain/scale/settings.js';

export const autoscaleWorkflowId = (resource: string): string => `autoscale:${resource}`;
export const autoscaleWorkflowType = 'autoscale';

/**
 * The part of a configuration that the workflow itself reads. The policies are validated by the watch activity, which
 * has their schemas.
 */
export const checkConfiguration = fields({
  settings: fields({ intervalMs: whole(1) }),
  limits: checkScaleSettings,
  taskQueue: optional(text(1, 1000)),
  revision: optional(checkRevision),
});
const untilMs = orNull(whole(0));
export const checkPause = orNull(
  fields({ direction: oneOf('up', 'down', 'both'), untilMs, reason: optional(text(0, 1000)) }),
);
export const checkOverride = orNull(
  fields({ capacity: whole(0), untilMs, beyondBounds: optional(oneOf(true, false)) }),
);

/**
 * Each signal takes effect at once: the workflow starts a new watch with the new state. An invalid payload is recorded
 * and ignored.
 */
export const configureSignal = defineSignal<[AutoscaleConfiguration]>('configure');
/**
 * Ends the autoscaler, unless it is configured again before it has ended. Accepted only from the owner of the
 * autoscaler.
 */
export const removeSignal = defineSignal<[Writing]>('remove');
/** Null resumes the autoscaler. */
export const pauseSignal = defineSignal<[Pause | null]>('pause');
/** Null removes the override: the policies decide again. */
export const overrideSignal = defineSignal<[Override | null]>('override');
export const evaluateSignal = defineSignal('evaluate');

export interface AutoscaleConfiguration {
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  /** The task queue that serves the resource. Absent: the task queue on which the autoscaler already runs. */
  readonly taskQueue?: string | undefined;
  /** Absent in a configuration that was signalled by hand: it then replaces whatever is in force. */
  readonly revision?: Revision | undefined;
}

export interface AutoscaleInput extends AutoscaleConfiguration {
  readonly resource: string;
  readonly carried?: Partial<AutoscaleRunState>;
}

/**
 * The state of the workflow besides its configuration. The state of the policies belongs to the watch and lives in its
 * heartbeat.
 */
export interface AutoscaleRunState {
  pause: Pause | null;
  override: Override | null;
  /** The result of the last watch that returned. A running watch has newer state. */
  watched: WatchResult | null;
  /** The target of the last scale request. */
  lastAsked: number | null;
  /** The most recent decisions, oldest first. */
  decisions: Decision[];
  /** Requests that a scale run refused. Changes that a platform refused are not counted. */
  refusedRequests: number;
  lastError: string | null;
  /** Why the last message was ignored. */
  ignored: string | null;
  /** The last configuration that differs from the one in force: it was replaced, or it is older and arrived later. */
  insteadOf: Revision | null;
  removedBy: Writing | null;
  /** The scale run because of which the autoscaler has paused itself. */
  heededRun: string | null;
  /** The events that are not handed over yet. Absent where no receiver wants any. */
  outbox?: Outbox;
}

/** A recommendation that the autoscaler acted on. */
export interface Decision {
  readonly evaluation: Evaluation;
  /** The scale run that received the request; null when the request was refused. */
  readonly runId: string | null;
  readonly refused?: string;
}

/** Stored by the Temporal server and readable when no worker can answer. */
export interface AutoscaleMemo {
  readonly resource: string;
  readonly pause: Pause | null;
  readonly override: Override | null;
  /** The counts of the last watch that returned. A running watch has newer counts. */
  readonly tally: Tally | null;
  readonly refusedRequests: number;
  readonly lastError: string | null;
  /** The configuration in force; null when its revision is not known. */
  readonly revision: Revision | null;
  readonly insteadOf: Revision | null;
  /** Set only after the autoscaler was removed. */
  readonly removedBy: Writing | null;
}
