/** What target tracking of AWS Application Auto Scaling does, written in our language: docs/coming-from.md. */
import { directionOf, sentChange, type SentChange } from '../../../src/domain/scale/step.js';
import type { ScaleSettings } from '../../../src/domain/scale/settings.js';
import { capacityAfter, minutes, seconds, spec, start, WatchedResource } from '../autoscale/watched-resource.js';

interface Alarms {
  /** Minutes in a row above the target, and below it by the margin. */
  readonly high?: number;
  readonly low?: number;
  readonly margin?: number;
}

/** A metric with a target of 50, once a minute; two where more than one is followed. */
function tracking({ high = 3, low = 15, margin = 0.1 }: Alarms, limits: Partial<ScaleSettings>, signals = ['load']) {
  return spec(
    {
      intervalMs: minutes,
      signals,
      policies: signals.map((value) => ({ type: 'utilization' as const, value, target: 50 })),
      behavior: {
        scaleUp: { tolerance: 0, stabilizationWindowSeconds: high * 60 - 1 },
        scaleDown: { tolerance: margin, stabilizationWindowSeconds: low * 60 - 1 },
      },
    },
    { min: 1, ...limits },
  );
}

/** The capacity after each minute, once it has been on target for half an hour. Null: a point is missing. */
function capacities(
  watched: ReturnType<typeof tracking>,
  capacity: number,
  points: readonly (number | null)[],
  others?: readonly (number | null)[],
): number[] {
  const resource = new WatchedResource(watched, capacity);
  let lastChange: SentChange | null = null;
  const minute = (atMs: number, load: number | null, other: number | null): number => {
    const reading = (point: number | null) =>
      point === null ? { failure: 'no point' } : { value: point, atMs: start + atMs };
    const readings = { load: reading(load), ...(others && { other: reading(other) }) };
    const capacityThen = capacityAfter(resource.look({ atMs, readings, lastChange }));
    if (capacityThen !== resource.capacity) {
      const direction = directionOf(resource.capacity, capacityThen);
      lastChange = { ...sentChange(lastChange, direction, start + atMs), confirmed: true };
      resource.capacity = capacityThen;
    }
    return resource.capacity;
  };
  for (let before = 30; before > 0; before -= 1) minute(-before * minutes, 50, 50);
  return points.map((point, index) => minute(index * minutes, point, others?.[index] ?? null));
}

const times = (count: number, point: number | null): (number | null)[] => new Array<number | null>(count).fill(point);
const last = (of: number[]): number[] => of.slice(-2);
const both = (up: number, down: number) => ({
  cooldownMs: { up: up * seconds, down: down * seconds },
  upAfter: 'up' as const,
});

describe('scaling out', () => {
  test.each([
    ['the third point above the target acts', 10, times(3, 75), [10, 10, 15]],
    ['two do not', 10, [75, 75, 50, 50, 50], [10, 10, 10, 10, 10]],
    ['rounded up', 3, times(3, 51), [3, 3, 4]],
    ['exact where it comes out even', 10, times(3, 55), [10, 10, 11]],
    ['from none to none: a share of nothing', 0, times(5, 90), [0, 0, 0, 0, 0]],
  ])('%s', (_, capacity, points, expected) => {
    expect(capacities(tracking({}, { min: 0 }), capacity, points)).toEqual(expected);
  });

  test('stops at max', () => {
    expect(capacities(tracking({}, { max: 25 }), 25, times(5, 200))).toEqual([25, 25, 25, 25, 25]);
  });

  test('a smaller need within the cooldown does nothing', () => {
    const points = [75, 75, 75, 60, 60, 60];
    expect(capacities(tracking({}, both(300, 0)), 10, points)).toEqual([10, 10, 15, 15, 15, 15]);
  });

  test('other alarms', () => {
    expect(capacities(tracking({ high: 1 }, {}), 10, [75])).toEqual([15]);
    expect(capacities(tracking({ high: 2 }, {}), 10, [75, 75])).toEqual([10, 15]);
  });
});

describe('scaling in', () => {
  test.each([
    ['the fifteenth point below acts', 10, 1, times(15, 25), [10, 5]],
    ['at 90% of the target it is not below', 10, 1, times(20, 45), [10, 10]],
    ['just below it is', 10, 1, times(15, 44.999), [10, 9]],
    ['and with many units', 100, 1, times(15, 44.999), [100, 90]],
    ['the highest of the points decides how far', 10, 1, [40, ...times(14, 10)], [10, 8]],
    ['not below min', 10, 4, times(15, 1), [10, 4]],
    ['real zeros, and min', 2, 1, times(15, 0), [2, 1]],
    ['a scale-out cooldown does not hold it back', 10, 1, [75, 75, 75, ...times(15, 20)], [15, 6]],
    ['and a scale-in does not hold back a scale-out', 10, 1, [...times(15, 25), 100, 100, 100], [5, 10]],
  ])('%s', (_, capacity, min, points, expected) => {
    const cooldowns = capacity === 10 && points.includes(75) ? both(3600, 0) : both(0, 3600);
    expect(last(capacities(tracking({}, { min, ...cooldowns }), capacity, points))).toEqual(expected);
  });

  test('by another margin', () => {
    expect(last(capacities(tracking({ margin: 0.2 }, {}), 10, times(16, 42)))).toEqual([10, 10]);
  });

  test('takes all of them: the larger number, and none while one has no data', () => {
    const two = tracking({}, {}, ['load', 'other']);
    expect(last(capacities(two, 10, times(15, 25), times(15, 30)))).toEqual([10, 6]);
    expect(last(capacities(two, 10, times(20, 25), times(20, null)))).toEqual([10, 10]);
  });
});

describe('where it differs, as the page says', () => {
  test.each([
    ['a missing point neither counts nor restarts the count', both(0, 0), [75, 75, null, 75], [10, 10, 10, 15]],
    ['out again takes three points more', both(0, 0), times(5, 75), [10, 10, 15, 15, 15]],
    ['a larger need waits for the cooldown', both(300, 0), [75, 75, 75, 90, 90, 90], [10, 10, 15, 15, 15, 15]],
  ])('%s', (_, cooldowns, points, expected) => {
    expect(capacities(tracking({}, cooldowns), 10, points)).toEqual(expected);
  });
});
