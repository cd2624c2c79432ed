/**
 * Remembers refused changes from one scale run to the next, so that a platform that refused a change is not asked again
 * at once.
 */
import { type Direction, directionOf } from '../scale/step.js';

/** A scale run that ended because the platform refused its changes. */
export interface RefusedRun {
  readonly runId: string;
  readonly refused: { readonly atMs: number; readonly from: number; readonly to: number; readonly reason: string };
}

/** A size that the platform refused, and the time until which no size in that direction is requested again. */
export interface RefusalMemory {
  readonly atMs: number;
  /** The capacity that the platform refused. */
  readonly capacity: number;
  readonly direction: Direction;
  readonly untilMs: number;
  /** The reason, as the platform reported it. */
  readonly reason: string;
  readonly runId: string;
  /** The number of consecutive runs that were refused. */
  readonly times: number;
}

const firstHoldMs = 15_000;
const longestHoldMs = 300_000;
/** A refusal is forgotten when the hold has been over for this long without another refusal. */
const forgottenAfterMs = 3_600_000;

/** The hold doubles with each refused run, from 15 s to 5 min, until the capacity reaches the size that was refused. */
export function rememberRefusal(
  memory: RefusalMemory | null,
  newest: RefusedRun | null,
  { nowMs, capacity }: { readonly nowMs: number; readonly capacity: number },
): RefusalMemory | null {
  const isStanding = memory && !isReached(memory, capacity) && nowMs < memory.untilMs + forgottenAfterMs;
  const standing = isStanding ? memory : null;
  if (!newest || newest.runId === memory?.runId) return standing;
  const { atMs, from, to, reason } = newest.refused;
  const times = (standing?.times ?? 0) + 1;
  const untilMs = atMs + Math.min(firstHoldMs * 2 ** (times - 1), longestHoldMs);
  const next = { atMs, capacity: to, direction: directionOf(from, to), untilMs, reason, runId: newest.runId, times };
  return isReached(next, capacity) ? null : next;
}

function isReached({ direction, capacity }: Pick<RefusalMemory, 'direction' | 'capacity'>, seen: number): boolean {
  return direction === 'up' ? seen >= capacity : seen <= capacity;
}
