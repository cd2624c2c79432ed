/**
 * The HPA v2 limits on how fast a recommendation may move capacity. Stabilization applies first, then the rate limit,
 * then `[min, max]`. The arithmetic is that of Kubernetes v1.36 (pkg/controller/podautoscaler/horizontal.go,
 * normalizeDesiredReplicasWithBehaviors), including the rounding errors of doubles: 100 units plus 10% is 111, because
 * 100 x 1.1 is slightly more than 110.
 */
import type { Behavior, ScalingRules } from './behavior-settings.js';
import { clampToBounds } from './scale/step.js';

/** A recommendation before any limit, made `ageSeconds` ago. */
interface PastRecommendation {
  readonly ageSeconds: number;
  readonly capacity: number;
}

/** A change of capacity `ageSeconds` ago, as a positive number of units. */
export interface ScaleEvent {
  readonly ageSeconds: number;
  readonly change: number;
}

export interface BehaviorInput {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number | null;
  readonly behavior: Behavior;
  readonly recommendations: readonly PastRecommendation[];
  readonly scaleUpEvents: readonly ScaleEvent[];
  readonly scaleDownEvents: readonly ScaleEvent[];
}

export type BehaviorLimit = 'stabilization' | 'rate' | 'min' | 'max';

export function applyBehavior(input: BehaviorInput): { capacity: number; limitedBy: BehaviorLimit[] } {
  const stabilized = stabilize(input);
  const limited = limitRate(input, stabilized);
  const capacity = clampToBounds(limited, input);
  const limitedBy: BehaviorLimit[] = [];
  if (stabilized !== input.desired) limitedBy.push('stabilization');
  if (limited !== stabilized) limitedBy.push('rate');
  if (capacity !== limited) limitedBy.push(capacity > limited ? 'min' : 'max');
  return { capacity, limitedBy };
}

/**
 * A scale-out goes no higher than the lowest recommendation in the scale-up window. A scale-in goes no lower than the
 * highest recommendation in the scale-down window. Where neither allows a change, the current capacity stays.
 */
function stabilize({ current, desired, behavior, recommendations }: BehaviorInput): number {
  const upWindow = behavior.scaleUp?.stabilizationWindowSeconds ?? 0;
  const downWindow = behavior.scaleDown?.stabilizationWindowSeconds ?? 0;
  let lowest = desired;
  let highest = desired;
  for (const { ageSeconds, capacity } of recommendations) {
    if (ageSeconds < upWindow) lowest = Math.min(lowest, capacity);
    if (ageSeconds < downWindow) highest = Math.max(highest, capacity);
  }
  return Math.min(Math.max(current, lowest), highest);
}

/** @param desired the stabilized recommendation */
function limitRate(input: BehaviorInput, desired: number): number {
  if (desired > input.current) return Math.min(desired, Math.max(input.current, highestAllowed(input)));
  if (desired < input.current) return Math.max(desired, Math.min(input.current, lowestAllowed(input)));
  return desired;
}

function highestAllowed(input: BehaviorInput): number {
  return allowed(
    input,
    input.behavior.scaleUp,
    { least: Math.min, most: Math.max, unlimited: Infinity },
    {
      Pods: (start, units) => start + units,
      // Rounded up, so that a small percentage of a small capacity allows at least one unit.
      Percent: (start, percent) => Math.ceil(start * (1 + percent / 100)),
    },
  );
}

function lowestAllowed(input: BehaviorInput): number {
  return allowed(
    input,
    input.behavior.scaleDown,
    { least: Math.max, most: Math.min, unlimited: -Infinity },
    {
      Pods: (start, units) => start - units,
      Percent: (start, percent) => Math.trunc(start * (1 - percent / 100)),
    },
  );
}

/** How `selectPolicy` chooses between proposals: the smallest change (`Min`) or the largest change (`Max`). */
interface Selection {
  readonly least: (...proposals: number[]) => number;
  readonly most: (...proposals: number[]) => number;
  readonly unlimited: number;
}

type Proposals = Record<'Pods' | 'Percent', (periodStart: number, value: number) => number>;

function allowed(
  input: BehaviorInput,
  rules: ScalingRules | undefined,
  selection: Selection,
  propose: Proposals,
): number {
  if (rules?.selectPolicy === 'Disabled') return input.current;
  const policies = rules?.policies ?? [];
  if (policies.length === 0) return selection.unlimited;
  const proposals = policies.map(({ type, value, periodSeconds }) =>
    propose[type](capacityAtPeriodStart(input, periodSeconds), value),
  );
  return rules?.selectPolicy === 'Min' ? selection.least(...proposals) : selection.most(...proposals);
}

function capacityAtPeriodStart(input: BehaviorInput, periodSeconds: number): number {
  return (
    input.current -
    changeWithin(periodSeconds, input.scaleUpEvents) +
    changeWithin(periodSeconds, input.scaleDownEvents)
  );
}

function changeWithin(periodSeconds: number, events: readonly ScaleEvent[]): number {
  return events.reduce((units, event) => (event.ageSeconds < periodSeconds ? units + event.change : units), 0);
}
