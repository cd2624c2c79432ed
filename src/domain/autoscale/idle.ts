/** Scales to zero after a long enough time without need, and to at least one unit as soon as there is need. */
import { usedInstead, whyUnknown, type SignalValues } from '../policies/signal-values.js';
import { isAbove, shown } from '../numbers.js';
import type { AutoscaleSpec } from './spec.js';
import type { IdleMemory } from './state.js';
import type { LimitChain } from './limit-chain.js';

export interface IdleInput extends SignalValues {
  readonly nowMs: number;
  /** The target that was requested last, or the capacity if no run is in progress. */
  readonly asked: number;
  /** The time since the last evaluation. Zero at the first evaluation. */
  readonly elapsedMs: number;
  readonly isEverythingKnown: boolean;
}

/**
 * Applies the idle rule to the chain. Idle time counts from the last time there was need, and not from a change of
 * capacity. Idle time does not advance while the value is not known, because unknown time is neither need nor idleness.
 * @returns the new memory.
 */
export function applyIdle(spec: AutoscaleSpec, memory: IdleMemory, chain: LimitChain, input: IdleInput): IdleMemory {
  const { idle: settings } = spec.settings;
  if (settings === null || spec.idle === null) return memory;
  const { nowMs, asked } = input;
  const value = spec.idle.evaluate(input.values);
  if (value === null) {
    chain.raise('noData', asked, `not known whether idle: ${whyUnknown(spec.idle, input)}`);
    return { ...memory, neededAtMs: Math.min(nowMs, memory.neededAtMs + input.elapsedMs) };
  }
  const instead = usedInstead(spec.idle, input);
  if (isAbove(value, settings.atOrBelow)) {
    chain.raise('idle', 1, `not idle: ${shown(value)} is above ${settings.atOrBelow}${instead}`);
    return { neededAtMs: nowMs, hasBeenNeeded: true };
  }
  const idleMs = nowMs - memory.neededAtMs;
  const since = `idle for ${shown(idleMs / 1000)} s of ${shown(settings.forMs / 1000)} s${instead}`;
  if (asked === 0) {
    chain.move('idle', 0, 'idle: stays at zero');
  } else if (idleMs < settings.forMs) {
    // Before the first need is seen, earlier load is not known. Missing knowledge is no reason to scale in.
    chain.raise('idle', memory.hasBeenNeeded ? 1 : asked, since);
  } else if (input.isEverythingKnown) {
    chain.move('idle', 0, since);
  }
  return memory;
}
