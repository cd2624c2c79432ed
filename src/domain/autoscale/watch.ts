/** What the autoscale workflow orders from its activities, and what they answer. Plain data, kept in the history. */
import type { ScaleSettings } from '../scale/settings.js';
import type { Evaluation, Override, Pause } from './evaluation.js';
import type { AutoscaleSettings } from './settings.js';
import type { AutoscaleState } from './state.js';
import type { Tally } from './tally.js';

/** What the reason of a request begins with that comes from policies. */
export const autoscaleReason = 'autoscale: ';

/** The type of the failure of a watch on a worker whose configuration does not name the autoscaler. */
export const notConfiguredType = 'NotConfigured';

export interface WatchOrder {
  readonly resource: string;
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  readonly pause: Pause | null;
  readonly override: Override | null;
  /** What the last watch returned with. */
  readonly last: WatchResult | null;
  /** A dry run asks for the same target once. */
  readonly lastAsked: number | null;
  /** The scale run that the autoscaler has paused itself for already: a person has looked, or will. Absent in older orders. */
  readonly heededRun?: string | null;
  /** A message is acted on at once; otherwise the first look is an interval after the last one. */
  readonly atOnce: boolean;
}

/** The watch returns only when capacity should change, or must not any more. */
export interface WatchResult {
  readonly evaluation: Evaluation;
  readonly state: AutoscaleState;
  /** Changes of the newest scale run moved capacity the wrong way: more of them would move it further. */
  readonly wrongDirection?: { readonly runId: string; readonly reason: string };
  /** Absent in that of an older version. */
  readonly tally?: Tally | undefined;
}

/** The heartbeat of a watch: all that a successor needs, and all that explains why nothing is changed. */
export interface WatchProgress {
  readonly state: AutoscaleState | null;
  readonly evaluation: Evaluation | null;
  readonly tally?: Tally | undefined;
  /** Why there was no evaluation: the capacity could not be read. */
  readonly problem: { readonly message: string; readonly sinceMs: number } | null;
  /** The last word of a watch whose worker stopped in good order: its successor need not hurry. */
  readonly isHandedOver?: true;
}

export interface ScaleAsk {
  readonly resource: string;
  readonly taskQueue: string;
  readonly limits: ScaleSettings;
  readonly targetCapacity: number;
  readonly reason: string;
  /** The same for every attempt. */
  readonly key: string;
}

export type ScaleAnswer = { readonly runId: string } | { readonly refused: string };
