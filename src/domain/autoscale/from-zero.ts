/** Whether a resource that is at zero can ever be given a unit again by its policies. */
import type { AutoscaleSettings, FallbackSettings, PolicySettings } from './settings.js';

/**
 * A mean over the units has nothing to measure where there are none, so `utilization` stays at zero by itself. What can wake
 * such a resource: `idle`, a floor, a fallback, and a policy on what waits, unless the least recommendation counts.
 */
export function canLeaveZero({ policies, combine, idle, fallback }: AutoscaleSettings): boolean {
  if (idle !== null || isFloor(fallback)) return true;
  const measuresUnits = policies.some(({ type }) => type === 'utilization');
  const wakes = policies.some((policy) => raisesByItself(policy) || (combine === 'max' && recommendsUnits(policy)));
  return !measuresUnits || wakes;
}

function isFloor({ capacity }: FallbackSettings): boolean {
  if (typeof capacity === 'number') return capacity > 0;
  return capacity !== 'hold' && 'atLeast' in capacity && capacity.atLeast > 0;
}

function raisesByItself(policy: PolicySettings): boolean {
  if (policy.type === 'forecast') return policy.mode === 'scale';
  if (policy.type !== 'schedule') return false;
  const { windows, otherwise } = policy;
  const outside = typeof otherwise === 'number' ? { capacity: otherwise } : (otherwise ?? {});
  return [...windows, outside].some(({ min, capacity }) => (capacity ?? min ?? 0) > 0);
}

function recommendsUnits(policy: PolicySettings): boolean {
  switch (policy.type) {
    case 'perUnit':
      return true;
    case 'thresholds':
      return policy.up.add > 0;
    case 'fixed':
      return policy.capacity > 0;
    case 'utilization':
    case 'schedule':
    case 'forecast':
      return false;
  }
}
