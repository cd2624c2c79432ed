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
  /** The policies without data whose fallback applies. */
  readonly inFallback: readonly string[];
  /** A schedule or a forecast sets a minimum above zero. The time until its end is no idle time. */
  readonly isHeldUp: boolean;
}

interface Idleness {
  readonly memory: IdleMemory;
  /** The capacity to which the resource goes without the limits of `behavior`. Null: the limits apply. */
  readonly atOnce: number | null;
}

/**
 * Applies the idle rule to the chain. Idle time counts from the last time there was need, and not from a change of
 * capacity. Idle time does not advance while the value is not known, because unknown time is neither need nor idleness.
 */
export function applyIdle(spec: AutoscaleSpec, memory: IdleMemory, chain: LimitChain, input: IdleInput): Idleness {
  const { idle: settings } = spec.settings;
  if (settings === null || spec.idle === null) return { memory, atOnce: null };
  const { nowMs, asked } = input;
  const { capacity: rest = 0, atOnce = false } = settings;
  const value = spec.idle.evaluate(input.values);
  if (value === null) {
    // The fallback of a policy over the same signals says what to do without them.
    if (!isReplaced(spec, input)) {
      chain.raise('noData', asked, `not known whether idle: ${whyUnknown(spec.idle, input)}`);
    }
    return { memory: { ...memory, neededAtMs: Math.min(nowMs, memory.neededAtMs + input.elapsedMs) }, atOnce: null };
  }
  const instead = usedInstead(spec.idle, input);
  const needed = { memory: { neededAtMs: nowMs, hasBeenNeeded: true }, atOnce: null };
  const least = Math.max(1, rest);
  if (isAbove(value, settings.atOrBelow)) {
    chain.raise('idle', least, `not idle: ${shown(value)} is above ${settings.atOrBelow}${instead}`);
    return needed;
  }
  if (input.isHeldUp) return needed;
  const idleMs = nowMs - memory.neededAtMs;
  const since = `idle for ${shown(idleMs / 1000)} s of ${shown(settings.forMs / 1000)} s${instead}`;
  const resting = { memory, atOnce: atOnce ? rest : null };
  if (asked <= rest) {
    chain.move('idle', rest, `idle: stays at ${rest === 0 ? 'zero' : rest}`);
    return resting;
  }
  if (idleMs < settings.forMs) {
    // Before the first need is seen, earlier load is not known. Missing knowledge is no reason to scale in.
    chain.raise('idle', memory.hasBeenNeeded ? least : asked, since);
  } else if (input.isEverythingKnown) {
    chain.move('idle', rest, since);
    return resting;
  }
  return { memory, atOnce: null };
}

function isReplaced({ policies, idle }: AutoscaleSpec, { inFallback }: IdleInput): boolean {
  const signals = policies
    .filter(({ name }) => inFallback.includes(name))
    .flatMap(({ expression }) => expression?.names ?? []);
  return idle !== null && idle.names.some((name) => signals.includes(name));
}
