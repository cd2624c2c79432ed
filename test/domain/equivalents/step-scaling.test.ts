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

type Steps = Extract<NonNullable<WrittenAutoscale['policies']>[number], { type: 'steps' }>['steps'];

const stepScaling = (steps: Steps): WrittenAutoscale => ({ policies: [{ type: 'steps', value: 'load', steps }] });

function after(steps: Steps, load: number, capacity: number, limits: Partial<ScaleSettings> = {}): number {
  return new WatchedResource(spec(stepScaling(steps), { min: 1, ...limits }), capacity).look({ load }).target;
}

/** The vendor's example: threshold 50; out by 0, 10, 30 percent at 50, 60, 70; in by 0, 10, 30 at 50, 40, 30. */
const worked: Steps = [
  { atOrBelow: 30, remove: '30%' },
  { above: 30, atOrBelow: 40, remove: '10%' },
  { atOrAbove: 60, below: 70, add: '10%' },
  { atOrAbove: 70, add: '30%' },
];

describe('steps by percentage', () => {
  test.each([
    [60, 10, 11, '10% of 10'],
    [70, 11, 14, '30% of 11 is 3.3, and 3'],
    [69.9, 11, 12, 'an upper bound above the threshold is outside'],
    [40, 14, 13, '10% of 14 is 1.4, and 1'],
    [30, 13, 10, '30% of 13 is 3.9, and 3'],
    [30.1, 13, 12, 'a lower bound below the threshold is outside'],
    [50, 10, 10, 'at the threshold the step is 0%'],
    [65, 10, 11, 'a mean of 55 and 75'],
    [55, 10, 10, 'their minimum'],
  ])('the worked example: at %d from %d to %d, %s', (load, from, to) => {
    expect(after(worked, load, from)).toBe(to);
  });

  const above = (add: string, atLeast?: number): Steps => [
    { atOrAbove: 50, add, ...(atLeast !== undefined && { atLeast }) },
  ];
  const below = (remove: string): Steps => [{ atOrBelow: 50, remove }];

  test.each([
    [above('10%'), 60, 127, 139, '12.7 is 12'],
    [above('1%'), 60, 67, 68, '0.67 is 1'],
    [above('1%'), 60, 199, 200, '1.99 is 1'],
    [above('50%'), 60, 0, 0, 'none stay none'],
    [above('0%'), 60, 3, 3, '0% is no change'],
    [below('1%'), 40, 100, 99, 'exactly 1'],
    [below('10%'), 40, 19, 18, '1.9 is 1'],
    [below('100%'), 40, 4, 0, 'all of them'],
    [above('25%', 2), 60, 4, 6, 'at least 2'],
    [above('0%', 3), 60, 10, 10, '0% is no change, whatever the least change is'],
  ])('%j at %d from %d is %d: %s', (steps, load, from, to) => {
    expect(after(steps, load, from, { min: 0, max: 1000 })).toBe(to);
  });

  test('a maximum holds, however large the least change is', () => {
    expect(after(above('10%', 5), 60, 9, { max: 12 })).toBe(12);
  });
});

describe('steps by units, and to a capacity', () => {
  const out: Steps = [
    { atOrAbove: 50, below: 60, add: 5 },
    { atOrAbove: 60, add: 9 },
  ];
  const inwards: Steps = [
    { above: 40, atOrBelow: 50, remove: 2 },
    { atOrBelow: 40, remove: 4 },
  ];

  test.each<[Steps, number, number, Partial<ScaleSettings>, number]>([
    [out, 50, 10, {}, 15],
    [inwards, 50, 10, {}, 8],
    [out, 55, 3, {}, 8],
    [inwards, 40, 10, {}, 6],
    [out, 55, 30, { max: 30 }, 30],
    [[{ atOrBelow: 50, remove: 50 }], 40, 10, { min: 2 }, 2],
    [inwards, 40, 2, { min: 2 }, 2],
    [[{ atOrAbove: 50, set: 5 }], 60, 3, {}, 5],
    [[{ atOrAbove: 50, set: 5 }], 60, 5, {}, 5],
    [[{ atOrAbove: 50, set: 50 }], 60, 5, { max: 20 }, 20],
  ])('%j at %d from %d within %j is %d', (steps, load, from, limits, to) => {
    expect(after(steps, load, from, limits)).toBe(to);
  });

  test('a policy on both sides of its threshold', () => {
    const both: Steps = [
      { atOrBelow: 40, remove: 1 },
      { atOrAbove: 60, add: 1 },
    ];
    expect([39, 40, 50, 60].map((load) => after(both, load, 10))).toEqual([9, 9, 10, 11]);
  });
});

describe('its cooldowns', () => {
  const steps: Steps = [
    { atOrBelow: 40, remove: 2 },
    { atOrAbove: 50, below: 60, add: 2 },
    { atOrAbove: 60, add: 3 },
  ];
  const next = (load: number, capacity: number, lastChange: { up: boolean; secondsAgo: number }, cooldown = 300) => {
    const cooldownMs = { up: cooldown * seconds, down: cooldown * seconds };
    const sentAtMs = start - lastChange.secondsAgo * seconds;
    const lastSent = { sentAtMs, upSentAtMs: lastChange.up ? sentAtMs : null, confirmed: true };
    const watched = spec(stepScaling(steps), { min: 1, cooldownMs, upAfter: 'up' });
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
  type Step = Steps[number];
  type Change = Pick<Step, 'add' | 'remove'>;
  const by = (value: string, change: Change) => ({
    type: 'steps' as const,
    value,
    steps: [{ atOrAbove: 0, ...change }],
  });
  const several = (...policies: NonNullable<WrittenAutoscale['policies']>) =>
    spec({ signals: ['load', 'other'], policies });
  const readings = (other: number | null) => ({
    load: { value: 1, atMs: start },
    other: other === null ? { failure: 'no data' } : { value: other, atMs: start },
  });

  test.each([
    ['+3 and +200%', several(by('load', { add: 3 }), by('load', { add: '200%' })), 0, 30],
    ['out and in', several(by('load', { remove: 6 }), by('load', { add: 2 })), 0, 12],
    ['in by both', several(by('load', { remove: 4 }), by('other', { remove: 2 })), 1, 8],
    ['in by one, and the other has no data', several(by('load', { remove: 4 }), by('other', { remove: 2 })), null, 10],
    ['none has data', several(by('other', { remove: 1 }), by('other + 1', { add: 1 })), null, 10],
  ])('%s', (_, watched, other, expected) => {
    const resource = new WatchedResource(watched, 10);
    expect(resource.look({ atMs: minutes, readings: readings(other) }).target).toBe(expected);
  });
});
