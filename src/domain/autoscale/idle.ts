/** To zero when nothing was needed for long enough, and at least one unit as soon as something is. */
import { whyUnknown, type SignalValues } from '../policies/signal-values.js';
import { isAbove, shown } from '../numbers.js';
import type { AutoscaleSpec } from './spec.js';
import type { IdleMemory } from './state.js';
import type { Trail } from './trail.js';

export interface IdleInput extends SignalValues {
  readonly nowMs: number;
  /** What was asked for last: what there is, where nothing is under way. */
  readonly asked: number;
  /** Since the last evaluation; no time at all at the first one. */
  readonly elapsedMs: number;
  readonly isEverythingKnown: boolean;
}

/**
 * Moves the trail; @returns what to remember. The clock runs from the last time more was needed, not from a change, and
 * stands still while nobody knows: such a time is neither need nor idleness.
 */
export function applyIdle(spec: AutoscaleSpec, memory: IdleMemory, trail: Trail, input: IdleInput): IdleMemory {
  const { idle: settings } = spec.settings;
  if (settings === null || spec.idle === null) return memory;
  const { nowMs, asked } = input;
  const value = spec.idle.evaluate(input.values);
  if (value === null) {
    trail.raise('noData', asked, `not known whether idle: ${whyUnknown(spec.idle, input)}`);
    return { ...memory, neededAtMs: Math.min(nowMs, memory.neededAtMs + input.elapsedMs) };
  }
  if (isAbove(value, settings.atOrBelow)) {
    trail.raise('idle', 1, `not idle: ${shown(value)} is above ${settings.atOrBelow}`);
    return { neededAtMs: nowMs, hasBeenNeeded: true };
  }
  const idleMs = nowMs - memory.neededAtMs;
  const since = `idle for ${shown(idleMs / 1000)} s of ${shown(settings.forMs / 1000)} s`;
  if (asked === 0) {
    trail.move('idle', 0, 'idle: stays at zero');
  } else if (idleMs < settings.forMs) {
    // From the start nothing is known of what was going on: that is no reason to scale in.
    trail.raise('idle', memory.hasBeenNeeded ? 1 : asked, since);
  } else if (input.isEverythingKnown) {
    trail.move('idle', 0, since);
  }
  return memory;
}
