/** The `autoscale:` section of a resource: which signals to watch, which policies use them, and how fast to scale. */
import { z } from 'zod';
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import { behaviorSchema } from '../../domain/behavior-settings.js';
import { functions as expressionFunctions } from '../../domain/expression/parse.js';
import { writtenPolicySchema } from '../../domain/policies/registry.js';
import { expression } from '../../domain/written/expression.js';
import { withFix } from '../../domain/written/issue.js';
import { sourceDefinitions } from '../../adapters/sources/registry.js';
import type { AdapterChoice } from './adapter-settings.js';
import { signalMapping, type SignalChoice } from './adapter.js';
import { duration, positiveDuration } from '../../domain/written/duration.js';

export interface AutoscaleConfig {
  readonly settings: AutoscaleSettings;
  /** The source of each signal, by the name of the signal. */
  readonly signals: Readonly<Record<string, AdapterChoice>>;
}

const units = z.int().min(0);
const taken = ['current', ...Object.keys(expressionFunctions)];

const signalName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, {
    error: withFix('cannot be named in an expression', 'write letters, digits and "_" only, a letter first'),
  })
  .refine((name) => !taken.includes(name), {
    error: withFix('has a meaning of its own in expressions', 'choose another name'),
  });

const idle = z.strictObject({
  value: expression.describe('An expression for what there is to do.'),
  atOrBelow: z.number().default(0).describe('A value above this is need.'),
  for: duration.describe('How long there must have been no need.'),
});

const fallback = z.strictObject({
  after: z.int().min(1).default(3).describe('How many evaluations in a row must have failed.'),
  capacity: z
    .union([
      z.literal('hold'),
      units,
      z.strictObject({ atLeast: units.describe('The current capacity, but at least this: it only ever adds.') }),
      z.strictObject({ atMost: units.describe('The current capacity, but at most this: it only ever removes.') }),
    ])
    .default('hold')
    .describe('What stands in: `hold` for the current capacity, a capacity, `{ atLeast: n }` or `{ atMost: n }`.'),
});

export const autoscaleSchema = z
  .strictObject({
    interval: positiveDuration.prefault('15s').describe('How often the signals are sampled and the policies asked.'),
    signals: z
      .record(signalName, signalMapping(sourceDefinitions))
      .default({})
      .describe('What to watch: names for expressions, and where each is sampled.'),
    policies: z
      .array(writtenPolicySchema)
      .default([])
      .describe('What to make of it: each recommends a capacity and says why.'),
    combine: z.enum(['max', 'min']).default('max').describe('Which recommendation counts where policies differ.'),
    behavior: behaviorSchema
      .default({})
      .describe(
        "How fast capacity may move: the HPA's own `behavior` (v2). What is absent is unlimited. From none to the first unit is outside of it.",
      ),
    idle: idle
      .optional()
      .describe('To zero after a time without need, and at least one unit as soon as there is need. `min` must be 0.'),
    fallback: fallback
      .prefault({})
      .describe('What stands in for a policy whose signals fail. Never lowers what a healthy one asks for.'),
  })
  .refine(({ policies, idle }) => policies.length > 0 || idle !== undefined, {
    path: ['policies'],
    error: withFix('is empty, so nothing would ever be decided', 'add a policy, or idle:'),
  })
  .transform(({ interval, signals, idle, ...settings }): AutoscaleConfig => ({
    settings: {
      ...settings,
      intervalMs: interval,
      signals: Object.keys(signals),
      ...samplingOf(signals),
      idle: idle === undefined ? null : { value: idle.value, atOrBelow: idle.atOrBelow, forMs: idle.for },
    },
    signals: Object.fromEntries(
      Object.entries(signals).map(([name, { type, settings: ofSource }]) => [name, { type, settings: ofSource }]),
    ),
  }));

/** Returns the sampling of the signals that set more than their source. The result is empty where no signal does. */
function samplingOf(signals: Readonly<Record<string, SignalChoice>>): Pick<AutoscaleSettings, 'sampling'> {
  const entries = Object.entries(signals).flatMap(
    ([
      name,
      {
        sampling: { maxAge, rate },
      },
    ]) => {
      const sampling = { ...(maxAge !== undefined && { maxAgeMs: maxAge }), ...(rate === true && { rate }) };
      return Object.keys(sampling).length === 0 ? [] : [[name, sampling] as const];
    },
  );
  return entries.length === 0 ? {} : { sampling: Object.fromEntries(entries) };
}
