/** What a step scaling policy of AWS Application Auto Scaling does, written in our language: docs/coming-from.md. */
import type { ScaleSettings } from '../../../src/domain/scale/settings.js';
import {
  capacityAfter,
  minutes,
  seconds,
  spec,
  start,
  WatchedResource,
  type WrittenAutoscale,
} from '../autoscale/watched-resource.js';

/** The capacity wanted, as an expression. */
const wanted = (value: string): WrittenAutoscale => ({ policies: [{ type: 'perUnit', value, target: 1 }] });

function after(value: string, load: number, capacity: number, limits: Partial<ScaleSettings> = {}): number {
  return new WatchedResource(spec(wanted(value), { min: 1, ...limits }), capacity).look({ load }).target;
}

/** The vendor's example: threshold 50; out by 0, 10, 30 per cent at 50, 60, 70; in by 0, 10, 30 at 50, 40, 30. */
const worked =
  'load >= 70 ? current + max(1, floor(current * 0.3)) : load >= 60 ? current + max(1, floor(current * 0.1)) : ' +
  'load <= 30 ? current - max(1, floor(current * 0.3)) : load <= 40 ? current - max(1, floor(current * 0.1)) : current';

describe('steps by per cent', () => {
  test.each([
    [60, 10, 11, '10% of 10'],
    [70, 11, 14, '30% of 11 is 3.3, and 3'],
    [40, 14, 13, '10% of 14 is 1.4, and 1'],
    [30, 13, 10, '30% of 13 is 3.9, and 3'],
    [50, 10, 10, 'at the threshold the step is 0%'],
    [65, 10, 11, 'a mean of 55 and 75'],
    [55, 10, 10, 'their minimum'],
  ])('the worked example: at %d from %d to %d, %s', (load, from, to) => {
    expect(after(worked, load, from)).toBe(to);
  });

  test.each([
    ['current + max(1, floor(current * 0.1))', 127, 139, '12.7 is 12'],
    ['current + max(1, floor(current * 0.01))', 67, 68, '0.67 is 1'],
    ['current + max(1, floor(current * 0.01))', 199, 200, '1.99 is 1'],
    ['current > 0 ? current + max(1, floor(current * 0.5)) : 0', 0, 0, 'none stay none'],
    ['current', 3, 3, '0% is no change'],
    ['current - max(1, floor(current * 0.01))', 100, 99, 'exactly 1'],
    ['current - max(1, floor(current * 0.1))', 19, 18, '1.9 is 1'],
    ['current - current', 4, 0, 'all of them'],
    ['current + max(2, floor(current * 0.25))', 4, 6, 'at least 2'],
  ])('%s from %d is %d: %s', (value, from, to) => {
    expect(after(value, 60, from, { min: 0, max: 1000 })).toBe(to);
  });

  test('a maximum holds, however large the least change is', () => {
    expect(after('current + max(5, floor(current * 0.1))', 60, 9, { max: 12 })).toBe(12);
  });
});

describe('steps by units, and to a capacity', () => {
  test.each([
    ['load >= 60 ? current + 9 : load >= 50 ? current + 5 : current', 50, 10, {}, 15],
    ['load <= 40 ? current - 4 : load <= 50 ? current - 2 : current', 50, 10, {}, 8],
    ['current + 5', 60, 3, {}, 8],
    ['current - 4', 40, 10, {}, 6],
    ['current + 5', 60, 30, { max: 30 }, 30],
    ['current - 50', 40, 10, { min: 2 }, 2],
    ['current - 5', 40, 2, { min: 2 }, 2],
    ['5', 60, 3, {}, 5],
    ['5', 60, 5, {}, 5],
    ['50', 60, 5, { max: 20 }, 20],
  ])('%s at %d from %d within %j is %d', (value, load, from, limits, to) => {
    expect(after(value, load, from, limits)).toBe(to);
  });
});

describe('its cooldowns', () => {
  const steps = 'load >= 60 ? current + 3 : load >= 50 ? current + 2 : load <= 40 ? current - 2 : current';
  const next = (load: number, capacity: number, lastChange: { up: boolean; secondsAgo: number }, cooldown = 300) => {
    const cooldownMs = { up: cooldown * seconds, down: cooldown * seconds };
    const sentAtMs = start - lastChange.secondsAgo * seconds;
    const lastSent = { sentAtMs, upSentAtMs: lastChange.up ? sentAtMs : null, confirmed: true };
    const watched = spec(wanted(steps), { min: 1, cooldownMs, upAfter: 'up' });
    return capacityAfter(new WatchedResource(watched, capacity).look({ load, lastChange: lastSent }));
  };

  test.each([
    [55, 12, { up: true, secondsAgo: 60 }, 12, 'the same step does nothing'],
    [55, 12, { up: true, secondsAgo: 300 }, 14, 'over at its end'],
    [40, 8, { up: false, secondsAgo: 301 }, 6, 'over, on the way in'],
    [55, 8, { up: false, secondsAgo: 10 }, 10, 'a scale-in never holds a scale-out back'],
  ])('at %d over %d units, last scaled %j: %d, %s', (load, capacity, lastChange, expected) => {
    expect(next(load, capacity, lastChange)).toBe(expected);
  });

  test('of nothing hold nothing back', () => {
    expect(next(55, 12, { up: true, secondsAgo: 0 }, 0)).toBe(14);
  });

  test('are kept to, where AWS would add the difference to a larger step, or scale in', () => {
    expect(next(65, 12, { up: true, secondsAgo: 60 })).toBe(12);
    expect(next(40, 12, { up: true, secondsAgo: 60 })).toBe(12);
  });
});

describe('several policies', () => {
  const several = (...values: string[]) =>
    spec({
      signals: ['load', 'other'],
      policies: values.map((value) => ({ type: 'perUnit' as const, value, target: 1 })),
    });
  const readings = (other: number | null) => ({
    load: { value: 1, atMs: start },
    other: other === null ? { failure: 'no data' } : { value: other, atMs: start },
  });

  test.each([
    ['+3 and +200%', ['current + 3', 'current * 3'], 0, 30],
    ['out and in', ['current - 6', 'current + 2'], 0, 12],
    ['in by both', ['6 * load', '8 * other'], 1, 8],
    ['in by one, and the other has no data', ['6 * load', '8 * other'], null, 10],
    ['none has data', ['other', 'other + 1'], null, 10],
  ])('%s', (_, values, other, expected) => {
    const resource = new WatchedResource(several(...values), 10);
    expect(resource.look({ atMs: minutes, readings: readings(other) }).target).toBe(expected);
  });
});
