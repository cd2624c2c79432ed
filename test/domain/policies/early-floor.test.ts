/** The floors before a window that must be ready, and what they lead to in virtual time. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { simulate } from '../../../src/backtest/simulate.js';
import { earlyFloor, type ScaleOutPace } from '../../../src/domain/policies/schedule/early-floor.js';
import type { ScaleSettings } from '../../../src/domain/scale/settings.js';
import { limits, minutes, seconds, spec, type WrittenAutoscale } from '../autoscale/watched-resource.js';

type ScalingRules = NonNullable<ScaleOutPace['scaleUp']>;

const paceOf = (own: Partial<ScaleSettings>, scaleUp?: ScalingRules): ScaleOutPace => ({
  limits: limits(own),
  scaleUp,
  intervalMs: 15 * seconds,
});
const steps = (up: number | null, cooldownMs: number): Partial<ScaleSettings> => ({
  step: { up, down: null },
  cooldownMs: { up: cooldownMs, down: 0 },
});
const rate = (type: 'Pods' | 'Percent', value: number, periodSeconds: number) => ({ type, value, periodSeconds });

/** The floor rises to each number of units when this many seconds are left. */
function risesTo(floor: number, startupMs: number, pace: ScaleOutPace): Record<number, number> {
  const early = earlyFloor(floor, startupMs, pace);
  const rises: Record<number, number> = {};
  let before = 0;
  for (let left = Math.ceil(early.longestMs / seconds) + 60; left >= 0; left -= 1) {
    const now = early.at(left * seconds);
    if (now !== before) rises[now] = left;
    before = now;
  }
  return rises;
}

test.each<[string, number, number, ScaleOutPace, Record<number, number>]>([
  ['one change of any size', 8, 0, paceOf(steps(null, 0)), { 8: 16 }],
  ['one change, with the pause of an earlier change', 8, 0, paceOf(steps(null, 5 * minutes)), { 8: 314 }],
  ['the example of the module', 8, 3 * minutes, paceOf({ ...steps(2, minutes), min: 2 }), { 4: 740, 6: 558, 8: 376 }],
  ['steps further apart than the startup', 3, seconds, paceOf(steps(1, minutes)), { 1: 195, 2: 135, 3: 75 }],
  ['min is enough for the first units', 4, 0, paceOf({ ...steps(1, minutes), min: 3 }), { 4: 74 }],
  ['max is below the floor', 9, 0, paceOf({ ...steps(1, minutes), min: 3, max: 4 }), { 4: 74 }],
  ['min is above the floor', 2, 0, paceOf({ ...steps(1, minutes), min: 3 }), {}],
  [
    'a platform that waits for units until a timeout',
    2,
    10 * minutes,
    paceOf({ ...steps(1, 0), takesChanges: 'anyTime', waitForActive: { timeoutMs: minutes, intervalMs: seconds } }),
    { 1: 738, 2: 676 },
  ],
  ['a number per period', 8, 0, paceOf(steps(null, 0), { policies: [rate('Pods', 4, 60)] }), { 4: 134, 8: 74 }],
  [
    'a period that no evaluation ends on time',
    8,
    0,
    paceOf(steps(null, 0), { policies: [rate('Pods', 4, 50)] }),
    { 4: 134, 8: 74 },
  ],
  [
    'a percentage per period, and the first unit at once',
    8,
    0,
    paceOf(steps(null, 0), { policies: [rate('Percent', 100, 60)] }),
    { 1: 254, 2: 194, 4: 134, 8: 74 },
  ],
  [
    'the faster of two rates',
    8,
    0,
    paceOf(steps(null, 0), { policies: [rate('Pods', 1, 60), rate('Pods', 4, 60)] }),
    { 4: 134, 8: 74 },
  ],
  [
    'the slower of two rates',
    2,
    0,
    paceOf(steps(null, 0), { selectPolicy: 'Min', policies: [rate('Pods', 1, 60), rate('Pods', 4, 60)] }),
    { 1: 134, 2: 74 },
  ],
  [
    'steps within the period of a rate',
    8,
    0,
    paceOf(steps(2, 30 * seconds), { policies: [rate('Pods', 10, 60)] }),
    { 4: 164, 8: 104 },
  ],
  ['a stabilization window', 8, 0, paceOf(steps(null, 0), { stabilizationWindowSeconds: 50 }), { 8: 76 }],
])('%s', (_, floor, startupMs, pace, rises) => {
  expect(risesTo(floor, startupMs, pace)).toEqual(rises);
});

