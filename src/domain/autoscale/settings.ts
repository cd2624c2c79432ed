/** How a resource scales by itself, as its watch carries it: numbers with units, names of signals, no secrets. */
import { z } from 'zod';
import { behaviorSchema } from '../behavior-settings.js';
import { functions as expressionFunctions } from '../expression/parse.js';
import { policySchema } from '../policies/registry.js';

const units = z.number().int().min(0);

/** What expressions can name: letters, digits and `_`, and no word that means something else there. */
const signalNameSchema = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'must be letters, digits and _, such as waiting_jobs')
  .refine((name) => !['current', '__proto__'].includes(name) && !Object.hasOwn(expressionFunctions, name), {
    message: 'has a meaning of its own in expressions; choose another name',
  });

/** To zero after `forMs` without need, and at least one unit as soon as there is need. */
const idleSchema = z.strictObject({
  value: z.string(),
  /** Values above this are need. */
  atOrBelow: z.number().default(0),
  forMs: z.number().int().min(0),
});

/** What stands in for a policy after `after` evaluations in a row without its value. */
const fallbackSchema = z.strictObject({
  after: z.number().int().min(1).default(3),
  capacity: z
    .union([z.literal('hold'), units, z.strictObject({ atLeast: units }), z.strictObject({ atMost: units })])
    .default('hold'),
});

/** What is made of the samples of a signal before any expression sees them. */
const samplingSchema = z.strictObject({
  /** A sample that is older is no data. */
  maxAgeMs: z.number().int().min(1).optional(),
  /** It is a counter: what counts is what it gains a second. */
  rate: z.literal(true).optional(),
});

export const autoscaleSettingsSchema = z.strictObject({
  intervalMs: z.number().int().min(1).default(15_000),
  /** The names that expressions may use. */
  signals: z.array(signalNameSchema).default([]),
  /** By signal, where it says more than where it is sampled. Absent where none does: older workers know nothing of it. */
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
