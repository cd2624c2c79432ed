import { simulate, type Backtest, type BacktestResult } from '../../src/backtest/simulate.js';
import type { Trace } from '../../src/backtest/trace.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';
import { seconds, spec, type WrittenAutoscale } from '../domain/autoscale/watched-resource.js';

function trace(values: readonly number[], intervalSeconds: number): Trace {
  return { file: 'load.csv', timesMs: values.map((_, index) => index * intervalSeconds * seconds), values };
}

function run(
  autoscale: WrittenAutoscale,
  scale: Partial<ScaleSettings>,
  values: readonly number[],
  more: Partial<Backtest> = {},
): BacktestResult {
  const intervalMs = autoscale.intervalMs ?? 10 * seconds;
  return simulate({
    resource: 'worker',
    spec: spec({ intervalMs, ...autoscale }, scale),
    traces: { load: trace(values, intervalMs / seconds) },
    arrivals: null,
    startCapacity: 1,
    readyAfterMs: 0,
    maxAgeMs: 3 * intervalMs,
    ...more,
  });
}

const capacities = ({ points }: BacktestResult): number[] => points.map(({ capacity }) => capacity);
const both = (cooldownSeconds: number) => ({ up: cooldownSeconds * seconds, down: cooldownSeconds * seconds });

/** The pool of the queue-backpressure guide: checks every 10 s. */
describe('thresholds over time', () => {
  const pool = (values: number[], startCapacity: number, cooldownSeconds = 30) =>
    run(
      { policies: [{ type: 'thresholds', value: 'load', up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }] },
      { min: 2, max: 10, cooldownMs: both(cooldownSeconds) },
      values,
      { startCapacity },
    );

  test.each([
    ['the spike of the guide', [5, 60, 85, 85, 85, 60, 40, 8, 3, 3, 3], 2, [2, 4, 4, 4, 6, 6, 6, 5, 5, 5, 4], 2, 2],
    [
      'a long queue climbs to max',
      new Array<number>(14).fill(80),
      2,
      [4, 4, 4, 6, 6, 6, 8, 8, 8, 10, 10, 10, 10, 10],
      4,
      0,
    ],
    ['an empty queue falls to min', new Array<number>(12).fill(0), 6, [5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2], 0, 4],
    ['a dip inside the cooldown is missed', [60, 0, 0, 30, 30], 2, [4, 4, 4, 4, 4], 1, 0],
    ['above max it comes back once, and stays', [30, 30, 60], 12, [10, 10, 10], 0, 1],
  ])('%s', (_, values, startCapacity, expected, scaleUps, scaleDowns) => {
    const result = pool(values, startCapacity);
    expect(capacities(result)).toEqual(expected);
    expect(result.summary).toMatchObject({ scaleUps, scaleDowns, changes: scaleUps + scaleDowns });
  });

  test('a long cooldown calms a restless queue', () => {
    const restless = Array.from({ length: 14 }, (_, index) => (index % 2 === 0 ? 60 : 5));
    expect(capacities(pool(restless, 4, 60))).toEqual([6, 6, 6, 6, 6, 6, 8, 8, 8, 8, 8, 8, 10, 10]);
  });
});

describe('perUnit over time', () => {
  const banded: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 100, scaleInBelow: 50 }] };

  test.each([
    ['a steady load settles', [300, 300, 300, 300], 1, [3, 3, 3, 3]],
    ['out, hold, in', [250, 200, 151, 150, 149, 101, 100, 99, 50, 49, 1, 0], 1, [3, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1, 0]],
    ['no flapping at an edge', [149, 149, 149], 3, [2, 2, 2]],
    ['no data changes nothing', [300, NaN, NaN, NaN, 190], 1, [3, 3, 3, 3, 3]],
  ])('%s', (_, values, startCapacity, expected) => {
    expect(capacities(run(banded, {}, values, { startCapacity }))).toEqual(expected);
  });
});