test('nothing is raised more than 7 days early', () => {
  const { longestMs, at } = earlyFloor(100_000, 0, paceOf({ ...steps(1, 60 * minutes), max: null }));
  expect(longestMs).toBeLessThanOrEqual(7 * 24 * 60 * minutes + minutes);
  expect(at(longestMs)).toBe(100_000 - 7 * 24 + 1);
  expect(at(longestMs + 60 * minutes)).toBe(0);
});

test.each(['Disabled', undefined] as const)('behavior without a rate limits nothing (%s)', (selectPolicy) => {
  expect(risesTo(8, 0, paceOf(steps(null, 0), { ...(selectPolicy && { selectPolicy }) }))).toEqual({ 8: 16 });
});

const anyRate = fc.record({
  type: fc.constantFrom('Pods' as const, 'Percent' as const),
  value: fc.integer({ min: 1, max: 120 }),
  periodSeconds: fc.integer({ min: 1, max: 200 }),
});
const anyResource = fc.record({
  floor: fc.integer({ min: 1, max: 30 }),
  startCapacity: fc.integer({ min: 0, max: 30 }),
  startupSeconds: fc.integer({ min: 0, max: 200 }),
  step: fc.option(fc.integer({ min: 1, max: 10 })),
  cooldownSeconds: fc.record({ up: fc.integer({ min: 0, max: 200 }), down: fc.integer({ min: 0, max: 200 }) }),
  upAfter: fc.constantFrom('change' as const, 'up' as const),
  takesChanges: fc.constantFrom('whenActive' as const, 'shownAtOnce' as const),
  scaleUp: fc.record(
    {
      policies: fc.array(anyRate, { minLength: 1, maxLength: 3 }),
      selectPolicy: fc.constantFrom('Max' as const, 'Min' as const),
      stabilizationWindowSeconds: fc.integer({ min: 0, max: 100 }),
    },
    { requiredKeys: [] },
  ),
  intervalSeconds: fc.integer({ min: 5, max: 60 }),
  /** Random loads lead to other changes until the window begins. */
  loads: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }),
});

test('the units are ready when the window begins, with any limits and any other changes before', () => {
  fc.assert(
    fc.property(anyResource, (resource) => {
      const intervalMs = resource.intervalSeconds * seconds;
      const own = ownLimits(resource);
      const { longestMs } = earlyFloor(resource.floor, resource.startupSeconds * seconds, {
        limits: limits(own),
        scaleUp: resource.scaleUp,
        intervalMs,
      });
      fc.pre(longestMs < 100 * minutes);
      const { points } = simulate({
        resource: 'worker',
        spec: spec({ ...autoscaleOf(resource), intervalMs }, own),
        traces: { load: loadUntilNine(resource.loads, intervalMs) },
        arrivals: null,
        startCapacity: resource.startCapacity,
        readyAfterMs: resource.startupSeconds * seconds,
        maxAgeMs: null,
      });
      expect(points.at(-1)!.capacity).toBeGreaterThanOrEqual(resource.floor);
    }),
    { numRuns: 100 },
  );
});

type Resource = typeof anyResource extends fc.Arbitrary<infer Value> ? Value : never;

const nineMs = Date.parse('2026-11-25T09:00:00Z');

function ownLimits({ step, cooldownSeconds, upAfter, takesChanges }: Resource): Partial<ScaleSettings> {
  const { up, down } = cooldownSeconds;
  return {
    step: { up: step, down: null },
    cooldownMs: { up: up * seconds, down: down * seconds },
    upAfter,
    takesChanges,
  };
}

function autoscaleOf({ floor, startupSeconds, scaleUp }: Resource): WrittenAutoscale {
  const ready = { startup: `${startupSeconds}s` };
  const windows = [{ from: '09:00', to: '17:00', min: floor, ready }];
  return {
    policies: [
      { type: 'perUnit', value: 'load', target: 1, scaleInBelow: 1 },
      { type: 'schedule', timezone: 'UTC', windows },
    ],
    behavior: { scaleUp },
  };
}

/** The loads are repeated over two hours. The last evaluation is a millisecond before nine. */
function loadUntilNine(loads: readonly number[], intervalMs: number) {
  const count = Math.floor((120 * minutes) / intervalMs);
  const timesMs = Array.from({ length: count + 1 }, (_, index) => nineMs - 1 - (count - index) * intervalMs);
  return { file: 'load.csv', timesMs, values: timesMs.map((_, index) => loads[index % loads.length] ?? 0) };
}
