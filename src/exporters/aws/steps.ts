/** Steps and thresholds as step scaling policies: one for the steps above a threshold, one for those below another. */
import type { Fields } from '../../importers/fields.js';

export interface Side {
  readonly direction: 'out' | 'in';
  readonly threshold: number;
  readonly comparison: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

interface Band {
  readonly lower: number;
  readonly isLowerInside: boolean;
  readonly upper: number;
  readonly isUpperInside: boolean;
  readonly action: 'add' | 'remove' | 'set';
  readonly amount: number | string;
  readonly atLeast: number | undefined;
}

/**
 * @param min the minimum of the resource, where other policies recommend capacities too.
 * @returns the policies, or why there are none.
 */
export function sidesOf(policy: Fields, min: number | undefined): readonly Side[] | string {
  const bands = policy.at('type').peek() === 'thresholds' ? bandsOfThresholds(policy) : bandsOfSteps(policy);
  const acting = bands.filter((band) => !isRest(band, min));
  const above = acting.filter((band) => isAbove(band, acting));
  const below = acting.filter((band) => !above.includes(band));
  const sides = [sideOf(above, 'above'), sideOf(below, 'below')];
  const refused = sides.find((side) => typeof side === 'string');
  if (refused !== undefined) return refused;
  return sides.flatMap((side) => (typeof side === 'object' ? [side] : []));
}

/** A step that adds, and what continues without a gap up to the highest value. */
function isAbove({ upper, lower, action }: Band, all: readonly Band[]): boolean {
  if (action === 'add' || upper === Infinity) return true;
  const next = all.find((other) => other.lower === upper && other.upper > upper);
  return action === 'set' && lower !== -Infinity && next?.action === 'set' && isAbove(next, all);
}

/** `{ below: 500, set: 1 }`: a policy that only scales out recommends the minimum while it has nothing to add. */
function isRest({ lower, action, amount }: Band, min: number | undefined): boolean {
  return lower === -Infinity && action === 'set' && amount === min;
}

function bandsOfSteps(policy: Fields): readonly Band[] {
  return policy
    .at('steps')
    .items()
    .map((step) => bandIn(step.take() as Readonly<Record<string, number | string | undefined>>));
}

function bandsOfThresholds(policy: Fields): readonly Band[] {
  const [up, down] = [policy.at('up'), policy.at('down')];
  const value = (field: Fields) => Number(field.take());
  return [
    bandIn({ atOrAbove: value(up.at('at')), add: value(up.at('add')) }),
    bandIn({ atOrBelow: value(down.at('at')), remove: value(down.at('remove')) }),
  ];
}

function bandIn(step: Readonly<Record<string, number | string | undefined>>): Band {
  const action = (['add', 'remove', 'set'] as const).find((each) => step[each] !== undefined) ?? 'set';
  return {
    lower: Number(step['atOrAbove'] ?? step['above'] ?? -Infinity),
    isLowerInside: step['atOrAbove'] !== undefined,
    upper: Number(step['below'] ?? step['atOrBelow'] ?? Infinity),
    isUpperInside: step['atOrBelow'] !== undefined,
    action,
    amount: step[action] ?? 0,
    atLeast: step['atLeast'] === undefined ? undefined : Number(step['atLeast']),
  };
}

/** @returns undefined where there are no steps, and a text where AWS has no form for them. */
function sideOf(bands: readonly Band[], place: 'above' | 'below'): Side | string | undefined {
  const sorted = bands.toSorted((one, other) => one.lower - other.lower);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const isUp = place === 'above';
  const type = adjustmentType(sorted);
  const least = new Set(sorted.map(({ atLeast }) => atLeast));
  if (type === undefined || least.size > 1) {
    return 'the steps of one policy in AWS are all numbers, all percentages or all capacities, with one least change';
  }
  const threshold = isUp ? first.lower : last.upper;
  if (!Number.isFinite(threshold)) return 'they have no threshold at which an alarm could begin';
  if (isUp ? last.upper !== Infinity : first.lower !== -Infinity)
    return `the ${isUp ? 'highest' : 'lowest'} step has an end, and in AWS it has none`;
  if (sorted.some((band, index) => !hasBoundsOfAws(band, isUp, isUp ? index === 0 : index === sorted.length - 1))) {
    return isUp
      ? 'above a threshold, AWS has steps with atOrAbove and below'
      : 'below a threshold, AWS has steps with above and atOrBelow';
  }
  const isInclusive = isUp ? first.isLowerInside : last.isUpperInside;
  const [atLeast] = least;
  return {
    direction: sorted.some(({ action }) => action === 'add') || (isUp && first.action === 'set') ? 'out' : 'in',
    threshold,
    comparison: `${isUp ? 'GreaterThan' : 'LessThan'}${isInclusive ? 'OrEqualTo' : ''}Threshold`,
    configuration: {
      AdjustmentType: type,
      StepAdjustments: adjustments(sorted, threshold),
      ...(atLeast !== undefined && { MinAdjustmentMagnitude: atLeast }),
    },
  };
}

function adjustmentType(bands: readonly Band[]): string | undefined {
  const types = new Set(
    bands.map(({ action, amount }) => {
      if (action === 'set') return 'ExactCapacity';
      return typeof amount === 'string' ? 'PercentChangeInCapacity' : 'ChangeInCapacity';
    }),
  );
  const [type] = types;
  return types.size === 1 ? type : undefined;
}

/** Only the bound at the threshold may be of either kind: the alarm decides. */
function hasBoundsOfAws(band: Band, isUp: boolean, isAtThreshold: boolean): boolean {
  return isUp
    ? !band.isUpperInside && (isAtThreshold || band.isLowerInside)
    : (band.lower === -Infinity || !band.isLowerInside) && (isAtThreshold || band.isUpperInside);
}

/** A gap between two steps is a step that changes nothing. */
function adjustments(bands: readonly Band[], threshold: number): readonly object[] {
  return bands.flatMap((band, index) => {
    const before = bands[index - 1];
    const gap =
      before !== undefined && before.upper < band.lower ? [{ lower: before.upper, upper: band.lower, amount: 0 }] : [];
    return [...gap, { lower: band.lower, upper: band.upper, amount: amountOf(band) }].map(
      ({ lower, upper, amount }) => ({
        ...(Number.isFinite(lower) && { MetricIntervalLowerBound: difference(lower, threshold) }),
        ...(Number.isFinite(upper) && { MetricIntervalUpperBound: difference(upper, threshold) }),
        ScalingAdjustment: amount,
      }),
    );
  });
}

function amountOf({ action, amount }: Band): number {
  const number = typeof amount === 'string' ? Number(amount.replace('%', '')) : amount;
  return action === 'remove' ? -number : number;
}

/** Without the rounding errors of doubles. */
function difference(bound: number, threshold: number): number {
  return Number((bound - threshold).toPrecision(12));
}
