import type { z } from 'zod';
import { steps, stepsSchema } from '../../../src/domain/policies/steps.js';
import { minutes, spec, start, WatchedResource } from '../autoscale/watched-resource.js';
import { issueWords, problemsOfIssues } from '../../../src/config/file/issue-words.js';
import type { Evaluation } from '../../../src/domain/autoscale/evaluation.js';
import { problemText } from '../../../src/domain/written/problem.js';

type Steps = z.input<typeof stepsSchema>['steps'];

function look(
  written: Steps,
  load: number,
  capacity: number,
  more: Parameters<WatchedResource['look']>[0] = {},
): Evaluation {
  const watched = spec({ policies: [{ type: 'steps', value: 'load', steps: written }] }, { max: 1000 });
  return new WatchedResource(watched, capacity).look({ load, ...more });
}

const queue: Steps = [
  { atOrBelow: 10, remove: 1 },
  { atOrAbove: 100, below: 200, add: 2 },
  { atOrAbove: 200, below: 1000, add: '50%' },
  { atOrAbove: 1000, set: 40 },
];

describe('steps', () => {
  test.each([
    [0, 6, 5, 'the lowest step has no lower bound'],
    [10, 6, 5, 'at the upper bound of the lowest step'],
    [10.5, 6, 6, 'just above this bound the capacity does not change'],
    [99.9, 6, 6, 'between the steps the capacity does not change'],
    [100, 6, 8, 'at the lower bound of a step'],
    [199, 6, 8, 'inside a step'],
    [200, 6, 9, 'at the common bound of two steps'],
    [999, 6, 9, 'just below the upper bound of a step'],
    [1000, 6, 40, 'a step that sets a capacity'],
    [1e15, 60, 40, 'the highest step has no upper bound, and a capacity may be below the current capacity'],
    [0, 0, 0, 'never below zero'],
  ])('%d over %d is %d: %s', (load, capacity, expected) => {
    expect(look(queue, load, capacity)).toMatchObject({ recommended: expected, target: expected, limitedBy: [] });
  });

  test.each<[Steps[number], number, number, string]>([
    [{ above: 0, add: '10%' }, 127, 139, '12.7 is rounded down to 12'],
    [{ above: 0, add: '1%' }, 67, 68, '0.67 is raised to 1'],
    [{ above: 0, add: '1%' }, 199, 200, '1.99 is rounded down to 1'],
    [{ above: 0, add: '200%' }, 10, 30, 'more than 100%'],
    [{ above: 0, add: '29%' }, 100, 129, 'no rounding error: 100 x 0.29 is 28.999999999999996 in doubles'],
    [{ above: 0, add: '0%' }, 3, 3, '0% is no change'],
    [{ above: 0, add: '50%' }, 0, 0, 'a percentage of zero units is zero'],
    [{ above: 0, remove: '1%' }, 100, 99, 'exactly 1'],
    [{ above: 0, remove: '10%' }, 19, 18, '1.9 is rounded down to 1'],
    [{ above: 0, remove: '10%' }, 4, 3, '0.4 is raised to 1'],
    [{ above: 0, remove: '100%' }, 4, 0, 'all units'],
    [{ above: 0, remove: '300%' }, 4, 0, 'never more units than exist'],
    [{ above: 0, add: '25%', atLeast: 2 }, 4, 6, 'at least 2'],
    [{ above: 0, add: '25%', atLeast: 2 }, 100, 125, 'a percentage above the minimum of 2'],
    [{ above: 0, remove: '10%', atLeast: 3 }, 10, 7, 'a minimum for removing units'],
    [{ above: 0, add: '0%', atLeast: 3 }, 10, 10, '0% is no change'],
    [{ above: 0, add: '10%', atLeast: 2 }, 0, 2, 'with atLeast, a percentage scales out from zero'],
  ])('%j from %d is %d: %s', (step, capacity, expected) => {
    expect(look([step], 1, capacity).target).toBe(expected);
  });

  test.each<[Steps[number], number[]]>([
    [{ atOrAbove: 10, below: 20, add: 1 }, [10, 10.001, 19.999]],
    [{ above: 10, atOrBelow: 20, add: 1 }, [10.001, 19.999, 20]],
    [{ atOrAbove: 10, atOrBelow: 10, add: 1 }, [10]],
    [{ above: 19.999, add: 1 }, [20, 20.001, 1000]],
    [{ below: 10, add: 1 }, [0, 0.1 + 0.2, 9.999]],
    [{ atOrAbove: 0.3, atOrBelow: 0.3, add: 1 }, [0.1 + 0.2]],
  ])('%j applies only at %j', (step, inside) => {
    const values = [0, 0.1 + 0.2, 9.999, 10, 10.001, 19.999, 20, 20.001, 1000];
    expect(values.filter((value) => look([step], value, 5).target === 6)).toEqual(inside);
  });

  test('the order of the steps has no effect', () => {
    for (const load of [0, 50, 100, 200, 1000]) {
      expect(look(queue.toReversed(), load, 6).target).toBe(look(queue, load, 6).target);
    }
  });

  test.each([
    [5, 6, '5 is at or below 10, which removes 1'],
    [50, 6, '50 is in no step'],
    [150.5, 6, '150.5 is at or above 100 and below 200, which adds 2'],
    [300, 7, '300 is at or above 200 and below 1000, which adds 3 (50% of 7)'],
    [2000, 6, '2000 is at or above 1000, which sets 40'],
  ])('states the reason: %d over %d', (load, capacity, reason) => {
    expect(look(queue, load, capacity).policies[0]).toMatchObject({ policy: 'steps load', value: load, reason });
  });

  test('says the fewest', () => {
    const evaluation = look([{ above: 0, remove: '25%', atLeast: 2 }], 1, 4);
    expect(evaluation.policies[0]?.reason).toBe('1 is above 0, which removes 2 (25% of 4, at least 2)');
  });

  test('no data is no change', () => {
    expect(look(queue, 0, 6, { load: 'refused' })).toMatchObject({ target: 6, next: null });
  });
});

