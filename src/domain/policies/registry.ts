/** All policies. A new policy needs one line here. */
import { z } from 'zod';
import { fixed } from './fixed.js';
import { forecast } from './forecast.js';
import { perUnit } from './per-unit.js';
import { Registry, schemaOf } from '../registry.js';
import type { PolicyDefinition, PolicySchema } from './policy.js';
import { schedule } from './schedule.js';
import { steps } from './steps.js';
import { thresholds } from './thresholds.js';
import { utilization } from './utilization.js';

const [first, ...others] = [thresholds, steps, perUnit, utilization, schedule, forecast, fixed] as const;

export const policies = new Registry<PolicyDefinition>([first, ...others]);

const builtIn = z.discriminatedUnion('type', [first.schema, ...others.map(({ schema }) => schema)]);

const builtInAsWritten = z.discriminatedUnion('type', [
  first.written ?? first.schema,
  ...others.map(({ written, schema }) => written ?? schema),
]);

/** The form that a watch carries. */
export const policySchema = schemaOf(policies, () => withModules(builtIn));

/** The form in escapement.yaml. */
export const writtenPolicySchema = schemaOf(policies, () => withModules(builtInAsWritten));

export type PolicySettings = z.output<typeof policySchema>;

export function definitionOf({ type }: PolicySettings): PolicyDefinition {
  const definition = policies.find(type);
  if (definition === undefined) throw new Error(`the policy type ${type} is not supported`);
  return definition;
}

/** The settings of a policy of a module have no other type than that they have a `type`, which all policies have. */
function withModules<Union extends z.ZodDiscriminatedUnion<[PolicySchema, ...PolicySchema[]]>>(union: Union): Union {
  const ofModules = policies.ofModules.map(({ schema }) => schema);
  if (ofModules.length === 0) return union;
  return z.discriminatedUnion('type', [...union.options, ...ofModules]) as unknown as Union;
}
