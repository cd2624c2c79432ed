/** The arithmetic of one step: where to go next, and when it may be done. */
import type { ScaleSettings } from './settings.js';

export type Direction = 'up' | 'down';

export function directionOf(from: number, to: number): Direction {
  return to > from ? 'up' : 'down';
}

/** Brings a target inside `[min, max]`. */
export function clampToBounds(target: number, { min, max }: Pick<ScaleSettings, 'min' | 'max'>): number {
  return Math.max(min, max === null ? target : Math.min(max, target));
}

/** The limits for a target that may lie outside `[min, max]`: wide enough for it, and no wider. */
export function widenedTo(target: number, limits: ScaleSettings): ScaleSettings {
  const { min, max } = limits;
  if (clampToBounds(target, limits) === target) return limits;
  return { ...limits, min: Math.min(min, target), max: max === null ? null : Math.max(max, target) };
}

/**
 * The capacity after one change: at most `step` units toward the target, which is first brought inside `[min, max]`.
 * A capacity outside the bounds walks back by steps like any other. Equal to `from`: nothing to do.
 *
 * @param reach at most so many units as well, after the platform refused a larger change.
 *
 * `from` 3, target 9, step 2 -> 5; `from` 8, target 9, step 2 -> 9; `from` 12, max 10, target 10, step 1 -> 11.
 */
export function nextCapacity(
  from: number,
  target: number,
  settings: Pick<ScaleSettings, 'min' | 'max' | 'step'>,
  reach?: number | null,
): number {
  const goal = clampToBounds(target, settings);
  const step = Math.min(settings.step[directionOf(from, goal)] ?? Infinity, reach ?? Infinity);
  return goal > from ? Math.min(goal, from + step) : Math.max(goal, from - step);
}

/**
 * Whether a change went the wrong way: away from where it was to lead, or past the bounds that it started within. A
 * platform whose "remove" adds does that, or a counter that means something else.
 *
 * 5 -> 4 asked for and 6 seen: the wrong way. 5 -> 6 asked for and 7 seen: beyond it, which a late change explains.
 */
export function movedWrongWay(
  { from, to }: { readonly from: number; readonly to: number },
  seen: number,
  bounds: Pick<ScaleSettings, 'min' | 'max'>,
): boolean {
  const isOpposite = Math.sign(seen - from) === -Math.sign(to - from);
  const leftBounds = clampToBounds(from, bounds) === from && clampToBounds(seen, bounds) !== seen;
  return isOpposite || leftBounds;
}

/** A change that was sent, as far as it limits the next one. */
export interface SentChange {
  readonly sentAtMs: number;
  /** When the last change up was sent, be it this one or one before it; null where there was none. */
  readonly upSentAtMs: number | null;
  /** False while nobody has seen it on the platform: it then also waits out `settle`. */
  readonly confirmed: boolean;
}

/** What is remembered once a change was sent that nobody has seen on the platform yet. */
export function sentChange(before: SentChange | null, direction: Direction, sentAtMs: number): SentChange {
  const upSentAtMs = direction === 'up' ? sentAtMs : (before?.upSentAtMs ?? null);
  return { sentAtMs, upSentAtMs, confirmed: false };
}

/** The earliest time of a change in `direction`, which also waits until the last one has settled. */
export function cooledDownAtMs(last: SentChange, direction: Direction, settings: ScaleSettings): number {
  const settledAtMs = last.sentAtMs + (last.confirmed ? 0 : settings.settleMs);
  const countsOnlyUps = direction === 'up' && settings.upAfter === 'up';
  const fromMs = countsOnlyUps ? (last.upSentAtMs ?? -Infinity) : last.sentAtMs;
  return Math.max(settledAtMs, fromMs + settings.cooldownMs[direction]);
}

/** When the last change limits nothing any more: only then may a run that changed something close. */
export function fullyCooledDownAtMs(last: SentChange, settings: ScaleSettings): number {
  return Math.max(cooledDownAtMs(last, 'up', settings), cooledDownAtMs(last, 'down', settings));
}

/** The least time that a run stays open after its last change, whichever way that went. */
export function leastCooldownMs({ cooldownMs, upAfter }: ScaleSettings): number {
  return upAfter === 'up' ? cooldownMs.down : Math.max(cooldownMs.up, cooldownMs.down);
}
