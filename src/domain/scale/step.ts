/** The arithmetic of one step: the next capacity, and the earliest time of the change. */
import type { ScaleSettings } from './settings.js';

export type Direction = 'up' | 'down';

export function directionOf(from: number, to: number): Direction {
  return to > from ? 'up' : 'down';
}

/** Limits a target to `[min, max]`. */
export function clampToBounds(target: number, { min, max }: Pick<ScaleSettings, 'min' | 'max'>): number {
  return Math.max(min, max === null ? target : Math.min(max, target));
}

/**
 * Returns the limits for a target that may lie outside `[min, max]`. The limits are widened just enough to include the
 * target.
 */
export function widenedTo(target: number, limits: ScaleSettings): ScaleSettings {
  const { min, max } = limits;
  if (clampToBounds(target, limits) === target) return limits;
  return { ...limits, min: Math.min(min, target), max: max === null ? null : Math.max(max, target) };
}

/**
 * Returns the capacity after one change. The target is first limited to `[min, max]`. The change then moves at most
 * `step` units toward that target. A capacity outside the bounds returns to them by the same steps. A result equal to
 * `from` means that there is nothing to do.
 *
 * @param reach limits the change further, to at most this many units, after the platform rejected a larger change.
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
 * Whether a change moved the capacity in the opposite direction, or out of the bounds that the change started within.
 * Both happen on a platform whose "remove" operation adds units, or where the observed counter counts something else.
 *
 * If 5 -> 4 was requested, an observed 6 is the wrong way. If 5 -> 6 was requested, an observed 7 is not: a late change
 * can explain it.
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

/** The part of a sent change that limits the next change. */
export interface SentChange {
  readonly sentAtMs: number;
  /** When the last change up was sent, which may be this change or an earlier one. Null: no change up was sent. */
  readonly upSentAtMs: number | null;
  /** False until an observation shows the change on the platform. The next change then also waits for `settle`. */
  readonly confirmed: boolean;
}

/** Returns the record of a change that was sent and that no observation has shown yet. */
export function sentChange(before: SentChange | null, direction: Direction, sentAtMs: number): SentChange {
  const upSentAtMs = direction === 'up' ? sentAtMs : (before?.upSentAtMs ?? null);
  return { sentAtMs, upSentAtMs, confirmed: false };
}

/**
 * Returns the earliest time of a change in `direction`. An unconfirmed last change must also have settled by that time.
 */
export function cooledDownAtMs(last: SentChange, direction: Direction, settings: ScaleSettings): number {
  const settledAtMs = last.sentAtMs + (last.confirmed ? 0 : settings.settleMs);
  const countsOnlyUps = direction === 'up' && settings.upAfter === 'up';
  const fromMs = countsOnlyUps ? (last.upSentAtMs ?? -Infinity) : last.sentAtMs;
  return Math.max(settledAtMs, fromMs + settings.cooldownMs[direction]);
}

/**
 * Returns the time from which the last change no longer limits any other. A run that changed the capacity may close
 * only after this time.
 */
export function fullyCooledDownAtMs(last: SentChange, settings: ScaleSettings): number {
  return Math.max(cooledDownAtMs(last, 'up', settings), cooledDownAtMs(last, 'down', settings));
}

/** Returns the minimum time that a run stays open after its last change, whichever direction that change had. */
export function leastCooldownMs({ cooldownMs, upAfter }: ScaleSettings): number {
  return upAfter === 'up' ? cooldownMs.down : Math.max(cooldownMs.up, cooldownMs.down);
}
