import { presets } from '../../../src/domain/policies/presets.js';
import { thresholdsSchema } from '../../../src/domain/policies/thresholds.js';
import { capacityAfter, minutes, seconds, spec, start, WatchedResource } from '../autoscale/watched-resource.js';
import type { Evaluation } from '../../../src/domain/autoscale/evaluation.js';
import type { ScaleSettings } from '../../../src/domain/scale/settings.js';

const usual = { up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } };

interface Circumstances {
  readonly edges?: typeof usual;
  readonly scale?: Partial<ScaleSettings>;
  readonly cooldownSeconds?: number;
  readonly secondsSinceChange?: number;
}

/** One check of the pool of the queue-backpressure guide: 2 to 10 units, a cooldown of 30 s. */
function check(
  value: number,
  capacity: number,
  { edges = usual, scale = {}, cooldownSeconds = 30, secondsSinceChange }: Circumstances = {},
): Evaluation {
  const cooldownMs = { up: cooldownSeconds * seconds, down: cooldownSeconds * seconds };
  const watched = spec(
    { policies: [{ type: 'thresholds', value: 'load', ...edges }] },
    { min: 2, max: 10, cooldownMs, ...scale },
  );
  const lastChange =
    secondsSinceChange === undefined
      ? null
      : { sentAtMs: start + minutes - secondsSinceChange * seconds, upSentAtMs: null, confirmed: true };
  return new WatchedResource(watched, capacity).look({ atMs: minutes, load: value, lastChange });
}

describe('thresholds', () => {
  test.each([
    [11, 5, 5, 'just above the lower threshold'],
    [10.5, 5, 5, 'a fraction'],
    [30, 5, 5, 'between the thresholds'],
    [49, 5, 5, 'just below the upper threshold'],
    [50, 5, 7, 'at the upper threshold'],
    [1e15, 5, 7, 'far above the upper threshold'],
    [10, 5, 4, 'at the lower threshold'],
    [0, 5, 4, 'far below the lower threshold'],
    [60, 1, 3, 'below min'],
  ])('%d over %d recommends %d: %s', (value, capacity, expected) => {
    const evaluation = check(value, capacity);
    expect(evaluation).toMatchObject({ recommended: expected, target: expected, limitedBy: [] });
    expect(capacityAfter(evaluation)).toBe(expected);
  });

  test.each([
    [60, 9, 11, 10, 10, ['max'], 'max limits the amount'],
    [60, 10, 12, 10, 10, ['max'], 'at max no unit is added'],
    [30, 12, 12, 10, 10, ['max'], 'a capacity above max returns to max, with any value'],
    [5, 12, 11, 10, 10, ['max'], 'a capacity above max returns to max at once, also with a low value'],
    [5, 20, 19, 10, 10, ['max'], 'a capacity far above max returns to max'],
    [0, 2, 1, 2, 2, ['min'], 'at min no unit is removed'],
    [30, 1, 1, 2, 2, ['min'], 'a capacity below min returns to min'],
  ])('%d over %d: recommended %d, target %d, next %d, limited by %j: %s', (value, capacity, ...expected) => {
    const [recommended, target, next, limitedBy] = expected;
    const evaluation = check(value, capacity);
    expect(evaluation).toMatchObject({ recommended, target, limitedBy });
    expect(capacityAfter(evaluation)).toBe(next);
  });

  test('with min 0 it scales to zero, never below, and out again', () => {
    const scale = { min: 0 };
    expect(check(0, 1, { scale }).target).toBe(0);
    expect(check(0, 1, { scale, edges: { ...usual, down: { at: 10, remove: 3 } } }).target).toBe(0);
    expect(check(60, 0, { scale }).target).toBe(2);
  });

  test('at zero units, a value between the thresholds does not scale out', () => {
    expect(check(20, 0, { scale: { min: 0 } }).target).toBe(0);
  });

  test.each([
    [60, 0, 4, ['cooldown']],
    [60, 29.9, 4, ['cooldown']],
    [60, 30, 6, []],
    [5, 0, 4, ['cooldown']],
    [5, 29.9, 4, ['cooldown']],
    [5, 30, 3, []],
    [60, -5, 4, ['cooldown']],
  ])('a queue of %d, %d s after a change: next %d, limited by %j', (value, secondsSinceChange, next, limitedBy) => {
    const evaluation = check(value, 4, { secondsSinceChange });
    expect(capacityAfter(evaluation)).toBe(next);
    expect(evaluation.limitedBy).toEqual(limitedBy);
  });

  test('a cooldown of zero never waits', () => {
    expect(capacityAfter(check(60, 4, { cooldownSeconds: 0, secondsSinceChange: 0 }))).toBe(6);
  });

  test('a cooldown also delays the return from above max', () => {
    const evaluation = check(30, 12, { secondsSinceChange: 10 });
    expect(capacityAfter(evaluation)).toBe(12);
    expect(evaluation.limitedBy).toEqual(['max', 'cooldown']);
  });

  test.each([
    [60, 4, { up: 1, down: 1 }, 5, ['step']],
    [60, 4, { up: 2, down: 1 }, 6, []],
    [30, 12, { up: 2, down: 1 }, 11, ['max', 'step']],
  ])('the step of the resource limits the change: %d over %d by %j is %d', (value, capacity, step, next, limitedBy) => {
    const evaluation = check(value, capacity, { scale: { step } });
    expect(capacityAfter(evaluation)).toBe(next);
    expect(evaluation.limitedBy).toEqual(limitedBy);
  });

  test('an amount of 0 changes no capacity, and starts no cooldown', () => {
    expect(check(60, 4, { edges: { ...usual, up: { at: 50, add: 0 } } })).toMatchObject({ target: 4, next: null });
  });

  const withPreset = (name: keyof typeof presets): Circumstances => {
    const { thresholds, limits } = presets[name];
    return { edges: thresholds, scale: limits };
  };

  test.each([
    ['cost', 99, 2, 2],
    ['cost', 100, 2, 3],
    ['cost', 100, 5, 5],
    ['cost', 10, 2, 1],
    ['performance', 19, 6, 6],
    ['performance', 25, 6, 9],
    ['performance', 30, 49, 50],
    ['performance', 5, 6, 5],
    ['performance', 0, 5, 5],
  ] as const)('the preset %s: %d over %d is %d', (name, value, capacity, expected) => {
    const evaluation = check(value, capacity, withPreset(name));
    expect(capacityAfter(evaluation)).toBe(expected);
    expect(evaluation.limitedBy).not.toContain('step');
  });

  test.each([
    ['cost', 119, 2],
    ['cost', 120, 3],
    ['performance', 14.9, 6],
    ['performance', 15, 9],
  ] as const)('the preset %s, %d s after a change: %d', (name, secondsSinceChange, expected) => {
    const capacity = name === 'cost' ? 2 : 6;
    expect(capacityAfter(check(100, capacity, { ...withPreset(name), secondsSinceChange }))).toBe(expected);
  });

  test.each([NaN, Infinity])('%d is no data: hold', (value) => {
    const evaluation = check(value, 5);
    expect(evaluation.policies[0]?.recommended).toBeNull();
    expect(evaluation).toMatchObject({ target: 5, next: null, limitedBy: [] });
  });

  test.each([
    [50, 50],
    [20, 60],
  ])('up at %d with down at %d is refused', (up, down) => {
    const result = thresholdsSchema.safeParse({
      type: 'thresholds',
      value: 'load',
      up: { at: up, add: 2 },
      down: { at: down, remove: 1 },
    });
    expect(result.error?.issues[0]?.message).toContain('must be below up.at');
  });
});
