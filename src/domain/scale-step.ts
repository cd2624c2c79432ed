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

/**
 * The capacity after one change: at most `step` units toward the target, which is first brought inside `[min, max]`.
 * A capacity outside the bounds walks back by steps like any other. Equal to `from`: nothing to do.
 *
 * `from` 3, target 9, step 2 -> 5; `from` 8, target 9, step 2 -> 9; `from` 12, max 10, target 10, step 1 -> 11.
 */
export function nextCapacity(
  from: number,
  target: number,
  settings: Pick<ScaleSettings, 'min' | 'max' | 'step'>,
): number {
  const goal = clampToBounds(target, settings);
  const step = settings.step[directionOf(from, goal)] ?? Infinity;
  return goal > from ? Math.min(goal, from + step) : Math.max(goal, from - step);
}

/** A change that was sent, as far as it limits the next one. */
export interface SentChange {
  readonly sentAtMs: number;
  /** False while nobody has seen it on the platform: it then also waits out `settle`. */
  readonly confirmed: boolean;
}

/** The earliest time of a change in `direction`: the cooldown runs from the last change, either way. */
export function cooledDownAtMs(last: SentChange, direction: Direction, settings: ScaleSettings): number {
  const settleMs = last.confirmed ? 0 : settings.settleMs;
  return last.sentAtMs + Math.max(settings.cooldownMs[direction], settleMs);
}

/** When the last change limits nothing any more: only then may a run that changed something close. */
export function fullyCooledDownAtMs(last: SentChange, settings: ScaleSettings): number {
  return Math.max(cooledDownAtMs(last, 'up', settings), cooledDownAtMs(last, 'down', settings));
}
