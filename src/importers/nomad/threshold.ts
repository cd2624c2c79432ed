/** Checks of the strategy `threshold` on one signal, as bands. */
import { numberOf, optional, wholeOf } from './blocks.js';
import type { Check } from './checks.js';

export interface Threshold {
  readonly lower: number;
  readonly upper: number;
  readonly action: { readonly kind: 'delta' | 'percentage' | 'value'; readonly amount: number };
}

const kinds = ['delta', 'percentage', 'value'] as const;

/** @throws ImportError if it has no bound, or not exactly one action. */
export function thresholdOf({ settings, fields }: Check): Threshold {
  const lower = optional(settings.at('lower_bound'), numberOf);
  const upper = optional(settings.at('upper_bound'), numberOf);
  settings.at('within_bounds_trigger').take();
  if (lower === undefined && upper === undefined) throw fields.invalid('has neither a lower_bound nor an upper_bound');
  const actions = kinds.filter((kind) => settings.at(kind).isPresent);
  const [kind] = actions;
  if (kind === undefined || actions.length > 1)
    throw fields.invalid('needs exactly one of delta, percentage and value');
  const amount = kind === 'percentage' ? numberOf(settings.at(kind)) : wholeOf(settings.at(kind));
  if (upper !== undefined && upper <= Math.max(0, lower ?? 0)) {
    throw fields.invalid('has an upper_bound that no value from 0 is below and above its lower_bound');
  }
  return { lower: Math.max(0, lower ?? 0), upper: upper ?? Infinity, action: { kind, amount } };
}

export function overlap(one: Threshold, other: Threshold): boolean {
  return one.lower < other.upper && other.lower < one.upper;
}

/**
 * Steps, where each action is a number of units. A percentage of Nomad is rounded up, and that of a step down, so with
 * one it is an expression.
 */
export function thresholdPolicy(bands: readonly Threshold[], signal: string): Readonly<Record<string, unknown>> {
  const isSteps = bands.every(
    ({ action }) => action.kind === 'value' || (action.kind === 'delta' && action.amount !== 0),
  );
  if (!isSteps) {
    const value = bands.reduceRight(
      (otherwise, band) => `${conditionOf(band, signal)} ? ${resultOf(band)} : ${otherwise}`,
      'current',
    );
    return { type: 'perUnit', value, target: 1 };
  }
  const steps = bands.map(({ lower, upper, action: { kind, amount } }) => ({
    ...((lower > 0 || upper === Infinity) && { atOrAbove: lower }),
    ...(upper < Infinity && { below: upper }),
    ...(kind === 'value' ? { set: amount } : amount > 0 ? { add: amount } : { remove: -amount }),
  }));
  return { type: 'steps', value: signal, steps };
}

function conditionOf({ lower, upper }: Threshold, signal: string): string {
  const parts = [
    ...(lower > 0 || upper === Infinity ? [`${signal} >= ${lower}`] : []),
    ...(upper < Infinity ? [`${signal} < ${upper}`] : []),
  ];
  return parts.join(' && ');
}

function resultOf({ action: { kind, amount } }: Threshold): string {
  if (kind === 'value') return String(amount);
  if (kind === 'percentage') return `current * ${Math.round((1 + amount / 100) * 1e9) / 1e9}`;
  return amount < 0 ? `current - ${-amount}` : `current + ${amount}`;
}
