/** The values of signals at which the policies of an autoscale change their recommendation, for charts. */
import type { Level } from '../policies/policy.js';
import { definitionOf } from '../policies/registry.js';
import type { AutoscaleSpec } from './spec.js';

export interface SignalLevel extends Level {
  readonly signal: string;
  /** The name of the policy. */
  readonly policy: string;
}

/** A policy that computes with its signals has no level of a single signal. */
export function levelsOf({ settings, policies }: AutoscaleSpec): SignalLevel[] {
  return policies.flatMap(({ name: policy, expression }, index) => {
    const signal = expression?.onlySignal ?? null;
    const written = settings.policies[index];
    if (signal === null || written === undefined) return [];
    const levels = definitionOf(written).levels?.(written) ?? [];
    return levels.map((level) => ({ signal, policy, ...level }));
  });
}
