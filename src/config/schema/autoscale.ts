/** The `autoscale:` section of a resource: which signals to watch, which policies use them, and how fast to scale. */
import { z } from 'zod';
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import { behaviorSchema } from '../../domain/behavior-settings.js';
import { functions as expressionFunctions } from '../../domain/expression/parse.js';
import { writtenPolicySchema } from '../../domain/policies/registry.js';
import { expression } from '../../domain/written/expression.js';
import { withFix } from '../../domain/written/issue.js';
import { sources } from '../../adapters/sources/registry.js';
import type { AdapterChoice } from './adapter-settings.js';
import { signalMapping, type SignalChoice } from './adapter.js';
import { duration, positiveDuration } from '../../domain/written/duration.js';

export interface AutoscaleConfig {
  readonly settings: AutoscaleSettings;
  /** The source of each signal, by the name of the signal. */
  readonly signals: Readonly<Record<string, AdapterChoice>>;
}

const units = z.int().min(0);
const reservedNames = ['current', ...Object.keys(expressionFunctions)];

const signalName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, {
    error: withFix('is not a valid signal name', 'write only letters, digits and "_", and begin with a letter'),
  })
  .refine((name) => !reservedNames.includes(name), {
    error: withFix('is a reserved name in expressions', 'choose another name'),
  });

const idle = z.strictObject({
  value: expression.describe('Expression for the amount of work.'),
  atOrBelow: z.number().default(0).describe('A value above this means that there is work.'),
  for: duration.describe(
    'How long there must be no work before the resource is scaled to zero. Time during which a schedule sets a minimum above zero does not count.',
  ),
  capacity: units
    .default(0)
    .describe(
      'Capacity while there is no work, instead of zero. At least `min`. A `fixed` policy sets the one with work.',
    ),
  atOnce: z
    .boolean()
    .default(false)
    .describe(
      'Scale to zero, or to `capacity`, in one step as KEDA does: `behavior` does not limit this step. By default its windows and rates apply.',
    ),
});

const fallback = z.strictObject({
  after: z.int().min(1).default(3).describe('Number of consecutive evaluations that must fail.'),
  capacity: z
    .union([
      z.literal('hold'),
      units,
      z.strictObject({
        atLeast: units.describe('The current capacity, but at least this number. Never removes units.'),
      }),
      z.strictObject({ atMost: units.describe('The current capacity, but at most this number. Never adds units.') }),
    ])
    .default('hold')
    .describe(
      'The recommendation to use: `hold` (the current capacity), a capacity, `{ atLeast: n }` or `{ atMost: n }`.',
    ),
});

export const autoscaleSchema = z
  .strictObject({
    interval: positiveDuration
      .prefault('15s')
      .describe('Interval at which signals are sampled and policies evaluated.'),
    signals: z
      .record(signalName, signalMapping(sources))
      .default({})
      .describe('The signals: a name for use in expressions, and the source of each.'),
    policies: z
      .array(writtenPolicySchema)
      .default([])
      .describe('The policies. Each recommends a capacity and gives a reason.'),
    combine: z.enum(['max', 'min']).default('max').describe('Which recommendation is used if policies differ.'),
    behavior: behaviorSchema
      .default({})
      .describe(
        "Limits on how fast the capacity changes, as in the HPA's `behavior` (v2). An absent field sets no limit. Scaling from zero to the first unit is not limited.",
      ),
    idle: idle
      .optional()
      .describe(
        'Scale to zero after a time without work, and to at least one unit as soon as there is work. Requires `min: 0`, unless `capacity` is set.',
      ),
    fallback: fallback
      .prefault({})
      .describe('Replaces the recommendation of a policy whose signals fail. Never lowers that of a healthy policy.'),
  })
  .refine(({ policies, idle }) => policies.length > 0 || idle !== undefined, {
    path: ['policies'],
    error: withFix('is empty, so the autoscaler would never change the capacity', 'add a policy, or add idle:'),
  })
  .transform(({ interval, signals, idle, ...settings }): AutoscaleConfig => ({
    settings: {
      ...settings,
      intervalMs: interval,
      signals: Object.keys(signals),
      ...samplingOf(signals),
      idle: idle === undefined ? null : idleSettings(idle),
    },
    signals: Object.fromEntries(
      Object.entries(signals).map(([name, { type, settings: ofSource }]) => [name, { type, settings: ofSource }]),
    ),
  }));

function idleSettings({ value, atOrBelow, for: forMs, capacity, atOnce }: z.output<typeof idle>) {
  return { value, atOrBelow, forMs, ...(capacity > 0 && { capacity }), ...(atOnce && { atOnce }) };
}

/** Returns the sampling of the signals that set more than their source. The result is empty where no signal does. */
function samplingOf(signals: Readonly<Record<string, SignalChoice>>): Pick<AutoscaleSettings, 'sampling'> {
  const entries = Object.entries(signals).flatMap(
    ([
      name,
      {
        sampling: { maxAge, rate, else: other },
      },
    ]) => {
      const sampling = {
        ...(maxAge !== undefined && { maxAgeMs: maxAge }),
        ...(rate === true && { rate }),
        ...(other && { else: { signal: other.signal, afterMs: other.after } }),
      };
      return Object.keys(sampling).length === 0 ? [] : [[name, sampling] as const];
    },
  );
  return entries.length === 0 ? {} : { sampling: Object.fromEntries(entries) };
}