describe('the run in virtual time', () => {
  const fixed = (capacity: number): WrittenAutoscale => ({ policies: [{ type: 'fixed', capacity }] });

  test('takes a step at each end of the cooldown, also between two evaluations', () => {
    const { changes } = run(
      { ...fixed(5), intervalMs: 60 * seconds },
      { step: { up: 1, down: 1 }, cooldownMs: both(25) },
      [0, 0, 0],
      { startCapacity: 1 },
    );
    expect(changes).toEqual([
      { seconds: 0, from: 1, to: 2 },
      { seconds: 25, from: 2, to: 3 },
      { seconds: 50, from: 3, to: 4 },
      { seconds: 75, from: 4, to: 5 },
    ]);
  });

  test('adds at once after a removal where a change up waits only for the last one up', () => {
    const follow: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 1 }] };
    const held = { step: { up: 2, down: 2 }, cooldownMs: both(60) };
    const loads = [2, 4, 4, 4, 4, 4, 4, 4];
    const timesUp = (upAfter: 'change' | 'up') =>
      run(follow, { ...held, upAfter }, loads, { startCapacity: 4 }).changes.map(({ seconds: at, to }) => [at, to]);
    expect(timesUp('change')).toEqual([[0, 2], [60, 4]]); // prettier-ignore
    expect(timesUp('up')).toEqual([[0, 2], [10, 4]]); // prettier-ignore
  });

  test('units exist only when they are ready, and nothing is sent twice meanwhile', () => {
    const result = run(fixed(4), {}, new Array<number>(6).fill(0), { readyAfterMs: 25 * seconds });
    expect(result.changes).toEqual([{ seconds: 0, from: 1, to: 4 }]);
    expect(capacities(result)).toEqual([1, 1, 1, 4, 4, 4]);
    expect(result.summary.underProvisionedSeconds).toBe(25);
  });

  test('units that go are gone at once', () => {
    const result = run(fixed(1), {}, [0, 0], { startCapacity: 4, readyAfterMs: 25 * seconds });
    expect(capacities(result)).toEqual([1, 1]);
  });

  test('a policy that adds to what there is does not add again for units that are starting', () => {
    const adding: WrittenAutoscale = {
      policies: [{ type: 'thresholds', value: 'load', up: { at: 50, add: 4 }, down: { at: 10, remove: 1 } }],
    };
    const result = run(adding, { max: 6 }, new Array<number>(12).fill(90), {
      startCapacity: 2,
      readyAfterMs: 120 * seconds,
    });
    expect(result.changes).toEqual([{ seconds: 0, from: 2, to: 6 }]);
  });

  describe('where the platform takes a change at any time', () => {
    const anyTime = { takesChanges: 'shownAtOnce', max: 20 } as const;
    const perUnit: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 10 }] };
    const slow = { readyAfterMs: 120 * seconds };
    const changesOf = ({ changes }: BacktestResult) => changes.map(({ seconds: at, from, to }) => [at, from, to]);

    test('units that are starting stop neither a change in nor one further out', () => {
      const loads = [
        ...new Array<number>(3).fill(80),
        ...new Array<number>(3).fill(120),
        ...new Array<number>(3).fill(10),
      ];
      const result = run(perUnit, anyTime, loads, slow);
      expect(changesOf(result)).toEqual([[0, 1, 8], [30, 8, 12], [60, 12, 1]]); // prettier-ignore
      expect(capacities(result)).toEqual(new Array(9).fill(1));
    });

    test('units that are removed before they were ready never exist', () => {
      const loads = [...new Array<number>(6).fill(80), ...new Array<number>(12).fill(50)];
      expect(capacities(run(perUnit, anyTime, loads, slow)).slice(11, 14)).toEqual([1, 5, 5]);
    });

    test('a step waits for the units of the previous step, with a timeout', () => {
      const stepwise = { ...anyTime, step: { up: 2, down: 2 }, cooldownMs: both(0) };
      const loads = new Array<number>(40).fill(50);
      expect(changesOf(run(perUnit, stepwise, loads, slow))).toEqual([[0, 1, 3], [120, 3, 5]]); // prettier-ignore
      const impatient = { ...stepwise, waitForActive: { timeoutMs: 45 * seconds, intervalMs: 1000 } };
      expect(changesOf(run(perUnit, impatient, loads, slow))).toEqual([[0, 1, 3], [45, 3, 5]]); // prettier-ignore
    });

    test.each<[string, WrittenAutoscale['policies']]>([
      ['thresholds', [{ type: 'thresholds', value: 'load', up: { at: 50, add: 3 }, down: { at: 10, remove: 1 } }]],
      ['utilization', [{ type: 'utilization', value: 'load', target: 30 }]],
    ])('%s add nothing for units that are starting', (_, policies) => {
      const result = run({ policies }, anyTime, new Array<number>(12).fill(90), { startCapacity: 2, ...slow });
      expect(result.changes.length).toBe(1);
    });
  });

  test('a night that ends by the clock is over at that time', () => {
    const night = { cron: '10 19 * * *', until: '06:00', capacity: 0 };
    const from = Date.parse('2026-02-03T05:00:00Z');
    const load: Trace = {
      file: 'day.csv',
      timesMs: Array.from({ length: 96 }, (_, index) => from + index * 600 * seconds),
      values: new Array<number>(96).fill(1),
    };
    const { changes } = run(
      {
        intervalMs: 600 * seconds,
        policies: [...fixed(1).policies!, { type: 'schedule', timezone: 'UTC', windows: [night] }],
      },
      { max: 2 },
      [],
      { traces: { load } },
    );
    const changesByTime = changes.map((change) => [new Date(from + change.seconds * seconds).toISOString(), change.to]);
    expect(changesByTime).toEqual([
      ['2026-02-03T05:00:00.000Z', 0],
      ['2026-02-03T06:00:00.000Z', 1],
      ['2026-02-03T19:10:00.000Z', 0],
    ]);
  });

  test('adds up what it cost, to the second', () => {
    const { summary } = run(fixed(3), { cooldownMs: both(0) }, new Array<number>(361).fill(0), { startCapacity: 3 });
    expect(summary).toEqual({
      changes: 0,
      scaleUps: 0,
      scaleDowns: 0,
      unitHours: 3,
      minCapacity: 3,
      maxCapacity: 3,
      underProvisionedSeconds: 0,
      largestBacklog: null,
    });
  });
});

