/** Whether a resource that is at zero can ever be given a unit again by its policies. */
import { definitionOf } from '../policies/registry.js';
import type { AutoscaleSettings, FallbackSettings } from './settings.js';

/**
 * A mean over the units has nothing to measure where there are none, so `utilization` stays at zero by itself. What can wake
 * such a resource: `idle`, a floor, a fallback, and a policy on what waits, unless the least recommendation counts.
 */
export function canLeaveZero({ policies, combine, idle, fallback }: AutoscaleSettings): boolean {
  if (idle !== null || isFloor(fallback)) return true;
  const atZero = policies.map((policy) => definitionOf(policy).atZero(policy));
  const wakes = atZero.includes('raises') || (combine === 'max' && atZero.includes('recommends'));
  return !atZero.includes('measures units') || wakes;
}

function isFloor({ capacity }: FallbackSettings): boolean {
  if (typeof capacity === 'number') return capacity > 0;
  return capacity !== 'hold' && 'atLeast' in capacity && capacity.atLeast > 0;
}
