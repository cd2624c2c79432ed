import { describe, expect, it } from '@jest/globals';
import { mergedSteps, sampled, type Step, whereUnknown } from '../../src/api/series/steps.js';

const range = { fromMs: 100_000, toMs: 200_000, stepMs: 10_000 };

describe('a line', () => {
  const cases: [string, Step[], [number, number | null][]][] = [
    [
      'has the last value of each bucket',
      [
        [101_000, 1],
        [105_000, 2],
        [111_000, 3],
      ],
      [
        [100, 2],
        [110, 3],
      ],
    ],
    [
      'begins with what was in force before it',
      [
        [50_000, 1],
        [60_000, 4],
        [150_000, 5],
      ],
      [
        [100, 4],
        [150, 5],
      ],
    ],
    [
      'begins later where nothing was known',
      [
        [50_000, 1],
        [60_000, null],
        [150_000, 5],
      ],
      [[150, 5]],
    ],
    [
      'has no point where the value stays',
      [
        [101_000, 1],
        [121_000, 1],
        [141_000, 2],
      ],
      [
        [100, 1],
        [140, 2],
      ],
    ],
    [
      'shows a value that ends within its bucket',
      [
        [101_000, 1],
        [102_000, null],
      ],
      [
        [100, 1],
        [110, null],
      ],
    ],
    [
      'shows no gap that ends within its bucket',
      [
        [101_000, 1],
        [102_000, null],
        [103_000, 2],
      ],
      [[100, 2]],
    ],
    [
      'has no point at or after its end',
      [
        [199_000, 1],
        [199_500, null],
        [200_000, 3],
      ],
      [[190, 1]],
    ],
  ];
  it.each(cases)('%s', (_, steps, points) => {
    expect(sampled(steps, range)).toEqual(points);
  });
});

it('a change of a run replaces what the ring has for its bucket', () => {
  const ring = { bucketMs: 60_000, first: 1, capacity: [5, 8, null, 8], ready: [], target: [], signals: {} };
  const merged = mergedSteps(ring, ring.capacity, [
    [125_000, 5],
    [130_000, 8],
  ]);
  expect(merged).toEqual([
    [60_000, 5],
    [125_000, 5],
    [130_000, 8],
    [180_000, null],
    [240_000, 8],
  ]);
});

it('what the ring has replaces what a run says, and the run fills what the ring has not', () => {
  const ring = { bucketMs: 60_000, first: 1, capacity: [], ready: [], target: [5, null], signals: {} };
  const steps: Step[] = [
    [30_000, 1],
    [70_000, 2],
    [125_000, 3],
    [200_000, 4],
  ];
  expect(whereUnknown(ring, ring.target, steps)).toEqual([steps[0], steps[2], steps[3]]);
  expect(whereUnknown(undefined, [], steps)).toEqual(steps);
});
