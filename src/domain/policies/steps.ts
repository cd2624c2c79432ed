/**
 * Bands of a value, each with its own change, as in step scaling of AWS Application Auto Scaling. A value between the
 * bands changes nothing.
 *
 * A percentage of the units is rounded down, and is at least one: 10% of 19 is 1, 10% of 4 is 1. A step adds to the
 * units that the value was measured over. Otherwise each evaluation while these units are starting would add the amount
 * again.
 */
import { z } from 'zod';
import { unitsAtMost, shown } from '../numbers.js';
import { expression } from '../written/expression.js';
import { report, withFix } from '../written/issue.js';
import { percentageText, shareOf } from '../written/percentage.js';
import {
  boundFields,
  boundNames,
  boundsInWords,
  firstBound,
  isInside,
  refuseOverlaps,
  refuseUnclearBand,
} from './band.js';
import { followLoad } from './load/follow-load.js';
import { type Advice, definePolicy, type Level, type Load, type TunableNumber } from './policy.js';

const amount = z.union([
  z.int({ error: withFix('must be a whole number or a percentage', 'write 2 or 50%, for example') }).min(0),
  percentageText,
]);

const step = z
  .strictObject({
    ...boundFields,
    add: amount
      .exactOptional()
      .describe(
        'Units to add: a number (`2`), or a percentage of the current units (`50%`), rounded down, at least 1.',
      ),
    remove: amount
      .exactOptional()
      .describe(
        'Units to remove: a number (`2`), or a percentage of the current units (`50%`), rounded down, at least 1.',
      ),
    set: z.int().min(0).exactOptional().describe('The capacity to recommend.'),
    atLeast: z
      .int()
      .min(1)
      .exactOptional()
      .describe('Minimum number of units that a percentage adds or removes, also at zero units.'),
  })
  .superRefine(refuseUnclearBand)
  .superRefine(refuseUnclearAction);

export const stepsSchema = z
  .strictObject({
    type: z.literal('steps'),
    value: expression.describe('An expression over the signals and `current`, the capacity.'),
    steps: z
      .array(step)
      .min(1, {
        error: withFix(
          'is empty, so the capacity would never change',
          'write a step, such as { atOrAbove: 100, add: 1 }',
        ),
      })
      .superRefine(refuseOverlaps)
      .describe(
        'The bands. They must not overlap, and each has one of `add`, `remove` and `set`. If `value` is in none of them, the capacity does not change.',
      ),
  })
  .meta({
    title: 'steps',
    description:
      'Bands of `value`, each with its own change: a number of units, a percentage, or a capacity. For example: `steps: [{ atOrBelow: 10, remove: 1 }, { atOrAbove: 100, below: 200, add: 2 }, { atOrAbove: 200, add: 50% }]`.',
  });

type StepsSettings = z.output<typeof stepsSchema>;
type Step = StepsSettings['steps'][number];

export const steps = definePolicy({
  type: 'steps',
  says: 'capacity',
  schema: stepsSchema,
  compile({ value, steps }, { compile }) {
    const expression = compile(value);
    return followLoad({
      expression,
      isRelative: expression.readsCurrent || steps.some(({ set }) => set === undefined),
      advise: (load) => adviseBySteps(steps, load),
    });
  },
  atZero: ({ steps }) => (steps.some(canRaiseNone) ? 'recommends' : 'nothing'),
  levels: ({ steps }) => steps.map(levelOf),
  tunable: ({ steps }) => [...tunableBounds(steps), ...tunableAmounts(steps)],
  capacities: ({ steps }) =>
    steps.flatMap(({ set }, index) => (set === undefined ? [] : [{ path: ['steps', index, 'set'], capacity: set }])),
});

