/** To zero when nothing was needed for long enough, and at least one unit as soon as something is. */
import { isAbove } from '../round-off.js';
import { shown } from '../shown.js';
import type { AutoscaleSpec } from './spec.js';
import type { IdleMemory } from './state.js';
import type { Trail } from './trail.js';

export interface IdleInput {
  readonly nowMs: number;
  readonly capacity: number;
  readonly values: Readonly<Record<string, number>>;
  readonly isEverythingKnown: boolean;
}

/** Moves the trail; @returns what to remember. The clock runs from the last time more was needed, not from a change. */
export function applyIdle(spec: AutoscaleSpec, memory: IdleMemory, trail: Trail, input: IdleInput): IdleMemory {
  const { idle: settings } = spec.settings;
  if (settings === null || spec.idle === null) return memory;
  const { nowMs, capacity } = input;
  const value = spec.idle.evaluate(input.values);
  if (value === null) {
    trail.raise('noData', capacity, `not known whether idle: no number for ${spec.idle.text}`);
    return { ...memory, neededAtMs: nowMs };
  }
  if (isAbove(value, settings.atOrBelow)) {
    trail.raise('idle', 1, `not idle: ${shown(value)} is above ${settings.atOrBelow}`);
    return { neededAtMs: nowMs, hasBeenNeeded: true };
  }
  const idleMs = nowMs - memory.neededAtMs;
  const since = `idle for ${shown(idleMs / 1000)} s of ${shown(settings.forMs / 1000)} s`;
  if (capacity === 0) {
    trail.move('idle', 0, 'idle: stays at zero');
  } else if (idleMs < settings.forMs) {
    // From the start nothing is known of what was going on: that is no reason to scale in.
    trail.raise('idle', memory.hasBeenNeeded ? 1 : capacity, since);
  } else if (input.isEverythingKnown) {
    trail.move('idle', 0, since);
  }
  return memory;
}
