/**
 * The strategies of the Nomad Autoscaler (hashicorp/nomad-autoscaler plugins/builtin/strategy, ede4e617) as policies.
 *
 * | strategy     | what it computes                                                          |
 * | ------------ | ------------------------------------------------------------------------- |
 * | target-value | ceil(count x value / target), unless value / target is within a tolerance |
 * | threshold    | count + delta, ceil(count x (1 + percentage / 100)) or a value             |
 * | pass-through | the value without its fraction                                            |
 * | fixed-value  | the value of the setting                                                  |
 */
import { asKey, numberOf, optional, wholeOf } from './blocks.js';
import type { Check, Lost } from './checks.js';
import { thresholdOf, thresholdPolicy, type Threshold } from './threshold.js';

type Policy = Readonly<Record<string, unknown>>;

export interface Converted {
  readonly policy: Policy;
  /** From zero units it recommends more. */
  readonly leavesZero: boolean;
  /** The most that one evaluation adds and removes. Undefined: no limit. */
  readonly limits: { readonly up: number | undefined; readonly down: number | undefined };
  readonly lost: readonly Lost[];
}

const unlimited = { up: undefined, down: undefined };

/** @param others checks of the same group on the same signal, which one policy of bands holds together. */
export function strategyOf(check: Check, others: readonly Check[], signal: string, min: number): Converted {
  switch (check.strategy) {
    case 'target-value':
      return targetValue(check, signal, min);
    case 'threshold': {
      const bands = [check, ...others].map(thresholdOf);
      return { policy: thresholdPolicy(bands, signal), leavesZero: bands.some(raises), limits: unlimited, lost: [] };
    }
    case 'pass-through':
      return {
        policy: { type: 'perUnit', value: `floor(${signal})`, target: 1 },
        leavesZero: true,
        limits: limitsOf(check),
        lost: [],
      };
    case 'fixed-value': {
      const capacity = wholeOf(check.settings.at('value'));
      return { policy: { type: 'fixed', capacity }, leavesZero: capacity > 0, limits: unlimited, lost: [] };
    }
    default:
      throw check.fields.invalid(
        `has the strategy ${check.strategy}, which is not one of target-value, threshold, pass-through and fixed-value`,
      );
  }
}

export function isSupported({ strategy }: Check): boolean {
  return ['target-value', 'threshold', 'pass-through', 'fixed-value'].includes(strategy);
}

function targetValue(check: Check, signal: string, min: number): Converted {
  const { settings } = check;
  const target = numberOf(settings.at('target'));
  const tolerance = optional(settings.at('threshold'), numberOf) ?? 0.01;
  const shared = {
    // A target of 0 divides by nothing: the value itself is the factor.
    target: target === 0 ? 1 : target,
    tolerance: `${Math.round(tolerance * 1e6) / 1e4}%`,
  };
  const limits = limitsOf(check);
  // At zero units there is no utilization. Nomad then takes the value as that of one unit.
  const policy =
    min === 0
      ? { type: 'perUnit', value: `max(1, current) * ${signal}`, ...shared }
      : { type: 'utilization', value: signal, ...shared };
  return { policy, leavesZero: min === 0, limits, lost: [] };
}

function limitsOf({ settings }: Check): Converted['limits'] {
  return {
    up: optional(settings.at('max_scale_up'), wholeOf),
    down: optional(settings.at('max_scale_down'), wholeOf),
  };
}

function raises({ action }: Threshold): boolean {
  return action.kind === 'value' ? action.amount > 0 : action.kind === 'delta' && action.amount > 0;
}

/** The fields of a strategy that it does not have. `driver` was one in former versions. */
export function unusedSettings({ settings }: Check): readonly Lost[] {
  settings.at('driver').take();
  const inside = settings.path.length;
  const unused = settings.unread().filter((path) => path.length > inside);
  settings.take();
  return unused.map((path) => ({
    field: settings.at(...path.slice(inside).map(asKey)),
    what: 'the setting',
    why: 'the strategy has no such setting',
  }));
}
