/**
 * The limits that a policy sets, as a `preset` does. The limits of the resource, or of `defaults:`, take precedence.
 */
import type { PolicyLimits } from '../../domain/policies/policy.js';
import { policies } from '../../domain/policies/registry.js';
import { mergeDefaults } from './merged-resources.js';
import { isMapping, valueAt } from './path.js';

/** @param resource the resource as written, with its defaults, which may contain other errors. */
export function withPresetLimits(resource: unknown): unknown {
  const policies = valueAt(resource, ['autoscale', 'policies']);
  const limits = Array.isArray(policies) ? policies.map(limitsOf).find((limits) => limits !== undefined) : undefined;
  return limits === undefined ? resource : mergeDefaults(asWritten(limits), resource);
}

function limitsOf(policy: unknown): PolicyLimits | undefined {
  if (!isMapping(policy)) return undefined;
  return policies.find(policy['type'])?.limitsFor?.(policy);
}

/** Returns the limits in the form of escapement.yaml. */
function asWritten({ min, max, step, cooldownMs }: PolicyLimits) {
  const cooldown = { up: `${cooldownMs.up}ms`, down: `${cooldownMs.down}ms` };
  return { min, max, step, cooldown };
}
