/** How a resource may be scaled, as a scale run carries it: numbers with units, no secrets, nothing of the platform. */
import { fields, oneOf, optional, orNull, whole } from '../checks.js';

export type UpAfter = 'change' | 'up';

/**
 * When a platform takes a change of capacity, and when it shows it.
 * - `whenActive`: only while the resource is `ACTIVE`. The change is relative, and shows once it has arrived.
 * - `anyTime`: a new size at any time, whatever the units do. It shows when the platform has carried it out.
 * - `shownAtOnce`: the same, and an accepted size is what the very next read shows. Any other value is another writer's.
 */
const changeTakings = ['whenActive', 'anyTime', 'shownAtOnce'] as const;
export type TakesChanges = (typeof changeTakings)[number];

/** Travels in workflow arguments and messages, so that a run can be replayed with the limits it was started with. */
export interface ScaleSettings {
  readonly min: number;
  /** Null: no limit. */
  readonly max: number | null;
  /** The most units one change may move, either way; null: the whole way at once. */
  readonly step: { readonly up: number | null; readonly down: number | null };
  /** The least time from the last change, either way, to a change in this direction; but see `upAfter`. */
  readonly cooldownMs: { readonly up: number; readonly down: number };
  /** What `cooldownMs.up` counts from: the last change either way, or the last one up. Runs of before it have none. */
  readonly upAfter?: UpAfter | undefined;
  /** The least time after a change of unknown outcome before capacity is believed. */
  readonly settleMs: number;
  readonly waitForActive: { readonly timeoutMs: number; readonly intervalMs: number };
  readonly requestTimeoutMs: number;
  /** What the platform can do (see PlatformDefinition). Runs of before it have none, and count as `whenActive`. */
  readonly takesChanges?: TakesChanges | undefined;
  readonly dryRun: boolean;
}

/** A new size is taken whatever the units do: their readiness paces steps and is shown, and is no gate. */
export function takesChangesAtAnyTime({ takesChanges = 'whenActive' }: Pick<ScaleSettings, 'takesChanges'>): boolean {
  return takesChanges !== 'whenActive';
}

const milliseconds = whole(0);

export const checkScaleSettings = fields({
  min: whole(0),
  max: orNull(whole(0)),
  step: fields({ up: orNull(whole(1)), down: orNull(whole(1)) }),
  cooldownMs: fields({ up: milliseconds, down: milliseconds }),
  upAfter: optional(oneOf('change', 'up')),
  settleMs: milliseconds,
  waitForActive: fields({ timeoutMs: milliseconds, intervalMs: whole(1) }),
  requestTimeoutMs: whole(1),
  takesChanges: optional(oneOf(...changeTakings)),
  dryRun: oneOf(true, false),
});
