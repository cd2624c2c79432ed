/** What a HorizontalPodAutoscaler (v2, v1.36.3) decides on one number, written in our language: docs/coming-from.md. */
import { seconds, spec, start, WatchedResource, type WrittenAutoscale } from '../autoscale/watched-resource.js';

/** `AverageValue` of an external or object metric: so much a unit. */
const averageValue = (target: number): WrittenAutoscale => ({
  policies: [{ type: 'perUnit', value: 'load', target, tolerance: 0.1 }],
});

/** `Value` of one, and what is measured as a mean over units that are all ready. */
const value = (target: number, read = 'load'): WrittenAutoscale => ({
  policies: [{ type: 'utilization', value: read, target }],
});

function targetOf(
  written: WrittenAutoscale,
  load: number,
  capacity: number,
  bounds: { min?: number; max?: number } = {},
) {
  return new WatchedResource(spec(written, { min: 1, ...bounds }), capacity).look({ load }).target;
}

describe('an AverageValue', () => {
  test.each([
    [1001, 4, 11, 'a little over ten units'],
    [1000, 4, 10, 'exactly ten'],
    [0, 4, 1, 'nothing, and min'],
    [0, 0, 1, 'nothing, without units'],
    [320, 3, 3, '1.067 of the target is within tolerance'],
    [330, 3, 3, 'and so is 1.1'],
    [331, 3, 4, 'more is not'],
    [-500, 4, 4, 'less than nothing is no data, and scales nothing in'],
  ])('of 100, at %d over %d units, is %d: %s', (load, capacity, expected) => {
    expect(targetOf(averageValue(100), load, capacity)).toBe(expected);
  });

  test.each([
    [4000, 8, { max: 10 }, 10],
    [100, 8, { min: 3 }, 3],
  ])('at %d over %d units within %j is %d', (load, capacity, bounds, expected) => {
    expect(targetOf(averageValue(100), load, capacity, bounds)).toBe(expected);
  });
});

describe('a Value', () => {
  test.each([
    [2500, 2, 5],
    [1500, 4, 6],
    [250, 4, 1],
    [-500, 4, 4],
  ])('of 1000, at %d over %d units, is %d', (load, capacity, expected) => {
    expect(targetOf(value(1000), load, capacity)).toBe(expected);
  });

  test('of several series is that of their sum', () => {
    const sum = spec({ signals: ['a', 'b'], ...value(1000, 'a + b') }, { min: 1 });
    const readings = { a: { value: 600, atMs: start }, b: { value: 900, atMs: start } };
    expect(new WatchedResource(sum, 4).look({ readings }).target).toBe(6);
  });
});

describe('a Utilization, whose mean is truncated to whole percent', () => {
  test.each([
    [100, 50, 2, 4],
    [60, 50, 3, 4],
    [25, 50, 4, 2],
    [55.9, 50, 2, 2],
    [56, 50, 2, 3],
    [44.975, 50, 4, 4],
    [300, 150, 2, 4],
    [50, 50, 2, 2],
  ])('of %d%% for a target of %d%% over %d units is %d', (mean, target, capacity, expected) => {
    expect(targetOf(value(target, 'floor(load)'), mean, capacity)).toBe(expected);
  });
});

describe('over units of which some are not ready, which it counts as idle on the way up', () => {
  test.each([
    [100, 3, 2, 4, 'two of three at twice the target'],
    [90, 3, 2, 4, 'rounded up'],
    [75, 3, 2, 3, 'three will do'],
    [100, 10, 4, 10, 'ten are more than it takes'],
    [50, 10, 4, 10, 'four are busy as they should be'],
    [40, 10, 4, 4, 'four have too little to do'],
    [90, 1, 0, 1, 'none is ready'],
    [150, 3, 2, 6, 'a sum over those that are ready'],
  ])('%d%% for 50%%, of %d units %d ready: %d, %s', (mean, capacity, ready, expected) => {
    const watched = spec(value(50, 'floor(load)'), { min: 1, takesChanges: 'shownAtOnce' });
    const evaluation = new WatchedResource(watched, capacity).look({ load: mean, ready, status: 'STARTING' });
    expect(evaluation.target).toBe(expected);
  });
});

describe('several metrics', () => {
  const both = spec(
    {
      signals: ['a', 'b'],
      policies: ['a', 'b'].map((name) => ({ type: 'perUnit' as const, value: name, target: 100, tolerance: 0.1 })),
    },
    { min: 1 },
  );

  test.each<[number | null, number, number, number, string]>([
    [300, 100, 6, 3, 'the larger wins, also on the way down'],
    [null, 700, 4, 7, 'one that fails does not stop scaling out'],
    [null, 400, 4, 4, 'nor staying'],
    [null, 100, 4, 4, 'but scaling in'],
  ])('%p and %d over %d units is %d: %s', (a, b, capacity, expected) => {
    const readings = {
      a: a === null ? { failure: 'unavailable' } : { value: a, atMs: start },
      b: { value: b, atMs: start },
    };
    expect(new WatchedResource(both, capacity).look({ readings }).target).toBe(expected);
  });
});

describe('its limits', () => {
  const byDefault = {
    scaleUp: {
      policies: [
        { type: 'Percent' as const, value: 100, periodSeconds: 15 },
        { type: 'Pods' as const, value: 4, periodSeconds: 15 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Percent' as const, value: 100, periodSeconds: 15 }],
    },
  };

  test.each([
    [9000, 8, {}, 16],
    [9000, 1, {}, 5],
    [9000, 8, { max: 9 }, 9],
    [800, 8, { min: 6 }, 8],
  ])('of a behavior section that is there, at %d over %d units within %j: %d', (load, capacity, bounds, expected) => {
    expect(targetOf({ ...averageValue(100), behavior: byDefault }, load, capacity, bounds)).toBe(expected);
  });

  test('hold back scaling in for as long as more was recommended', () => {
    const resource = new WatchedResource(spec({ ...averageValue(100), behavior: byDefault }, { min: 1 }), 8);
    const loads = [800, ...new Array<number>(20).fill(100)];
    const targets = loads.map((load, index) => resource.follow({ atMs: index * 15 * seconds, load }));
    expect(targets.slice(-2)).toEqual([8, 1]);
  });

  test.each([
    [9000, 8, 16],
    [9000, 1, 4],
    [9000, 3, 6],
    [1001, 4, 8],
  ])('without a behavior section at all, at %d over %d units: %d', (load, capacity, expected) => {
    const written: WrittenAutoscale = {
      policies: [{ type: 'perUnit', value: 'min(load, 100 * max(2 * current, 4))', target: 100, tolerance: 0.1 }],
    };
    expect(targetOf(written, load, capacity)).toBe(expected);
  });

  test.each([
    [140, 4, { scaleUp: { tolerance: 0.5 } }, 4],
    [85, 10, { scaleUp: { tolerance: 0.5 } }, 9],
    [65, 10, { scaleDown: { tolerance: 0.4 } }, 10],
  ])('of tolerance, by direction: %d%% over %d units with %j is %d', (load, capacity, behavior, expected) => {
    expect(targetOf({ ...value(100), behavior }, load, capacity)).toBe(expected);
  });
});

describe('where we differ on purpose', () => {
  test('the edge of a tolerance is meant in decimals: 18% below is within 18%', () => {
    const written = { policies: [{ type: 'utilization' as const, value: 'load', target: 100, tolerance: 0.18 }] };
    expect(targetOf(written, 82, 50)).toBe(50);
  });

  test('no units at all do not switch scaling off', () => {
    expect(targetOf(averageValue(100), 900, 0)).toBe(9);
  });
});
