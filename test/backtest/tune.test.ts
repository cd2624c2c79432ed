import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Backtest } from '../../src/backtest/simulate.js';
import { simulate } from '../../src/backtest/simulate.js';
import { dominates, figuresOf, objectiveNames } from '../../src/backtest/tune/figures.js';
import { type TriedSettings, tune, type TuneResult } from '../../src/backtest/tune/tune.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { minutes, seconds, spec, type WrittenAutoscale } from '../domain/autoscale/watched-resource.js';

interface Recorded {
  readonly autoscale: WrittenAutoscale;
  readonly scale?: Partial<ScaleSettings>;
  /** One value a minute. */
  readonly load: readonly number[];
  readonly more?: Partial<Backtest>;
}

function backtestOf({ autoscale, scale = {}, load, more = {} }: Recorded): Backtest {
  return {
    resource: 'worker',
    spec: spec({ intervalMs: minutes, ...autoscale }, { min: 1, ...scale }),
    traces: { load: { file: 'load.csv', timesMs: load.map((_, minute) => minute * minutes), values: load } },
    arrivals: null,
    startCapacity: 1,
    readyAfterMs: 0,
    maxAgeMs: null,
    ...more,
  };
}

const tuned = (recorded: Recorded, max = 300): TuneResult => tune(backtestOf(recorded), { max });
const changed = ({ changed }: TriedSettings) => Object.fromEntries(changed.map(({ path, to }) => [path.join('.'), to]));
const times = (count: number, value: number) => new Array<number>(count).fill(value);
const perUnit = (settings: { target?: number; scaleInBelow?: number } = {}): WrittenAutoscale => ({
  policies: [{ type: 'perUnit', value: 'load', target: 100, ...settings }],
});

describe('where the best settings are known', () => {
  test('cost: units that wait for the end of a cooldown cost their time', () => {
    const { best, inForce } = tuned({
      autoscale: perUnit(),
      scale: { cooldownMs: { up: 0, down: 60 * minutes } },
      load: [...times(10, 1000), ...times(111, 100)],
    });
    // 10 units for an hour, and 1 for an hour. A quarter of the cooldown: 10 units for 15 minutes.
    expect(inForce.summary).toMatchObject({ unitHours: 11, changes: 2, underProvisionedSeconds: 0 });
    expect(changed(best.cost)).toEqual({ 'cooldown.down': '15m' });
    expect(best.cost.summary).toMatchObject({ unitHours: 4.25, changes: 2, underProvisionedSeconds: 0 });
    expect(best.cost.changed).toEqual([{ path: ['cooldown', 'down'], from: '1h', to: '15m', isOutermost: true }]);
  });

  test('performance: larger steps and shorter cooldowns reach what is needed sooner', () => {
    const { best, inForce } = tuned({
      autoscale: perUnit(),
      scale: { step: { up: 1, down: 1 }, cooldownMs: { up: minutes, down: minutes } },
      load: times(121, 800),
    });
    // From 1 to 8 by 1 a minute; by 3 every 15 seconds: 4, 7, 8.
    expect(inForce.summary.underProvisionedSeconds).toBe(6 * 60);
    expect(changed(best.performance)).toEqual({ 'step.up': 3, 'cooldown.up': '15s' });
    expect(best.performance.summary.underProvisionedSeconds).toBe(30);
  });

  test('nothing is better where the settings in force fit', () => {
    const { best, inForce } = tuned({ autoscale: perUnit(), load: times(60, 300), more: { startCapacity: 3 } });
    expect(objectiveNames.map((name) => best[name])).toEqual([inForce, inForce, inForce]);
  });

  test('with a queue, the one that starts earlier keeps it shorter', () => {
    const { best, inForce } = tuned({
      autoscale: {
        signals: ['queue'],
        policies: [{ type: 'thresholds', value: 'queue', up: { at: 100, add: 1 }, down: { at: 10, remove: 1 } }],
      },
      scale: { cooldownMs: { up: 4 * minutes, down: 4 * minutes }, max: 10 },
      load: [],
      more: {
        traces: {},
        arrivals: {
          trace: { file: 'jobs.csv', timesMs: [0, 10 * minutes, 600 * minutes], values: [1, 5, 5] },
          serviceRate: 1,
        },
      },
    });
    expect(best.performance.summary.underProvisionedSeconds).toBeLessThan(inForce.summary.underProvisionedSeconds / 2);
    expect(best.performance.summary.largestBacklog).toBeLessThan(Number(inForce.summary.largestBacklog));
    expect(best.performance.summary.unitHours).toBeLessThanOrEqual(inForce.summary.unitHours * 1.1);
  });
});

