/** How the world talks to the autoscale workflow: names, payloads, identifiers. */
import { defineSignal } from '@temporalio/workflow';
import type { Evaluation, Override, Pause } from '../../src/domain/autoscale/evaluation.js';
import { type Revision, type Writing, checkRevision } from '../../src/domain/autoscale/revision.js';
import type { AutoscaleSettings } from '../../src/domain/autoscale/settings.js';
import type { Tally } from '../../src/domain/autoscale/tally.js';
import type { WatchResult } from '../../src/domain/autoscale/watch.js';
import { fields, oneOf, optional, orNull, text, whole } from '../../src/domain/checks.js';
import { type ScaleSettings, checkScaleSettings } from '../../src/domain/scale/settings.js';

export const autoscaleWorkflowId = (resource: string): string => `autoscale:${resource}`;
export const autoscaleWorkflowType = 'autoscale';

/** What the workflow itself needs of a configuration. The policies are the watch's, which has schemas for them. */
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

/** Each takes effect at once: the watch starts anew with it. What makes no sense is recorded and ignored. */
export const configureSignal = defineSignal<[AutoscaleConfiguration]>('configure');
/** Ends the autoscaler, unless it is configured again before it has ended. Its owner's word only. */
export const removeSignal = defineSignal<[Writing]>('remove');
/** Null resumes. */
export const pauseSignal = defineSignal<[Pause | null]>('pause');
/** Null gives the resource back to its policies. */
export const overrideSignal = defineSignal<[Override | null]>('override');
export const evaluateSignal = defineSignal('evaluate');

export interface AutoscaleConfiguration {
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  /** Where the resource is served; absent: where the autoscaler runs already. */
  readonly taskQueue?: string | undefined;
  /** Absent where it was sent by hand: it then counts whatever is in force. */
  readonly revision?: Revision | undefined;
}

export interface AutoscaleInput extends AutoscaleConfiguration {
  readonly resource: string;
  readonly carried?: Partial<AutoscaleRunState>;
}

/** What the workflow knows besides its configuration. What the policies remember is the watch's, and lives in its heartbeat. */
export interface AutoscaleRunState {
  pause: Pause | null;
  override: Override | null;
  /** What the last watch that returned left; a running one knows better. */
  watched: WatchResult | null;
  /** The target that was asked for last. */
  lastAsked: number | null;
  /** The last ones, oldest first. */
  decisions: Decision[];
  /** By a scale run: not what a platform has refused. */
  refusedRequests: number;
  lastError: string | null;
  /** Why the last message was not heeded. */
  ignored: string | null;
  /** The last configuration that says something else than the one in force: it was replaced, or came too late. */
  insteadOf: Revision | null;
  removedBy: Writing | null;
  /** The scale run that it has paused itself for. */
  heededRun: string | null;
}

/** A recommendation that was acted on. */
export interface Decision {
  readonly evaluation: Evaluation;
  /** The scale run that was asked; null when the request was refused. */
  readonly runId: string | null;
  readonly refused?: string;
}

/** Kept by the server itself, for when no worker can be asked. */
export interface AutoscaleMemo {
  readonly resource: string;
  readonly pause: Pause | null;
  readonly override: Override | null;
  /** Of the last watch that returned; a running one has counted on. */
  readonly tally: Tally | null;
  readonly refusedRequests: number;
  readonly lastError: string | null;
  /** The configuration in force; null where nobody told. */
  readonly revision: Revision | null;
  readonly insteadOf: Revision | null;
  /** Only of one that was removed. */
  readonly removedBy: Writing | null;
}