describe('while units are starting', () => {
  const run = { target: 8, isOwn: true };

  test.each([
    [150, 8, 'units are added to the units that were measured'],
    [300, 8, 'a percentage is added to the units that were measured'],
    [50, 6, 'a step that applied to an earlier value has no further effect'],
    [5, 5, 'a step that removes units cancels the starting units'],
  ])('at %d: %d, %s', (load, expected) => {
    const starting = { run, ready: 5, atMs: minutes };
    expect(look(queue, load, 6, starting).target).toBe(expected);
  });

  test('the target of another requester stays between the bands, and a band that adds never lowers it', () => {
    const others = { run: { target: 20, isOwn: false } };
    expect(look(queue, 50, 6, others).target).toBe(20);
    expect(look(queue, 150, 6, others).target).toBe(20);
  });

  const before = (written: Steps, value = 'load') => {
    const watched = spec({ policies: [{ type: 'steps', value, steps: written }] });
    const readings = { load: { value: 150, atMs: start, isDated: true } };
    const lastChange = { sentAtMs: start + 200, upSentAtMs: start + 200, confirmed: true };
    return new WatchedResource(watched, 8).look({ atMs: minutes, readings, lastChange });
  };

  test('a sample from before the last change is not counted again', () => {
    const { target, policies } = before(queue);
    expect(target).toBe(8);
    expect(policies[0]?.reason).toContain('before the last change, and not counted again');
  });

  test('steps that only set capacities are not relative, unless the value depends on the capacity', () => {
    expect(before([{ above: 100, set: 9 }]).target).toBe(9);
    expect(before([{ above: 100, set: 9 }], 'load + 0 * current').target).toBe(8);
  });
});

