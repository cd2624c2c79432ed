/** What a scale run would do about a target: its changes and their earliest times, by the rules that the run follows. */
import type { ScaleSettings } from './settings.js';
import { cooledDownAtMs, directionOf, nextCapacity, type SentChange, sentChange } from './step.js';

interface PlannedChange {
  readonly from: number;
  readonly to: number;
  /** The earliest time: the platform may take time to carry out the change before it. */
  readonly atMs: number;
}

export interface Plan {
  /** The first changes. */
  readonly changes: readonly PlannedChange[];
  /** The number of all changes. */
  readonly count: number;
  /** The earliest time of the last change; null: there is nothing to change. */
  readonly finishedAtMs: number | null;
}

interface Beginning {
  readonly from: number;
  readonly target: number;
  readonly nowMs: number;
  /** Null: no change limits the first one. */
  readonly lastChange: SentChange | null;
}

const mostChanges = 100;

/** `from` 8, target 14, step 2, cooldown 5 min, no last change -> 10 now, 12 in 5 min, 14 in 10 min. */
export function planOf({ from, target, nowMs, lastChange }: Beginning, settings: ScaleSettings): Plan {
  const changes: PlannedChange[] = [];
  let [capacity, last, timeMs] = [from, lastChange, nowMs];
  while (changes.length < mostChanges) {
    const to = nextCapacity(capacity, target, settings);
    if (to === capacity) break;
    const direction = directionOf(capacity, to);
    timeMs = last === null ? timeMs : Math.max(timeMs, cooledDownAtMs(last, direction, settings));
    changes.push({ from: capacity, to, atMs: timeMs });
    last = { ...sentChange(last, direction, timeMs), confirmed: true };
    capacity = to;
  }
  const rest = restOf(changes, nextCapacity(capacity, target, { ...settings, step: { up: null, down: null } }));
  return {
    changes,
    count: changes.length + rest.count,
    finishedAtMs: changes.length === 0 ? null : timeMs + rest.count * rest.pauseMs,
  };
}

/** All further changes are as far apart as the last two, and move as many units. */
function restOf(changes: readonly PlannedChange[], goal: number): { count: number; pauseMs: number } {
  const [before, last] = [changes.at(-2), changes.at(-1)];
  if (!before || !last || last.to === goal) return { count: 0, pauseMs: 0 };
  return { count: Math.ceil((goal - last.to) / (last.to - last.from)), pauseMs: last.atMs - before.atMs };
}
