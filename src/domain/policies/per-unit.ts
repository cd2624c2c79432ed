/**
 * A target load per unit (the queue-length pattern of the Omnistrate guide). The policy scales out as soon as the units
 * carry more than `target` each. It scales in only when the units carry less than `scaleInBelow` each. It never scales
 * in to a capacity that would scale out again at once.
 *
 * Target 100, below 50, over 3 units: 301 needs 4; 150 stays; 149 leaves 2. Target 70, below 50: 149 stays at 3,
 * because 2 units carry only 140.
 *
 * The total load does not depend on the number of units that share it. The policy therefore uses the requested
 * capacity, which includes units that are still starting.
 */
import { z } from 'zod';
import { isAbove, isBelow, unitsAtLeast, unitsAtMost, shown } from '../numbers.js';
import { expression } from '../written/expression.js';
import { withFix } from '../written/issue.js';
import { percentage } from '../written/percentage.js';
import { averagingFields, averagingSettings, averagingWords, refuseBurstAlone } from './load/averaging.js';
import { followLoad } from './load/follow-load.js';
import { isWithinTolerance, type Tolerance } from './load/tolerance.js';
import { type Advice, definePolicy, type Load } from './policy.js';

const same = {
  type: z.literal('perUnit'),
  value: expression.describe('An expression over the signals and `current`, the capacity.'),
  target: z.number().positive('must be above 0').describe('How much of `value` one unit should handle. Above 0.'),
};

export const perUnitSchema = z
  .strictObject({
    ...same,
    /** Null: `target` is used. 0: the policy never scales in. */
    scaleInBelow: z.number().min(0).nullable().default(null),
    tolerance: z.number().min(0).default(0),
    ...averagingFields,
  })
  .refine(({ target, scaleInBelow }) => scaleInBelow === null || scaleInBelow <= target, {
    path: ['scaleInBelow'],
    error: withFix(
      'must not be above target: the capacity would otherwise alternate between two values',
      'lower scaleInBelow, or raise target',
    ),
  })
  .superRefine(refuseBurstAlone);

type PerUnitSettings = z.output<typeof perUnitSchema>;

const written = z
  .strictObject({
    ...same,
    scaleInBelow: z
      .number()
      .min(0)
      .optional()
      .describe('Remove units only while each handles less than this. Default: `target`.'),
    tolerance: percentage
      .prefault('0%')
      .describe('How far the load of a unit may be from `target` before the capacity changes.'),
    ...averagingWords,
  })
  .meta({ title: 'perUnit', description: 'The number of units that handle `value` at `target` each.' })
  .transform(({ average, burst, ...words }): z.input<typeof perUnitSchema> => ({
    ...words,
    ...averagingSettings({ average, burst }),
  }))
  .pipe(perUnitSchema);

export const perUnit = definePolicy({
  type: 'perUnit',
  says: 'capacity',
  schema: perUnitSchema,
  written,
  compile(settings, { compile, toleranceOr }) {
    const tolerance = toleranceOr(settings.tolerance);
    const expression = compile(settings.value);
    return followLoad({
      expression,
      isRelative: expression.readsCurrent,
      advise: (load) => adviseByPerUnit(settings, load, tolerance),
      averaging: { ...settings, needed: ({ value }) => neededPerUnit(settings, value) },
    });
  },
  levels: ({ target, scaleInBelow }) => [
    { value: target, isPerUnit: true, words: 'scales out above' },
    ...(scaleInBelow === null || scaleInBelow === 0
      ? []
      : [{ value: scaleInBelow, isPerUnit: true, words: 'scales in below' }]),
  ],
  atZero: () => 'recommends',
  tunable: ({ target, scaleInBelow }) => [
    { paths: [['target']], value: target, unit: 'load' },
    { paths: [['scaleInBelow']], value: scaleInBelow ?? target, unit: 'load' },
  ],
  asksForAsMuchAs: (one, other) => isAlikeButForTarget(one, other) && one.target <= other.target,
});

export function adviseByPerUnit(settings: PerUnitSettings, { value, asked }: Load, tolerance: Tolerance): Advice {
  const { target } = settings;
  const scaleInBelow = settings.scaleInBelow ?? target;
  const carried = asked * target;
  if (asked > 0 && isWithinTolerance(value / carried, tolerance)) {
    return { capacity: asked, reason: `${shown(value)} is within tolerance of ${asked} x ${target}` };
  }
  const needed = neededPerUnit(settings, value);
  if (isAbove(value, carried)) {
    return { capacity: needed, reason: `${shown(value)} / ${target} a unit needs ${needed}` };
  }
  if (scaleInBelow > 0 && isBelow(value, asked * scaleInBelow)) {
    const left = Math.max(unitsAtMost(value / scaleInBelow), needed);
    const bound = scaleInBelow === target ? '' : `, ${shown(value)} / ${scaleInBelow} leaves ${left}`;
    return { capacity: left, reason: `${shown(value)} / ${target} a unit needs ${needed}${bound}` };
  }
  return { capacity: asked, reason: `${shown(value)} is not below ${asked} x ${scaleInBelow}` };
}

/** Returns the units that the load needs, without hysteresis. */
function neededPerUnit({ target }: PerUnitSettings, value: number): number {
  return unitsAtLeast(value / target);
}

function isAlikeButForTarget(one: PerUnitSettings, other: PerUnitSettings): boolean {
  return JSON.stringify({ ...one, target: 0 }) === JSON.stringify({ ...other, target: 0 });
}
