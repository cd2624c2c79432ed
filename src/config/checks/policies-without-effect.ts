/** Finds policies, and parts of policies, that can never have an effect because of the other policies. */
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import { policyNames } from '../../domain/autoscale/spec.js';
import { definitionOf, type PolicySettings } from '../../domain/policies/registry.js';
import { clampToBounds } from '../../domain/scale/step.js';
import type { ScaleSettings } from '../../domain/scale/settings.js';
import type { PathProblem } from '../file/issue-words.js';

export function policiesWithoutEffect(settings: AutoscaleSettings, bounds: Bounds): PathProblem[] {
  const names = policyNames(settings);
  const policies = settings.policies.map((policy, index) => ({
    policy,
    definition: definitionOf(policy),
    name: names[index] ?? '',
    path: ['autoscale', 'policies', index],
  }));
  const rivals = policies.filter(({ definition }) => definition.says === 'capacity');
  const exact = policies.find(({ definition, policy }) => definition.isAlwaysExact?.(policy) === true);
  const withoutEffect = rivals.flatMap(({ policy, path }, index) => {
    const winner =
      exact ??
      rivals.find(
        (other, place) =>
          place !== index &&
          beats(other.policy, policy, settings.combine, bounds) &&
          // Of two policies that always recommend the same capacity, only the second one is reported.
          (place < index || !beats(policy, other.policy, settings.combine, bounds)),
      );
    if (winner === undefined) return [];
    const why = exact ? 'sets the exact capacity at all times' : `always recommends ${recommends[settings.combine]}`;
    const problem = `has no effect: ${winner.name} ${why}`;
    return [{ path, problem, fix: 'remove this policy, or correct one of the two policies' }];
  });
  const ineffectiveParts = policies.flatMap(({ definition, policy, path }) =>
    (definition.ineffective?.(policy) ?? []).map((part) => ({ ...part, path: [...path, ...part.path] })),
  );
  return [...withoutEffect, ...ineffectiveParts];
}

type Bounds = Pick<ScaleSettings, 'min' | 'max'>;
type Combine = AutoscaleSettings['combine'];

const recommends: Readonly<Record<Combine, string>> = { max: 'at least as much', min: 'at most as much' };

/**
 * Whether `winner` always recommends at least as much as `loser`. Where `combine` takes the smallest recommendation:
 * whether `winner` always recommends at most as much.
 */
function beats(winner: PolicySettings, loser: PolicySettings, combine: Combine, bounds: Bounds): boolean {
  const [larger, smaller] = combine === 'max' ? [winner, loser] : [loser, winner];
  if (winner.type === loser.type && definitionOf(winner).asksForAsMuchAs?.(larger, smaller) === true) return true;
  return rangeOf(larger, bounds).least >= rangeOf(smaller, bounds).most;
}

/** Returns the range of capacities that the policy alone can lead to. */
function rangeOf(policy: PolicySettings, bounds: Bounds): { readonly least: number; readonly most: number } {
  const only = definitionOf(policy).onlyCapacity?.(policy);
  if (only === undefined) return { least: bounds.min, most: bounds.max ?? Infinity };
  const capacity = clampToBounds(only, bounds);
  return { least: capacity, most: capacity };
}
