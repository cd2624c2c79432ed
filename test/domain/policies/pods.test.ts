/** The mean over pods and the advice of it. test/sources/kubernetes-hpa.test.ts compares many more cases with the HPA. */
import fc from 'fast-check';
import { adviseByPods, meanOfPods, type PodLoads } from '../../../src/domain/policies/load/pods.js';
import { seed } from '../../properties/seed.js';
import { minutes, spec, start, WatchedResource } from '../autoscale/watched-resource.js';

const tolerance = { up: 0.1, down: 0.1 };
const pods = (used: readonly number[], missing = 0, unready = 0): PodLoads => ({
  measure: 'utilization',
  counted: used.map((each) => ({ used: each, share: 1000 })),
  missing: new Array<number>(missing).fill(1000),
  unready: new Array<number>(unready).fill(1000),
});

describe('the mean over pods', () => {
  test('is the sum of the uses by the sum of the requests, in whole percent', () => {
    const unequal = [
      { used: 559, share: 1000 },
      { used: 100, share: 200 },
    ];
    expect(meanOfPods('utilization', unequal)).toBe(54);
  });

  test('is whole thousandths for an average', () => {
    const two = [110, 111].map((used) => ({ used, share: 1 }));
    expect(meanOfPods('average', two)).toBe(0.11);
  });

  test('is exact for more bytes than a double can count in thousandths', () => {
    const many = new Array(1000).fill({ used: 64 * 2 ** 30 * 1000 - 1, share: 64 * 2 ** 30 * 1000 });
    expect(meanOfPods('utilization', many)).toBe(99);
  });
});

describe('the advice over pods', () => {
  const cases: [string, PodLoads, number, number, string][] = [
    ['measured pods alone', pods([1000, 1000]), 2, 4, '2 x 100 / 50 needs 4'],
    ['within the tolerance', pods([550, 550]), 2, 2, '55 is within tolerance of 50'],
    ['idle', pods([1000, 1000], 1), 3, 4, '3 x 66 / 50 needs 4 (measured 100, and 1 more as idle)'],
    ['busy', pods([100, 100, 100], 1), 4, 3, '4 x 32 / 50 needs 3 (measured 10, and 1 more as busy)'],
    [
      'the other direction',
      pods([100], 2),
      3,
      3,
      '70 is on the other side of 50, so the direction is not known (measured 10, and 2 more as busy)',
    ],
    [
      'fewer than requested, on the way up',
      pods([1500], 1),
      5,
      5,
      '75 over 2 pods needs 3, and 5 are requested (measured 150, and 1 more as idle)',
    ],
  ];

  test.each(cases)('%s', (_name, given, asked, capacity, reason) => {
    expect(adviseByPods(given, { target: 50, asked }, tolerance)).toEqual({ capacity, reason });
  });

  const some = (least: number) => fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: least, maxLength: 6 });

  test('pods that are not measured never enlarge a change, and never turn it', () => {
    fc.assert(
      fc.property(some(1), fc.nat(4), fc.nat(4), (used, missing, unready) => {
        const asked = used.length + missing + unready;
        const given = pods(used, missing, unready);
        const { capacity } = adviseByPods(given, { target: 50, asked }, tolerance);
        const neededByMeasured = Math.ceil(used.reduce((sum, each) => sum + each, 0) / 500);
        const isAbove = meanOfPods('utilization', given.counted) > 50;
        expect(capacity).toBeLessThanOrEqual(isAbove ? Math.max(asked, neededByMeasured) : asked);
        if (isAbove && missing + unready > 0) expect(capacity).toBeGreaterThanOrEqual(asked);
      }),
      { seed },
    );
  });
});

describe('the policy utilization', () => {
  // Over these five pods the mean is 40, and over the two that were measured it is 100.
  const measured = pods([1000, 1000], 3);
  const watched = (value: string, more: object = {}, written: object = {}) =>
    new WatchedResource(
      spec({ policies: [{ type: 'utilization', value, target: 50, ...more }], ...written }, { min: 1 }),
      5,
    );

  test.each([
    ['computes over the pods of the signal that is its value', 'load', {}, 5],
    ['uses the mean alone in any other expression', 'load + 0', {}, 10],
    ['uses the mean alone with an average', 'load', { averageMs: minutes }, 10],
  ])('%s', (_name, value, more, expected) => {
    const readings = { load: { value: 100, atMs: start, pods: measured } };
    expect(watched(value, more).look({ readings }).target).toBe(expected);
  });

  test('does not compute over the pods of a counter', () => {
    const resource = watched('load', {}, { sampling: { load: { rate: true } } });
    const look = (atMs: number, value: number) =>
      resource.look({ atMs, readings: { load: { value, atMs: start + atMs, pods: measured } } }).target;
    expect([look(0, 0), look(15_000, 1500)]).toEqual([5, 10]);
  });
});