describe('the time below need', () => {
  const load = [...times(30, 300), ...times(30, 160)];

  test('is measured by the policies in force: a higher target does not make fewer units sufficient', () => {
    const { front } = tuned({ autoscale: perUnit({ target: 100 }), load });
    const doubled = simulate({
      ...backtestOf({ autoscale: perUnit({ target: 200 }), load }),
      neededBy: backtestOf({ autoscale: perUnit({ target: 100 }), load }).spec,
    });
    // 2 units for 300, and 1 for 160, for the whole hour.
    expect(doubled.summary.underProvisionedSeconds).toBe(59 * 60);
    const cheapest = front[0];
    expect(cheapest?.changed).toEqual([expect.objectContaining({ to: 200 })]);
    expect(cheapest?.summary).toEqual(doubled.summary);
  });

  test('does not count units that a policy only keeps', () => {
    const { front, inForce } = tuned({ autoscale: perUnit({ scaleInBelow: 50 }), load });
    expect(inForce.summary).toMatchObject({ changes: 1, underProvisionedSeconds: 0, unitHours: 2.95 });
    // 160 is below 3 x 55, and not below 3 x 53. 2 units carry it.
    const cheaper = front.find((settings) =>
      isDeepStrictEqual(changed(settings), { 'autoscale.policies.0.scaleInBelow': 55 }),
    );
    expect(cheaper?.summary).toMatchObject({ changes: 2, underProvisionedSeconds: 0 });
    expect(cheaper?.summary.unitHours).toBeCloseTo((30 * 3 + 29 * 2) / 60);
  });

  test('does not count what is above max', () => {
    const { inForce, warnings } = tuned({ autoscale: perUnit(), scale: { max: 2 }, load });
    expect(inForce.summary.underProvisionedSeconds).toBe(0);
    expect(warnings).toContainEqual(expect.stringMatching(/^The capacity reaches max, 2\./));
  });

  test('counts the floor of a schedule', () => {
    const { inForce } = tuned({
      autoscale: {
        policies: [
          { type: 'schedule', timezone: 'UTC', windows: [{ from: '00:10', to: '00:20', min: 5 }] },
          { type: 'perUnit', value: 'load', target: 100 },
        ],
      },
      load: times(60, 100),
      more: { readyAfterMs: 90 * seconds },
    });
    expect(inForce.summary.underProvisionedSeconds).toBe(90);
  });
});

describe('what is varied', () => {
  const numbersOf = (autoscale: WrittenAutoscale, scale: Partial<ScaleSettings> = {}) =>
    tuned({ autoscale, scale, load: [1, 2] }, 1).numbers.map(({ field, inForce, tried }) => [field, inForce, tried]);

  test('the numbers that each policy names, step, cooldown and stabilization windows', () => {
    expect(
      numbersOf(
        {
          policies: [
            { type: 'perUnit', value: 'load', target: 100, scaleInBelow: 40 },
            { type: 'thresholds', value: 'load', up: { at: 0.7, add: 2 }, down: { at: 0, remove: 1 } },
            { type: 'fixed', capacity: 3 },
          ],
          behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
        },
        { step: { up: null, down: 4 }, cooldownMs: { up: 0, down: 90 * seconds } },
      ),
    ).toEqual([
      ['autoscale.policies[0].target', 100, [50, 65, 80, 90, 95, 100, 105, 110, 125, 150, 200]],
      ['autoscale.policies[0].scaleInBelow', 40, [20, 26, 32, 36, 38, 40, 42, 44, 50, 60, 80]],
      ['autoscale.policies[1].up.at', 0.7, [0.35, 0.455, 0.56, 0.63, 0.665, 0.7, 0.735, 0.77, 0.875, 1.05, 1.4]],
      ['autoscale.policies[1].up.add', 2, [1, 2, 3, 4]],
      ['autoscale.policies[1].down.remove', 1, [1, 2, 3]],
      ['autoscale.behavior.scaleDown.stabilizationWindowSeconds', 300, [75, 150, 225, 300, 450, 600]],
      ['step.down', 4, [2, 3, 4, 5, 6, 8]],
      ['cooldown.down', '1m30s', ['23s', '45s', '1m8s', '1m30s', '2m15s', '3m']],
    ]);
  });

  test('the common bound of two bands as one number', () => {
    const load = [...times(20, 90), ...times(40, 120)];
    const steps = [
      { below: 100, remove: 1 },
      { atOrAbove: 100, add: 1 },
    ];
    const { numbers, front } = tuned({ autoscale: { policies: [{ type: 'steps', value: 'load', steps }] }, load });
    expect(numbers.map(({ field }) => field)).toEqual([
      'autoscale.policies[0].steps[0].below',
      'autoscale.policies[0].steps[0].remove',
      'autoscale.policies[0].steps[1].add',
    ]);
    const moved = front.flatMap((settings) =>
      'autoscale.policies.0.steps.0.below' in changed(settings) ? [changed(settings)] : [],
    );
    expect(moved.length).toBeGreaterThan(0);
    for (const fields of moved) {
      expect(fields['autoscale.policies.0.steps.1.atOrAbove']).toBe(fields['autoscale.policies.0.steps.0.below']);
    }
  });

  test('nothing can be tuned: an error says what could', () => {
    expect(() => tuned({ autoscale: { policies: [{ type: 'fixed', capacity: 3 }] }, load: [1] })).toThrow(
      /^worker: has no number that can be tuned; a policy such as perUnit/,
    );
  });
});

