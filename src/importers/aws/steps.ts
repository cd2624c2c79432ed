/** A step scaling policy with one of its alarms: bounds relative to the threshold become bounds of the value. */
import type { Fields } from '../fields.js';
import { alarmOf, differencesOf, type Alarm } from './alarms.js';
import type { Band, StepsPart } from './part.js';
import { alarmSignal, type NotSupported } from './signals.js';
import { exact, numberIn, optionalNumber, type Remarks } from './values.js';

interface Step {
  /** Relative to the threshold. */
  readonly lower: number;
  readonly upper: number;
  readonly amount: number;
  readonly field: Fields;
}

export function stepsPart(
  policy: Fields,
  document: Fields,
  defaultCooldown: number,
): { readonly part: StepsPart; readonly remarks: Remarks } | NotSupported {
  const alarm = alarmOf(document);
  if (!('threshold' in alarm)) return alarm;
  const signal = alarmSignal(document);
  if (!('settings' in signal)) return signal;
  const settings = policy.at('StepScalingPolicyConfiguration');
  const steps = stepsIn(settings.at('StepAdjustments'));
  const reached = steps.map((step) => ({ ...step, ...reachable(step, alarm) }));
  const isReached = ({ lower, upper }: Step) => lower < upper;
  const bands = reached.filter(isReached).flatMap((step) => bandOf(step, alarm, settings));
  const pace = {
    path: policy.place.trim(),
    periods: alarm.periods,
    periodSeconds: signal.periodSeconds,
    cooldownSeconds: optionalNumber(settings.at('Cooldown')) ?? defaultCooldown,
  };
  const can = (...actions: readonly string[]) => bands.some((band) => actions.some((action) => action in band));
  const part: StepsPart = {
    type: 'steps',
    name: policy.at('PolicyName').text(),
    path: pace.path,
    signal: { ...signal, settings: { ...signal.settings, ...emptyAs(alarm) } },
    bands,
    rest: restOf(alarm),
    threshold: alarm.threshold,
    out: can('add', ...(alarm.side === 'above' ? ['set'] : [])) ? pace : undefined,
    in: can('remove', ...(alarm.side === 'below' ? ['set'] : [])) ? pace : undefined,
  };
  const unreached = reached
    .filter((step) => !isReached(step))
    .map(({ field }) => ({
      path: field.place,
      message: `is left out: its alarm ${alarm.name} acts only ${alarm.side} the threshold`,
    }));
  return {
    part,
    remarks: {
      warnings: [...unreached, ...aggregation(settings, alarm)],
      unsupported: differencesOf(alarm),
    },
  };
}

/** In their order. AWS accepts no other forms, so that a copy by hand is checked in the same way. */
function stepsIn(adjustments: Fields): readonly Step[] {
  const steps = adjustments
    .items()
    .map((field) => ({
      lower: optionalNumber(field.at('MetricIntervalLowerBound')) ?? -Infinity,
      upper: optionalNumber(field.at('MetricIntervalUpperBound')) ?? Infinity,
      amount: numberIn(field.at('ScalingAdjustment')),
      field,
    }))
    .toSorted((one, other) => (one.lower < other.lower ? -1 : 1));
  if (steps.length === 0) throw adjustments.invalid('has no step');
  steps.forEach(({ lower, upper, field }, index) => {
    const before = steps[index - 1];
    if (lower === -Infinity && upper === Infinity) throw field.invalid('has no bound. One of the two is required');
    if (lower >= upper) throw field.invalid('has a lower bound that is not below its upper bound');
    if (before !== undefined && before.upper > lower) throw field.invalid('overlaps with another step');
    if (before !== undefined && before.upper < lower) throw field.invalid('leaves a gap below it');
  });
  const [first, last] = [steps[0], steps.at(-1)];
  if (first && first.lower < 0 && first.lower !== -Infinity) {
    throw first.field.invalid('has a negative lower bound, but no step is without a lower bound');
  }
  if (last && last.upper > 0 && last.upper !== Infinity) {
    throw last.field.invalid('has a positive upper bound, but no step is without an upper bound');
  }
  return steps;
}

