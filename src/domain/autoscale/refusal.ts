/** A platform that refused a change is not asked again at once: what is remembered of that from one scale run to the next. */
import { type Direction, directionOf } from '../scale/step.js';

/** A scale run that ended because the platform would not take its changes. */
export interface RefusedRun {
  readonly runId: string;
  readonly refused: { readonly atMs: number; readonly from: number; readonly to: number; readonly reason: string };
}

/** A size that the platform would not take, and until when it is not asked for one in that direction again. */
export interface RefusalMemory {
  readonly atMs: number;
  /** What it refused. */
  readonly capacity: number;
  readonly direction: Direction;
  readonly untilMs: number;
  /** In the platform's own words. */
  readonly reason: string;
  readonly runId: string;
  /** Runs in a row that were refused. */
  readonly times: number;
}

const firstHoldMs = 15_000;
const longestHoldMs = 300_000;
/** Of a platform that has not been asked for so long since, nothing is known any more. */
const forgottenAfterMs = 3_600_000;

/** The hold doubles with each run that is refused, from 15 s to 5 min, until the capacity has come as far as was refused. */
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
