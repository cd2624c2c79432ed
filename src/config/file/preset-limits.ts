/** The limits that a `preset` brings along: they stand under what a resource, or `defaults:`, says itself. */
import { presets, type Preset } from '../../domain/policies/presets.js';
import { mergeDefaults } from './merged-resources.js';
import { isMapping, valueAt } from './path.js';

/** @param resource as written, with its defaults, whatever else may be wrong with it. */
export function withPresetLimits(resource: unknown): unknown {
  const policies = valueAt(resource, ['autoscale', 'policies']);
  const named = Array.isArray(policies) ? policies.map(presetOf).find((preset) => preset !== undefined) : undefined;
  return named === undefined ? resource : mergeDefaults(inWords(named.limits), resource);
}

function presetOf(policy: unknown): Preset | undefined {
  if (!isMapping(policy) || policy['type'] !== 'thresholds') return undefined;
  const known: Readonly<Record<string, Preset>> = presets;
  const name = policy['preset'];
  return typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined;
}

function inWords({ min, max, step, cooldownMs }: Preset['limits']) {
  const cooldown = { up: `${cooldownMs.up}ms`, down: `${cooldownMs.down}ms` };
  return { min, max, step, cooldown };
}