describe('a closed loop', () => {
  const byQueue: WrittenAutoscale = {
    signals: ['queue'],
    policies: [{ type: 'perUnit', value: 'queue', target: 100 }],
  };

  const loop = (rates: number[], more: Partial<Backtest> = {}, autoscale = byQueue) =>
    run(autoscale, { max: 50 }, [], {
      traces: {},
      arrivals: { trace: trace(rates, 10), serviceRate: 10 },
      ...more,
    });

  test('fills by the arrivals and drains by the units there are', () => {
    const { points } = loop([30, 0, 0, 0, 0], { startCapacity: 1 }, { signals: ['queue'], policies: [] });
    expect(points.map(({ signals }) => signals.queue)).toEqual([0, 200, 100, 0, 0]);
  });

  test('more units drain it faster, and the backlog is reported', () => {
    const { points, summary } = loop([50, 50, 0, 0, 0]);
    expect(points.map(({ capacity }) => capacity)).toEqual([0, 5, 5, 0, 0]);
    expect(points.map(({ signals }) => signals.queue)).toEqual([0, 500, 500, 0, 0]);
    expect(summary.largestBacklog).toBe(500);
  });

  test('units that take long to be ready cost backlog', () => {
    const rates = [50, 50, 50, 50, 50, 50, 0, 0, 0];
    expect(loop(rates, { readyAfterMs: 25 * seconds }).summary.largestBacklog).toBeGreaterThan(
      loop(rates).summary.largestBacklog!,
    );
  });

  test.each([NaN, -1])('arrivals of %d are refused', (rate) => {
    expect(() => loop([1, rate])).toThrow('sample 2 is not a rate');
  });
});