/** The alarm acts on one side of its threshold only. */
function reachable({ lower, upper }: Step, { side }: Alarm): { readonly lower: number; readonly upper: number } {
  return side === 'above' ? { lower: Math.max(lower, 0), upper } : { lower, upper: Math.min(upper, 0) };
}

/** A step that changes nothing is no step. */
function bandOf({ lower, upper, amount, field }: Step, alarm: Alarm, settings: Fields): readonly Band[] {
  const action = actionOf(amount, field, settings);
  return action === undefined ? [] : [{ ...boundsOf(lower, upper, alarm), ...action }];
}

/**
 * Above the threshold a lower bound belongs to its step, and below it an upper bound does. The threshold itself belongs
 * to a step if the alarm acts there.
 */
function boundsOf(lower: number, upper: number, { threshold, side, isInclusive }: Alarm): Record<string, number> {
  const [low, high] = [exact(threshold + lower), exact(threshold + upper)];
  const isLow = Number.isFinite(lower);
  const isHigh = Number.isFinite(upper);
  if (side === 'above') {
    const first = lower === 0 && !isInclusive ? { above: low } : { atOrAbove: low };
    return { ...(isLow && first), ...(isHigh && { below: high }) };
  }
  const last = upper === 0 && !isInclusive ? { below: high } : { atOrBelow: high };
  return { ...(isLow && { above: low }), ...(isHigh && last) };
}

function restOf({ threshold, side, isInclusive }: Alarm): Band {
  if (side === 'above') return isInclusive ? { below: threshold } : { atOrBelow: threshold };
  return isInclusive ? { above: threshold } : { atOrAbove: threshold };
}

function actionOf(amount: number, field: Fields, settings: Fields): Band | undefined {
  const type = settings.at('AdjustmentType').text();
  switch (type) {
    case 'ExactCapacity':
      if (amount < 0) throw field.at('ScalingAdjustment').invalid('must not be negative: it is a capacity');
      return { set: amount };
    case 'ChangeInCapacity':
      if (amount === 0) return undefined;
      return amount > 0 ? { add: amount } : { remove: -amount };
    case 'PercentChangeInCapacity': {
      const least = optionalNumber(settings.at('MinAdjustmentMagnitude'));
      if (amount === 0) return undefined;
      const atLeast = least !== undefined && least > 0 && { atLeast: least };
      return amount > 0 ? { add: `${amount}%`, ...atLeast } : { remove: `${-amount}%`, ...atLeast };
    }
    default:
      throw settings.at('AdjustmentType').invalid('is not ChangeInCapacity, PercentChangeInCapacity or ExactCapacity');
  }
}

/** A number for missing data, only where it means the same: 0 is on the side of the alarm, or on the other side. */
function emptyAs({ missing, side, threshold }: Alarm): { readonly emptyAs?: number } {
  const isBelow = threshold > 0;
  if (missing === 'notBreaching' && side === 'above' && isBelow) return { emptyAs: 0 };
  if (missing === 'breaching' && side === 'below' && isBelow) return { emptyAs: 0 };
  return {};
}

/** With several datapoints, AWS selects the step by their mean, smallest or largest value. */
function aggregation(settings: Fields, { periods, side }: Alarm): Remarks['warnings'] {
  const field = settings.at('MetricAggregationType');
  const type = field.optionalText() ?? 'Average';
  const same = side === 'above' ? 'Minimum' : 'Maximum';
  if (periods === 1) {
    return field.isPresent
      ? [{ path: field.place, message: `is ${type}, without effect: the alarm evaluates one datapoint` }]
      : [];
  }
  if (type === same) return [{ path: field.place, message: `is ${type}, which is what applies here too` }];
  return [
    {
      path: field.place,
      message: `is ${type} of ${periods} datapoints. Here the datapoint with the smallest change selects the step`,
    },
  ];
}
