/**
 * The HPA ratio for a mean over the units: units x value / target, rounded up. Unlike in the HPA, the rounding error of
 * doubles never adds a unit: 100 units at 1.1 times their target need 110 units, not 111.
 *
 * The mean applies to the units that it was measured over. The load that these units carry together is compared with
 * the requested capacity. Example: 10 units were requested and 4 are ready. At 1.2 times their target, the 4 units
 * carry the load of 4.8 units, and the 10 requested units stay requested. At 0.8 times their target, 4 units are
 * enough.
 *
 * If `value` is the name of a signal whose source reports each pod, the HPA's calculation over these pods applies
 * instead (load/pods.ts).
 */
import { z } from 'zod';
import { isAbove, unitsAtLeast, shown } from '../numbers.js';
import { expression } from '../written/expression.js';
import { percentage } from '../written/percentage.js';
import { averagingFields, averagingSettings, averagingWords, refuseBurstAlone } from './load/averaging.js';
import { followLoad } from './load/follow-load.js';
import { adviseByPods } from './load/pods.js';
import { isWithinTolerance, type Tolerance } from './load/tolerance.js';
import { type Advice, definePolicy, type Load } from './policy.js';

const same = {
  type: z.literal('utilization'),
  value: expression.describe(
    'Expression for the mean over the units, such as the busy share of a unit. If it is only the name of a signal from `kubernetes-resource` or `kubernetes-custom`, pods that are not ready and pods without a sample count as in the HPA.',
  ),
  target: z.number().positive('must be above 0').describe('Target for `value`, in its unit. Above 0.'),
};

export const utilizationSchema = z
  .strictObject({ ...same, tolerance: z.number().min(0).default(0.1), ...averagingFields })
  .superRefine(refuseBurstAlone);

type UtilizationSettings = z.output<typeof utilizationSchema>;

const written = z
  .strictObject({
    ...same,
    tolerance: percentage
      .prefault('10%')
      .describe('How far the value may be from `target` before the capacity changes.'),
    ...averagingWords,
  })
  .meta({
    title: 'utilization',
    description:
      "The HPA's ratio: units x `value` / `target`, rounded up. At zero there are no units to measure. So with `min: 0` it requires `idle`, or another policy on a queue.",
  })
  .transform(({ average, burst, ...words }): z.input<typeof utilizationSchema> => ({
    ...words,
    ...averagingSettings({ average, burst }),
  }))
  .pipe(utilizationSchema);

export const utilization = definePolicy({
  type: 'utilization',
  says: 'capacity',
  schema: utilizationSchema,
  written,
  compile(settings, { compile, toleranceOr }) {
    const tolerance = toleranceOr(settings.tolerance);
    return followLoad({
      expression: compile(settings.value),
      isRelative: true,
      advise: (load) => adviseByUtilization(settings, load, tolerance),
      averaging: { ...settings, needed: (load) => neededByUtilization(settings, load) },
    });
  },
  levels: ({ target }) => [{ value: target, isPerUnit: false, words: 'target' }],
  tunable: ({ target }) => [{ paths: [['target']], value: target, unit: 'load' }],
  atZero: () => 'measures units',
});

export function adviseByUtilization(settings: UtilizationSettings, load: Load, tolerance: Tolerance): Advice {
  const { target } = settings;
  const { value, capacity, asked, loaded, pods } = load;
  if (pods !== undefined && capacity > 0) return adviseByPods(pods, { target, asked }, tolerance);
  const ratio = value / target;
  if (loaded === 0) return { capacity: asked, reason: 'no units, so no load of theirs to go by' };
  if (loaded === null && isAbove(ratio, 1)) {
    // Otherwise each evaluation would multiply the units that are still starting.
    return { capacity: asked, reason: `${shown(value)} is above ${target}, of units of which some are starting` };
  }
  const units = loaded ?? capacity;
  const isTolerable = isWithinTolerance(ratio, tolerance);
  if (units === asked && isTolerable) {
    return { capacity: asked, reason: `${shown(value)} is within tolerance of ${target}` };
  }
  const carried = (units * value) / target;
  const needed = unitsAtLeast(carried);
  const arithmetic = `${units} x ${shown(value)} / ${target} needs ${needed}`;
  if (asked > 0 && isWithinTolerance(carried / asked, tolerance)) {
    return { capacity: asked, reason: `${arithmetic}, within tolerance of ${asked}` };
  }
  // While the ready units carry their target load or more, the units that are still starting are not cancelled.
  if (needed < asked && (isTolerable || isAbove(ratio, 1))) {
    return { capacity: asked, reason: `${arithmetic}, and ${asked} are on their way` };
  }
  return { capacity: needed, reason: arithmetic };
}

/** Returns the units that the load needs, without tolerance. */
function neededByUtilization({ target }: UtilizationSettings, load: Load): number {
  const { value, capacity, asked, loaded } = load;
  const needed = unitsAtLeast(((loaded ?? capacity) * value) / target);
  return loaded === null ? Math.min(needed, asked) : needed;
}
