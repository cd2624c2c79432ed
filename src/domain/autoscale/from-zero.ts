/** Whether the policies of a resource can ever scale it out from zero units. */
import { definitionOf } from '../policies/registry.js';
import type { AutoscaleSettings, FallbackSettings } from './settings.js';

/**
 * A mean over the units cannot be measured where there are no units, so `utilization` alone leaves a resource at zero.
 * The following can scale the resource out: `idle`, a floor, a fallback, and a policy on a backlog. A policy on a
 * backlog cannot do so where `combine` takes the smallest recommendation.
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
