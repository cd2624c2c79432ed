/** All policies. A new policy needs one line here. */
import { z } from 'zod';
import { fixed } from './fixed.js';
import { forecast } from './forecast.js';
import { perUnit } from './per-unit.js';
import type { PolicyDefinition } from './policy.js';
import { schedule } from './schedule.js';
import { steps } from './steps.js';
import { thresholds } from './thresholds.js';
import { utilization } from './utilization.js';

const [first, ...others] = [thresholds, steps, perUnit, utilization, schedule, forecast, fixed] as const;

export const policyDefinitions: readonly PolicyDefinition[] = [first, ...others];

/** The form that a watch carries. */
export const policySchema = z.discriminatedUnion('type', [first.schema, ...others.map(({ schema }) => schema)]);

/** The form in escapement.yaml. */
export const writtenPolicySchema = z.discriminatedUnion('type', [
  first.written ?? first.schema,
  ...others.map(({ written, schema }) => written ?? schema),
]);

export type PolicySettings = z.output<typeof policySchema>;

export function definitionOf({ type }: PolicySettings): PolicyDefinition {
  const definition = policyDefinitions.find((known) => known.type === type);
  if (definition === undefined) throw new Error(`the policy type ${type} is not supported`);
  return definition;
}
