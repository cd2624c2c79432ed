/**
 * Finds capacities under `autoscale:` that are outside `[min, max]`. Such a capacity never takes effect, because every
 * requested capacity is limited to `[min, max]`.
 */
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import type { PathInPolicy, WrittenCapacity } from '../../domain/policies/policy.js';
import { definitionOf } from '../../domain/policies/registry.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import type { Problem } from '../../domain/written/problem.js';
import type { PathProblem } from '../file/issue-words.js';

type Bounds = Pick<ScaleSettings, 'min' | 'max'>;

export function capacitiesOutside(settings: AutoscaleSettings, bounds: Bounds): PathProblem[] {
  return writtenCapacities(settings).flatMap(({ path, capacity }) => {
    const problem = problemOf(capacity, bounds);
    return problem === undefined ? [] : [{ path, ...problem }];
  });
}

function problemOf(capacity: number, { min, max }: Bounds): Problem | undefined {
  if (capacity < min) {
    const problem = `${capacity} is below min, so min (${min}) applies`;
    return { problem, fix: `lower min, or write ${min}` };
  }
  if (max !== null && capacity > max) {
    const problem = `${capacity} is above max, so max (${max}) applies`;
    return { problem, fix: `raise max, or write ${max}` };
  }
  return undefined;
}

function writtenCapacities({ policies, fallback }: AutoscaleSettings): WrittenCapacity[] {
  const ofPolicies = policies.flatMap((policy, index) =>
    (definitionOf(policy).capacities?.(policy) ?? []).map(({ path, capacity }) => ({
      path: ['autoscale', 'policies', index, ...path],
      capacity,
    })),
  );
  return [...ofPolicies, ...numbersIn(fallback.capacity, ['autoscale', 'fallback', 'capacity'])];
}

function numbersIn(written: unknown, path: PathInPolicy): WrittenCapacity[] {
  if (typeof written === 'number') return [{ path, capacity: written }];
  if (typeof written !== 'object' || written === null) return [];
  return Object.entries(written).flatMap(([key, value]) => numbersIn(value, [...path, key]));
}
