/** The values of signals at which policies change their recommendation, as the console draws them. */
import { expect, it } from '@jest/globals';
import { levelsOf } from '../../../src/domain/autoscale/levels.js';
import { spec } from './watched-resource.js';

function levels(policy: WrittenPolicy): [number, string][] {
  return levelsOf(spec({ signals: ['depth', 'age'], policies: [policy] })).map(
    ({ signal, value, isPerUnit, words }) => {
      expect(signal).toBe('depth');
      return [value, isPerUnit ? `${words} (a unit)` : words];
    },
  );
}

type WrittenPolicy = NonNullable<Parameters<typeof spec>[0]['policies']>[number];

it.each<[string, WrittenPolicy, [number, string][]]>([
  [
    'thresholds have two',
    { type: 'thresholds', value: 'depth', up: { at: 100, add: 3 }, down: { at: 10, remove: 1 } },
    [
      [100, 'adds 3 at or above'],
      [10, 'removes 1 at or below'],
    ],
  ],
  [
    'steps have one each: where a rising value begins to add, and a falling one to remove',
    {
      type: 'steps',
      value: 'depth',
      steps: [
        { atOrBelow: 10, remove: 1 },
        { atOrAbove: 100, below: 200, add: 2 },
        { atOrAbove: 200, add: '50%' },
        { above: 20, atOrBelow: 30, remove: 2 },
      ],
    },
    [
      [10, 'removes 1 at or below 10'],
      [100, 'adds 2 at or above 100 and below 200'],
      [200, 'adds 50% at or above 200'],
      [30, 'removes 2 above 20 and at or below 30'],
    ],
  ],
  [
    'perUnit has what one unit carries',
    { type: 'perUnit', value: 'depth', target: 60 },
    [[60, 'scales out above (a unit)']],
  ],
  [
    'perUnit has two with scaleInBelow',
    { type: 'perUnit', value: 'depth', target: 60, scaleInBelow: 40 },
    [
      [60, 'scales out above (a unit)'],
      [40, 'scales in below (a unit)'],
    ],
  ],
  ['utilization has its target', { type: 'utilization', value: 'depth', target: 0.7 }, [[0.7, 'target']]],
  ['a policy that computes has none', { type: 'utilization', value: 'depth / age', target: 0.7 }, []],
  ['a policy without a signal has none', { type: 'fixed', capacity: 3 }, []],
])('%s', (_, policy, expected) => {
  expect(levels(policy)).toEqual(expected);
});
