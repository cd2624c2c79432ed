/**
 * The autoscale settings of a resource, as its watch carries them: numbers with units and names of signals. They
 * contain no secrets.
 */
import { z } from 'zod';
import { behaviorSchema } from '../behavior-settings.js';
import { functions as expressionFunctions } from '../expression/parse.js';
import { policySchema } from '../policies/registry.js';
import { withFix } from '../written/issue.js';

const units = z.number().int().min(0);

/**
 * A name that expressions can use: letters, digits and `_`. A word that has another meaning in an expression is not
 * allowed.
 */
const signalNameSchema = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'must be letters, digits and _, such as waiting_jobs')
  .refine((name) => !['current', '__proto__'].includes(name) && !Object.hasOwn(expressionFunctions, name), {
    error: withFix('is a reserved name in expressions', 'choose another name'),
  });

/**
 * Scale to `capacity` after `forMs` without need, and scale to at least one unit as soon as there is need. `capacity`
 * and `atOnce` are absent unless they are set, because older workers do not know these fields.
 */
const idleSchema = z.strictObject({
  value: z.string(),
  /** A value above this number is need. */
  atOrBelow: z.number().default(0),
  forMs: z.number().int().min(0),
  /** The capacity while there is no need. Absent: zero. */
  capacity: units.optional(),
  /** `behavior` does not limit the change to `capacity`. */
  atOnce: z.literal(true).optional(),
});

/** What replaces the recommendation of a policy after `after` consecutive evaluations without its value. */
const fallbackSchema = z.strictObject({
  after: z.number().int().min(1).default(3),
  capacity: z
    .union([z.literal('hold'), units, z.strictObject({ atLeast: units }), z.strictObject({ atMost: units })])
    .default('hold'),
});

/** How the samples of a signal are processed before an expression sees them. */
const samplingSchema = z.strictObject({
  /** A sample older than this counts as no data. */
  maxAgeMs: z.number().int().min(1).optional(),
  /** The signal is a counter. Its value is the increase per second. */
  rate: z.literal(true).optional(),
  /** The signal whose value counts while this one has had no data for longer than `afterMs`. */
  else: z.strictObject({ signal: signalNameSchema, afterMs: z.number().int().min(0) }).optional(),
});

export const autoscaleSettingsSchema = z.strictObject({
  intervalMs: z.number().int().min(1).default(15_000),
  /** The names that expressions may use. */
  signals: z.array(signalNameSchema).default([]),
  /**
   * By signal. Present only for signals that set more than their source. Absent where no signal does, because older
   * workers do not know this field.
   */
  sampling: z.record(signalNameSchema, samplingSchema).optional(),
  policies: z.array(policySchema).default([]),
  combine: z.enum(['max', 'min']).default('max'),
  behavior: behaviorSchema.default({}),
  idle: idleSchema.nullable().default(null),
  fallback: fallbackSchema.prefault({}),
});

export type SignalSampling = z.output<typeof samplingSchema>;
export type FallbackSettings = z.output<typeof fallbackSchema>;
export type AutoscaleSettings = z.output<typeof autoscaleSettingsSchema>;