function adviseBySteps(steps: readonly Step[], load: Load): Advice {
  const { value, capacity, asked, isAskedByOthers } = load;
  const step = steps.find((each) => isInside(each, value));
  // As with thresholds, a step that applied to an earlier value has no further effect. A target that another requester
  // set stays.
  if (step === undefined) {
    return { capacity: isAskedByOthers ? asked : capacity, reason: `${shown(value)} is in no step` };
  }
  const where = `${shown(value)} is ${boundsInWords(step)}`;
  if (step.set !== undefined) return { capacity: step.set, reason: `${where}, which sets ${step.set}` };
  if (step.add !== undefined) {
    const measured = load.loaded ?? capacity;
    const added = changeOf(step.add, step, measured);
    // A high value lowers neither the requested capacity nor the current capacity.
    return {
      capacity: Math.max(asked, capacity, measured + added.units),
      reason: `${where}, which adds ${added.words}`,
    };
  }
  const removed = changeOf(step.remove ?? 0, step, capacity);
  return {
    capacity: Math.max(0, Math.min(asked, capacity - removed.units)),
    reason: `${where}, which removes ${removed.words}`,
  };
}

/**
 * 10% of 127 is 12, and 10% of 4 is 1, or 2 with `atLeast: 2`. 0% is no change. A percentage of zero units is zero,
 * unless `atLeast` is set.
 */
function changeOf(
  amount: number | string,
  { atLeast }: Step,
  of: number,
): { readonly units: number; readonly words: string } {
  if (typeof amount === 'number') return { units: amount, words: String(amount) };
  const share = shareOf(amount);
  const least = share === 0 ? 0 : (atLeast ?? Math.min(1, of));
  const units = Math.max(unitsAtMost(of * share), least);
  return { units, words: `${units} (${amount} of ${of}${atLeast === undefined ? '' : `, at least ${atLeast}`})` };
}

/** The bound at which a rising value begins to add, or a falling one to remove. */
function levelOf(step: Step): Level {
  const { add, remove, set } = step;
  const action = set !== undefined ? `sets ${set}` : add !== undefined ? `adds ${add}` : `removes ${remove}`;
  const value = firstBound(step, remove === undefined ? 'lower' : 'upper');
  return { value, isPerUnit: false, words: `${action} ${boundsInWords(step)}` };
}

/** Where two bands meet, their common bound moves as one number. */
function tunableBounds(steps: readonly Step[]): TunableNumber[] {
  const bounds = steps.flatMap((step, index) =>
    boundNames.flatMap((name) => {
      const value = step[name];
      return value === undefined ? [] : [{ path: ['steps', index, name], value }];
    }),
  );
  const values = [...new Set(bounds.map(({ value }) => value))];
  return values.map((value) => {
    const paths = bounds.filter((bound) => bound.value === value).map(({ path }) => path);
    return { paths, value, unit: 'load' };
  });
}

function tunableAmounts(steps: readonly Step[]): TunableNumber[] {
  return steps.flatMap((step, index) =>
    (['add', 'remove'] as const).flatMap((name): TunableNumber[] => {
      const value = step[name];
      return typeof value === 'number' ? [{ paths: [['steps', index, name]], value, unit: 'units' }] : [];
    }),
  );
}

/** Whether the step can add units at zero units. A percentage of zero units is zero. */
function canRaiseNone({ add, set = 0, atLeast }: Step): boolean {
  if (typeof add === 'string') return atLeast !== undefined && shareOf(add) > 0;
  return (add ?? set) > 0;
}

const actions = ['add', 'remove', 'set'] as const;

function refuseUnclearAction(step: Partial<Step>, context: z.RefinementCtx): void {
  const [first, ...others] = actions.filter((action) => step[action] !== undefined);
  if (first === undefined) {
    report(context, {
      problem: 'does not change the capacity',
      fix: 'write one of add, remove and set, or remove the step',
    });
  }
  for (const other of others) {
    report(context, {
      path: [other],
      problem: `cannot be combined with ${first}`,
      fix: `write either ${first} or ${other}`,
    });
  }
  const isShare = typeof (step.add ?? step.remove) === 'string';
  if (step.atLeast !== undefined && !isShare) {
    report(context, {
      path: ['atLeast'],
      problem: 'applies only to a percentage',
      fix: 'write a percentage, such as add: 10%, or remove atLeast',
    });
  }
}
