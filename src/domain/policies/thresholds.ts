/**
 * Adds or removes fixed amounts at two thresholds, as the queue-backpressure pool does. A value at or above `up.at`
 * adds units. A value at or below `down.at` removes units. A value in between changes nothing. The amount does not
 * depend on how far the value is beyond the threshold.
 *
 * The amount is added to the units that the value was measured over, and not to the requested units. Otherwise each
 * evaluation while units are starting would add the amount again.
 */
import { z } from 'zod';
import { isAbove, isBelow, shown } from '../numbers.js';
import { expression } from '../written/expression.js';
import { withFix } from '../written/issue.js';
import { followLoad } from './load/follow-load.js';
import { type Advice, definePolicy, type Load } from './policy.js';
import { presets } from './presets.js';

const type = z.literal('thresholds');
const value = expression.describe('An expression over the signals and `current`, the capacity.');
const units = z.int().min(0);
const up = z.strictObject({
  at: z.number().describe('Threshold. At this value or above, units are added.'),
  add: units.describe('Units to add.'),
});
const down = z.strictObject({
  at: z.number().describe('Threshold. At this value or below, units are removed. Must be below `up.at`.'),
  remove: units.describe('Units to remove.'),
});

export const thresholdsSchema = z.strictObject({ type, value, up, down }).refine(({ up, down }) => down.at < up.at, {
  path: ['down', 'at'],
  error: withFix(
    'must be below up.at: one value would otherwise add and remove units',
    'lower down.at, or raise up.at',
  ),
});

type ThresholdsSettings = z.output<typeof thresholdsSchema>;

/** The form with a preset. The preset is replaced by its settings before a watch carries them. */
const written = z
  .strictObject({
    type,
    value,
    preset: z
      .enum(['cost', 'performance'])
      .exactOptional()
      .describe(
        'Thresholds of the queue-backpressure guide: `cost` adds 1 at 100 and removes 1 at 10, `performance` adds 3 at 20 and removes 1 at 5. A preset also sets limits that the resource and `defaults` do not set: `cost` 1 to 5 units, steps of 1, `cooldown: 2m`; `performance` 5 to 50 units, `step: { up: 3, down: 1 }`, `cooldown: 15s`.',
      ),
    up: up.exactOptional().describe('When to add units, and how many. Required without `preset`.'),
    down: down.exactOptional().describe('When to remove units, and how many. Required without `preset`.'),
  })
  .meta({
    title: 'thresholds',
    description:
      'Adds or removes a fixed number of units at two thresholds. Between them, the capacity does not change.',
  })
  .transform(({ preset, ...words }) => ({ ...(preset && presets[preset].thresholds), ...words }))
  .pipe(thresholdsSchema);

export const thresholds = definePolicy({
  type: 'thresholds',
  says: 'capacity',
  schema: thresholdsSchema,
  written,
  compile: (settings, { compile }) =>
    followLoad({
      expression: compile(settings.value),
      isRelative: true,
      advise: (load) => adviseByThresholds(settings, load),
    }),
  levels: ({ up, down }) => [
    { value: up.at, isPerUnit: false, words: `adds ${up.add} at or above` },
    { value: down.at, isPerUnit: false, words: `removes ${down.remove} at or below` },
  ],
  tunable: ({ up, down }) => [
    { paths: [['up', 'at']], value: up.at, unit: 'load' },
    { paths: [['up', 'add']], value: up.add, unit: 'units' },
    { paths: [['down', 'at']], value: down.at, unit: 'load' },
    { paths: [['down', 'remove']], value: down.remove, unit: 'units' },
  ],
  atZero: ({ up }) => (up.add > 0 ? 'recommends' : 'nothing'),
  limitsFor: ({ preset }) => Object.entries(presets).find(([name]) => name === preset)?.[1].limits,
});

function adviseByThresholds({ up, down }: ThresholdsSettings, load: Load): Advice {
  const { value, capacity, asked, isAskedByOthers } = load;
  if (!isBelow(value, up.at)) {
    // A high value lowers neither the requested capacity nor the current capacity.
    const most = Math.max(asked, capacity, (load.loaded ?? capacity) + up.add);
    return { capacity: most, reason: `${shown(value)} is at or above ${up.at}, which adds ${up.add}` };
  }
  if (!isAbove(value, down.at)) {
    return {
      capacity: Math.max(0, Math.min(asked, capacity - down.remove)),
      reason: `${shown(value)} is at or below ${down.at}, which removes ${down.remove}`,
    };
  }
  // As in the pool, a threshold that an earlier value crossed has no further effect. A target that another requester
  // set stays.
  const stays = isAskedByOthers ? asked : capacity;
  return { capacity: stays, reason: `${shown(value)} is between ${down.at} and ${up.at}` };
}