describe('warnings', () => {
  const warningsOf = (autoscale: WrittenAutoscale, recorded: Partial<Recorded> = {}) =>
    tuned({ autoscale, load: times(60, 100), ...recorded }, 1).warnings;

  test.each<[string, WrittenAutoscale, Partial<Recorded>, string]>([
    [
      'a recorded mean over units',
      { policies: [{ type: 'utilization', value: 'load', target: 70 }] },
      {},
      'utilization load: the recorded values belong to the recorded capacity and stay the same in every trial',
    ],
    ['a recorded signal', perUnit(), {}, 'load: the values are replayed as recorded. If they depend on the capacity'],
    [
      'a short recording',
      perUnit(),
      {},
      'The recording covers 1h, so the figures say nothing about other hours of the day.',
    ],
    [
      'a recording of two days',
      perUnit(),
      { load: times(2880, 100) },
      'The recording covers 2d, so the figures say nothing about other days of the week.',
    ],
    ['few changes', perUnit(), { more: { startCapacity: 3 } }, 'The settings in force change the capacity once,'],
    ['units that are ready at once', perUnit(), {}, 'New units are ready at once.'],
    [
      'missing data',
      perUnit(),
      { load: [...times(30, 100), ...times(30, NaN)] },
      'load has no data at 50% of the evaluations.',
    ],
  ])('on %s', (_, autoscale, recorded, expected) => {
    expect(warningsOf(autoscale, recorded)).toContainEqual(expect.stringContaining(expected));
  });

  test('not on the loop where a simulated queue is all that the policies read', () => {
    const trace = { file: 'jobs.csv', timesMs: [0, 60 * minutes], values: [1, 1] };
    const warnings = warningsOf(
      { signals: ['queue'], policies: [{ type: 'perUnit', value: 'queue', target: 10 }] },
      { more: { traces: {}, arrivals: { trace, serviceRate: 1 }, readyAfterMs: minutes } },
    );
    expect(warnings.join()).not.toMatch(/recorded values|replayed|ready at once/);
  });
});

const anyRecorded: fc.Arbitrary<Recorded> = fc
  .record({
    target: fc.integer({ min: 1, max: 200 }),
    scaleInBelow: fc.option(fc.double({ min: 0.1, max: 1, noNaN: true }), { nil: undefined }),
    step: fc.option(fc.integer({ min: 1, max: 3 })),
    cooldownMinutes: fc.integer({ min: 0, max: 9 }),
    readyAfterMinutes: fc.integer({ min: 0, max: 5 }),
    takesChanges: fc.constantFrom('whenActive', 'shownAtOnce'),
    load: fc.array(fc.nat(1000), { minLength: 2, maxLength: 40 }),
  })
  .map(({ target, scaleInBelow, step, cooldownMinutes, readyAfterMinutes, takesChanges, load }) => ({
    autoscale: perUnit({ target, ...(scaleInBelow !== undefined && { scaleInBelow: target * scaleInBelow }) }),
    scale: {
      max: 20,
      step: { up: step, down: step },
      cooldownMs: { up: cooldownMinutes * minutes, down: cooldownMinutes * minutes },
      takesChanges,
    },
    load,
    more: { readyAfterMs: readyAfterMinutes * minutes },
  }));

describe('whatever the recording', () => {
  const anyMax = fc.integer({ min: 1, max: 60 });

  test('no settings on the front are dominated, and the best for each objective are no worse than it allows', () => {
    fc.assert(
      fc.property(anyRecorded, anyMax, (recorded, max) => {
        const { front, inForce, best, trials } = tuned(recorded, max);
        const figures = (settings: TriedSettings) => figuresOf(settings.summary);
        const all = [inForce, ...front];
        for (const one of front) expect(all.some((other) => dominates(figures(other), figures(one)))).toBe(false);
        const now = figures(inForce);
        const [cost, performance] = [figures(best.cost), figures(best.performance)];
        expect(cost.unitHours <= now.unitHours && cost.belowNeedSeconds <= now.belowNeedSeconds).toBe(true);
        expect(performance.belowNeedSeconds).toBeLessThanOrEqual(now.belowNeedSeconds);
        expect(dominates(now, figures(best.balanced))).toBe(false);
        expect(trials).toBeLessThanOrEqual(max);
        expect(inForce.changed).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('the same input has the same result', () => {
    fc.assert(
      fc.property(anyRecorded, anyMax, (recorded, max) => {
        expect(tuned(recorded, max)).toEqual(tuned(recorded, max));
      }),
      { numRuns: 20 },
    );
  });

  test('the settings in force have the figures of their backtest', () => {
    fc.assert(
      fc.property(anyRecorded, (recorded) => {
        const { underProvisionedSeconds } = tuned(recorded, 1).inForce.summary;
        const { summary } = simulate(backtestOf(recorded));
        expect(tuned(recorded, 1).inForce.summary).toEqual({ ...summary, underProvisionedSeconds });
      }),
      { numRuns: 60 },
    );
  });
});