describe('the way out of zero', () => {
  test('a share of the capacity begins at the first unit, and reaches max', () => {
    const shareOf = { policies: [{ type: 'Percent' as const, value: 10, periodSeconds: 60 }] };
    const values = [...new Array<number>(10).fill(0), ...new Array<number>(50).fill(100)];
    const result = run(
      {
        intervalMs: 60 * seconds,
        policies: [{ type: 'perUnit', value: 'load', target: 1 }],
        behavior: { scaleUp: shareOf, scaleDown: shareOf },
        idle: { value: 'load', forMs: 300 * seconds },
      },
      { min: 0, max: 30 },
      values,
      { startCapacity: 0 },
    );
    expect(capacities(result).slice(9, 21)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(capacities(result).at(-1)).toBe(30);
  });
});

describe('a signal that is a counter', () => {
  const counter = Array.from({ length: 120 }, (_, index) => index * 2);
  const following = { intervalMs: 15 * seconds, policies: [{ type: 'perUnit' as const, value: 'load', target: 10 }] };

  test('in this state, requests more units without end', () => {
    expect(run(following, { min: 1, max: 20 }, counter).summary).toMatchObject({ maxCapacity: 20 });
  });

  test('counts by what it gains a second', () => {
    const result = run({ ...following, sampling: { load: { rate: true } } }, { min: 1, max: 20 }, counter);
    expect(result.summary).toMatchObject({ changes: 0, maxCapacity: 1 });
    expect(result.points.slice(0, 3).map(({ signals }) => signals['load'])).toEqual([null, 2 / 15, 2 / 15]);
  });
});

describe('the age of a sample', () => {
  const sparse: Trace = { file: 'load.csv', timesMs: [0, 300 * seconds], values: [100, 100] };
  const known = (more: Partial<Backtest>, sampling?: WrittenAutoscale['sampling']) =>
    run({ policies: [{ type: 'perUnit', value: 'load', target: 10 }], ...(sampling && { sampling }) }, {}, [], {
      traces: { load: sparse },
      maxAgeMs: null,
      ...more,
    }).points.filter(({ signals }) => signals['load'] !== null).length;

  test.each([
    ['three intervals where nothing is said', {}, undefined, 5],
    ['as the signal says', {}, { load: { maxAgeMs: 100 * seconds } }, 12],
    ['as the command says, where the signal says nothing', { maxAgeMs: 200 * seconds }, undefined, 22],
    ['no more than the signal says', { maxAgeMs: 200 * seconds }, { load: { maxAgeMs: 100 * seconds } }, 12],
    ['no more than the command says', { maxAgeMs: 50 * seconds }, { load: { maxAgeMs: 100 * seconds } }, 7],
  ])('may be %s', (_, more, sampling, expected) => {
    expect(known(more, sampling)).toBe(expected);
  });
});

test('a number below zero is no data, as it is in life', () => {
  const result = run({ policies: [{ type: 'perUnit', value: 'load', target: 10 }] }, {}, [50, -1, 50]);
  expect(result.points.map(({ signals, capacity }) => [signals['load'], capacity])).toEqual([
    [50, 5],
    [null, 5],
    [50, 5],
  ]);
});

test.each([
  ['is of now, as far as anybody knows', undefined, [3, 5, 7, 9, 11, 13]],
  ['is dated by its source', { load: { isDated: true } }, [3, 3, 3, 5, 5, 5]],
])('a sample that %s counts as in life', (_, samples, expected) => {
  const load: Trace = { file: 'load.csv', timesMs: [0, 30 * seconds, 59 * seconds], values: [80, 80, 80] };
  const policy = { type: 'thresholds' as const, value: 'load', up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } };
  const result = run({ policies: [policy] }, {}, [], { traces: { load }, ...(samples && { samples }) });
  expect(capacities(result)).toEqual(expected);
});
