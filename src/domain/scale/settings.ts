/**
 * The scaling limits of a resource, as a scale run carries them. They are numbers with units. They contain no secrets
 * and no settings of the platform.
 */
import { fields, list, oneOf, optional, orNull, text, whole } from '../checks.js';

export type UpAfter = 'change' | 'up';

/**
 * When a platform takes a change of capacity, and when it shows the change.
 * - `whenActive`: the platform takes a change only while the resource is `ACTIVE`. The change is relative, and is shown
 *   when it is complete.
 * - `anyTime`: the platform takes a new size at any time, whatever the state of the units. The size is shown when the
 *   platform has carried out the change.
 * - `shownAtOnce`: as `anyTime`, and the next read shows an accepted size. Any other value in that read comes from
 *   another writer.
 */
const changeTakings = ['whenActive', 'anyTime', 'shownAtOnce'] as const;
export type TakesChanges = (typeof changeTakings)[number];

/**
 * Workflow arguments and messages carry these settings, so that a replayed run uses the limits that it was started
 * with.
 */
export interface ScaleSettings {
  readonly min: number;
  /** Null: no limit. */
  readonly max: number | null;
  /** The maximum number of units by which one change may move the capacity, in each direction. Null: no limit. */
  readonly step: { readonly up: number | null; readonly down: number | null };
  /**
   * The minimum time from the last change in either direction to a change in this direction. See `upAfter` for an
   * exception.
   */
  readonly cooldownMs: { readonly up: number; readonly down: number };
  /**
   * The change from which `cooldownMs.up` counts: the last change in either direction (`change`), or the last change up
   * (`up`). Absent in runs of an older version.
   */
  readonly upAfter?: UpAfter | undefined;
  /** The minimum time after a change with an unknown outcome before an observed capacity is believed. */
  readonly settleMs: number;
  readonly waitForActive: { readonly timeoutMs: number; readonly intervalMs: number };
  readonly requestTimeoutMs: number;
  /**
   * What the platform supports (see PlatformDefinition). Absent in runs of an older version, which count as
   * `whenActive`.
   */
  readonly takesChanges?: TakesChanges | undefined;
  readonly dryRun: boolean;
  /** The kinds of events that receivers want for this resource. Absent: none, also in runs of an older version. */
  readonly events?: readonly string[] | undefined;
}

/**
 * True where the platform takes a new size whatever the state of the units. On such a platform, the readiness of the
 * units delays steps and is displayed, but does not block a change.
 */
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
  events: optional(list(text(1, 100), 100)),
});
