/** The policies under `autoscale:` in the words of escapement.yaml, read into the settings that the domain takes. */
import { z } from 'zod';
import { fixedSchema } from '../../domain/policies/fixed.js';
import { forecastSchema } from '../../domain/policies/forecast.js';
import { perUnitSchema } from '../../domain/policies/per-unit.js';
import { presets } from '../../domain/policies/presets.js';
import { thresholdsSchema } from '../../domain/policies/thresholds.js';
import { utilizationSchema } from '../../domain/policies/utilization.js';
import { duration, positiveDuration } from './duration.js';
import { readBy } from './domain-settings.js';
import { percentage } from './percentage.js';
import { schedulePolicy } from './schedule-policy.js';

export const expression = z
  .string()
  .min(1)
  .meta({ title: 'expression', examples: ['waiting + active', 'max(1, jobs / 20)'] });

const value = expression.describe('An expression over the signals and `current`, the capacity.');
const units = z.int().min(0);

const thresholds = z
  .strictObject({
    type: z.literal('thresholds'),
    value,
    preset: z
      .enum(['cost', 'performance'])
      .exactOptional()
      .describe(
        'Ready-made edges of the queue-backpressure guide: `cost` adds 1 at 100 and removes 1 at 10, `performance` adds 3 at 20 and removes 1 at 5. Its limits come along where the resource and `defaults` do not say otherwise: `cost` 1 to 5 units, steps of 1, `cooldown: 2m`; `performance` 5 to 50, `step: { up: 3, down: 1 }`, `cooldown: 15s`.',
      ),
    up: z
      .strictObject({
        at: z.number().describe('The edge: at it or above, units are added.'),
        add: units.describe('Units to add.'),
      })
      .exactOptional()
      .describe('When to add, and how much. Required without `preset`.'),
    down: z
      .strictObject({
        at: z.number().describe('The edge: at it or below, units are removed. Must be below `up.at`.'),
        remove: units.describe('Units to remove.'),
      })
      .exactOptional()
      .describe('When to remove, and how much. Required without `preset`.'),
  })
  .meta({ title: 'thresholds', description: 'Adds or removes fixed amounts at two edges; in between, nothing.' })
  .transform(
    readBy(thresholdsSchema, ({ preset, ...words }) => ({ ...(preset && presets[preset].thresholds), ...words })),
  );

const averaging = {
  average: positiveDuration
    .optional()
    .describe('Recommend from the mean of `value` over this window; without it, from the newest sample.'),
  burst: z
    .strictObject({
      window: positiveDuration.describe('A window shorter than `average`.'),
      above: percentage
        .refine((share) => share >= 1, { error: 'must be at least 100%' })
        .describe(
          'When the mean over `window` asks for at least this share of the capacity, burst begins, and until a whole `average` has passed without that, the largest recommendation stands. At least `100%`.',
        ),
    })
    .optional()
    .describe('Follow a sudden load at once, and do not scale in while it may come back. Needs `average`.'),
};

const perUnit = z
  .strictObject({
    type: z.literal('perUnit'),
    value,
    target: z.number().describe('How much of `value` one unit should carry. Above 0.'),
    scaleInBelow: z
      .number()
      .min(0)
      .optional()
      .describe('Remove units only where each carries less than this; without it, less than `target`.'),
    tolerance: percentage
      .prefault('0%')
      .describe('How far from `target` the load of a unit may be before anything changes.'),
    ...averaging,
  })
  .meta({ title: 'perUnit', description: 'As many units as carry `value` at `target` each.' })
  .transform(
    readBy(perUnitSchema, ({ average, burst, ...words }) => ({ ...words, ...averagingSettings({ average, burst }) })),
  );

const utilization = z
  .strictObject({
    type: z.literal('utilization'),
    value: expression.describe('An expression for the mean over the units, such as the share of each that is busy.'),
    target: z.number().describe('Where `value` should be, in its own unit. Above 0.'),
    tolerance: percentage.prefault('10%').describe('How far from `target` the value may be before anything changes.'),
    ...averaging,
  })
  .meta({
    title: 'utilization',
    description:
      "The HPA's ratio: units x `value` / `target`, rounded up. At zero there are no units to measure: with `min: 0` it needs `idle`, or a policy on a queue, beside it.",
  })
  .transform(
    readBy(utilizationSchema, ({ average, burst, ...words }) => ({
      ...words,
      ...averagingSettings({ average, burst }),
    })),
  );

const forecast = z
  .strictObject({
    type: z.literal('forecast'),
    value,
    target: z.number().describe('How much of the predicted value one unit should carry. Above 0.'),
    season: positiveDuration.prefault('1d').describe('After how long the load is expected to repeat itself.'),
    history: positiveDuration.prefault('7d').describe('How far back seasons count. At least one `season`.'),
    ahead: duration.prefault('15m').describe('How far ahead to look.'),
    buffer: percentage.prefault('0%').describe('How much more than predicted to be ready for.'),
    mode: z.enum(['observe', 'scale']).default('observe').describe('`observe`: only say what it would do.'),
  })
  .meta({ title: 'forecast', description: 'A floor, from what was seen at this time in earlier seasons.' })
  .transform(
    readBy(forecastSchema, ({ season, history, ahead, ...words }) => ({
      ...words,
      seasonMs: season,
      historyMs: history,
      aheadMs: ahead,
    })),
  );

const fixed = z
  .strictObject({ type: z.literal('fixed'), capacity: units.describe('The capacity to recommend.') })
  .meta({ title: 'fixed', description: 'One capacity, whatever happens.' })
  .transform(readBy(fixedSchema, (words) => words));

export const policy = z.discriminatedUnion('type', [thresholds, perUnit, utilization, schedulePolicy, forecast, fixed]);

type Averaging = z.output<z.ZodObject<typeof averaging>>;

function averagingSettings({ average, burst }: Averaging) {
  return {
    averageMs: average ?? null,
    burst: burst === undefined ? null : { windowMs: burst.window, above: burst.above },
  };
}
