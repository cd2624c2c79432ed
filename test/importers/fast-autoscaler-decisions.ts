/**
 * What the settings of the ECS fast autoscaler ask for by its documentation, and what its code (0.2.0) does where that is
 * something else, as facts: the next number of tasks after one run.
 */
import { onLimits } from './fast-autoscaler-decisions-on-limits.js';
import { onQueues } from './fast-autoscaler-decisions-on-queues.js';
import type { Settings } from './fast-autoscaler-settings.js';

export interface Decision {
  readonly name: string;
  readonly settings: Settings;
  readonly tasks: number;
  /** Null: the queue cannot be read. */
  readonly waiting: number | null;
  readonly inFlight?: number;
  /** Seconds since the last change in this direction. Absent: there was none. */
  readonly outAgo?: number;
  readonly inAgo?: number;
  /** How the settings are given. Default: as variables. */
  readonly by?: 'event';
  readonly expected: number;
  /** Only where it differs. */
  readonly code?: number;
  /** Words of the report that name the difference. */
  readonly because?: readonly string[];
}

export const decisions: readonly Decision[] = [...onQueues, ...onLimits];