describe('errors of steps', () => {
  test.each<[Record<string, unknown>[], string, string]>([
    [[], '', 'is empty, so the capacity would never change; write a step, such as { atOrAbove: 100, add: 1 }'],
    [[{ add: 1 }], '0', 'has no bound, so the step would always apply; write atOrAbove, above, below or atOrBelow'],
    [[{ above: 1 }], '0', 'does not change the capacity; write one of add, remove and set, or remove the step'],
    [[{ above: 1, add: 1, set: 2 }], '0.set', 'cannot be combined with add; write either add or set'],
    [[{ above: 1, add: 1, remove: '1%' }], '0.remove', 'cannot be combined with add; write either add or remove'],
    [
      [{ above: 1, atOrAbove: 2, add: 1 }],
      '0.above',
      'cannot be combined with atOrAbove; write either above or atOrAbove',
    ],
    [
      [{ below: 1, atOrBelow: 2, add: 1 }],
      '0.below',
      'cannot be combined with atOrBelow; write either below or atOrBelow',
    ],
    [
      [{ atOrAbove: 10, below: 10, add: 1 }],
      '0.below',
      'there is no value between atOrAbove and below; write a number above 10',
    ],
    [
      [{ above: 1, add: 1, atLeast: 2 }],
      '0.atLeast',
      'applies only to a percentage; write a percentage, such as add: 10%, or remove atLeast',
    ],
    [
      [
        { atOrAbove: 0, below: 15, add: 1 },
        { atOrAbove: 10, add: 2 },
      ],
      '1.atOrAbove',
      'overlaps steps[0], which applies up to 15; write below: 10 in steps[0], or atOrAbove: 15 in this step',
    ],
    [
      [
        { atOrAbove: 50, add: 1 },
        { atOrBelow: 50, remove: 1 },
      ],
      '0.atOrAbove',
      'overlaps steps[1], which applies up to 50; write below: 50 in steps[1], or above: 50 in this step',
    ],
    [
      [
        { above: 0, add: 1 },
        { above: 3, below: 5, add: 2 },
      ],
      '1.above',
      'overlaps steps[0], which has no upper bound; write atOrBelow: 3 in steps[0]',
    ],
    [
      [
        { atOrAbove: 0, below: 100, add: 1 },
        { atOrAbove: 10, below: 20, add: 2 },
      ],
      '1.atOrAbove',
      'overlaps steps[0], which applies up to 100; write below: 10 in steps[0]',
    ],
    [
      [
        { below: 1, add: 1 },
        { below: 5, add: 2 },
      ],
      '1',
      'overlaps steps[0]: neither step has a lower bound; write atOrAbove or above in one of the two steps',
    ],
    [[{ above: 1, add: 1.5 }], '0.add', 'must be a whole number or a percentage; write 2 or 50%, for example'],
    [[{ above: 1, add: '5' }], '0.add', 'is not a percentage; write 5%'],
  ])('%j', (written, place, message) => {
    const [issue, ...others] = problemsIn(written);
    expect(issue).toEqual([['steps', ...place.split('.').filter(Boolean)].join('.'), message]);
    expect(others).toEqual([]);
  });

  test('bands that meet do not overlap', () => {
    const both: Steps = [
      { below: 10, remove: 2 },
      { atOrAbove: 10, atOrBelow: 20, remove: 1 },
      { above: 20, below: 30, add: 1 },
      { atOrAbove: 30, add: 2 },
    ];
    expect(problemsIn(both)).toEqual([]);
  });
});

/** The message that a person reads. */
function problemsIn(written: unknown): [path: string, message: string][] {
  const result = stepsSchema.safeParse({ type: 'steps', value: 'load', steps: written }, { error: issueWords });
  return result.success
    ? []
    : problemsOfIssues(result.error.issues).map((found) => [found.path.join('.'), problemText(found)]);
}

test.each<[Steps, string]>([
  [[{ above: 0, add: 1 }], 'recommends'],
  [[{ above: 0, set: 1 }], 'recommends'],
  [[{ above: 0, add: '10%', atLeast: 1 }], 'recommends'],
  [[{ above: 0, add: '10%' }], 'nothing'],
  [[{ above: 0, set: 0 }], 'nothing'],
  [[{ above: 0, remove: 1 }], 'nothing'],
])('the effect of %j at zero units: %s', (written, expected) => {
  expect(steps.atZero(stepsSchema.parse({ type: 'steps', value: 'load', steps: written }))).toBe(expected);
});

test('returns the capacities of its steps, for the comparison with min and max', () => {
  const settings = stepsSchema.parse({ type: 'steps', value: 'load', steps: queue });
  expect(steps.capacities?.(settings)).toEqual([{ path: ['steps', 3, 'set'], capacity: 40 }]);
});

test('the stored form is the written form', () => {
  const written = { type: 'steps', value: 'load', steps: queue } as const;
  const carried = stepsSchema.parse(written);
  expect(carried).toEqual(written);
  expect(stepsSchema.parse(JSON.parse(JSON.stringify(carried)))).toEqual(carried);
});
