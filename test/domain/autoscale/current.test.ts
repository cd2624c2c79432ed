/** Which capacity is `current` during a scale run: the requested one or the observed one (docs/decisions/0035). */
import { minutes, seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

const perUnit: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 100 }] };
const banded: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 100, scaleInBelow: 50 }] };
const tolerant: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 100, tolerance: 0.1 }] };
const thresholds: WrittenAutoscale = {
  policies: [{ type: 'thresholds', value: 'load', up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }],
};
const utilization: WrittenAutoscale = { policies: [{ type: 'utilization', value: 'load', target: 100 }] };
const fixed = (capacity: number): WrittenAutoscale => ({ policies: [{ type: 'fixed', capacity }] });

const own = (target: number) => ({ target, isOwn: true });
const others = (target: number) => ({ target, isOwn: false });

describe('policies, over 4 units of which', () => {
  test.each<[string, WrittenAutoscale, number, { target: number; isOwn: boolean } | null, number]>([
    // perUnit: the load is the same however many units share it.
    ['a load in the band of the requested capacity changes nothing', banded, 700, own(10), 10],
    ['a load below that band lowers the requested capacity', banded, 400, own(10), 8],
    ['a load above it raises it', banded, 1200, own(10), 12],
    ['a tolerable load changes nothing', tolerant, 950, own(10), 10],
    ['a load that the remaining units could not handle cancels a scale-in', tolerant, 390, own(2), 4],
    ['the word of a person counts the same', banded, 700, others(10), 10],
    // thresholds: an amount is added to what there is, or every look would add it again.
    ['an edge that is still crossed adds nothing twice', thresholds, 60, own(6), 6],
    ['a crossed threshold never lowers the requested capacity', thresholds, 60, others(10), 10],
    ['the lower threshold cancels a scale-out', thresholds, 5, own(6), 3],
    ['the lower edge removes nothing twice', thresholds, 5, own(3), 3],
    ['between the thresholds our own run ends', thresholds, 30, own(6), 4],
    ['between the edges the word of a person stands', thresholds, 30, others(10), 10],
    // utilization: the load of the current units together, compared with the requested capacity.
    ['units that are busy as they should be call nothing off', utilization, 100, own(10), 10],
    ['nor do busier ones that fewer could help', utilization, 120, own(10), 10],
    ['busier ones that need more than is on its way', utilization, 300, own(10), 12],
    ['about as many as are on their way are enough', utilization, 260, own(10), 10],
    ['underused units lower the requested capacity', utilization, 80, own(10), 4],
    ['busy units cancel a scale-in', utilization, 100, own(2), 4],
    ['a scale-in that leaves enough units continues', utilization, 50, own(2), 2],
    ['without a run nothing differs', utilization, 150, null, 6],
    ['without a run nothing differs', banded, 250, null, 4],
  ])('%s: %#', (_, written, load, run, expected) => {
    expect(new WatchedResource(spec(written), 4).look({ load, run }).target).toBe(expected);
  });
});

describe('without data', () => {
  test.each([
    ['on the way out, it goes on', own(10)],
    ['on the way in, it goes on', own(2)],
    ['the word of a person stands', others(10)],
  ])('%s', (_, run) => {
    const evaluation = new WatchedResource(spec(perUnit), 4).look({ load: 'down', run });
    expect(evaluation.target).toBe(run.target);
    expect(evaluation.reason).toContain(`Asked for ${run.target} (as before, perUnit load: no data from load)`);
  });

  test.each([
    ['hold', own(10), 10],
    [{ atLeast: 6 }, own(10), 10],
    [{ atLeast: 12 }, own(10), 12],
    [{ atMost: 6 }, own(10), 6],
    [{ atMost: 12 }, own(10), 10],
    [5, own(10), 5],
  ] as const)(
    'the fallback %j replaces the recommendation, over the requested capacity: %j',
    (capacity, run, expected) => {
      const failing = spec({ ...perUnit, fallback: { after: 1, capacity } });
      expect(new WatchedResource(failing, 4).look({ load: 'down', run }).target).toBe(expected);
    },
  );
});

describe('behavior', () => {
  const doubling = { scaleUp: { policies: [{ type: 'Percent' as const, value: 100, periodSeconds: 15 }] } };

  test('a burst during a long run has the effect that it has on the HPA, not that of one step', () => {
    const resource = new WatchedResource(spec({ ...perUnit, behavior: doubling }), 5);
    resource.look({ load: 1000 });
    const targets = [15, 30, 45].reduce<number[]>((asked, second) => {
      const run = own(asked.at(-1) ?? 10);
      return [...asked, resource.look({ atMs: second * seconds, load: 5000, run }).target];
    }, []);
    expect(targets).toEqual([20, 40, 50]);
  });

  test('a window contains the requested capacity, including units that do not exist yet', () => {
    const window = { ...perUnit, behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } };
    const resource = new WatchedResource(spec(window), 2);
    expect(resource.look({ load: 1000 }).target).toBe(10);
    resource.capacity = 3;
    expect(resource.look({ atMs: 15 * seconds, load: 200, run: own(10) })).toMatchObject({
      asked: 10,
      target: 10,
      limitedBy: ['stabilization'],
    });
    expect(resource.look({ atMs: 60 * seconds, load: 200, run: own(10) }).target).toBe(2);
  });

  test('steps of a run are not changes of the requested capacity, because the rate has counted them', () => {
    const rate = { scaleUp: { policies: [{ type: 'Pods' as const, value: 4, periodSeconds: 60 }] } };
    const resource = new WatchedResource(spec({ ...perUnit, behavior: rate }), 2);
    expect(resource.look({ load: 3000 }).target).toBe(6);
    const targets = [15, 30, 45, 60].map((second, step) => {
      resource.capacity = 3 + step;
      return resource.look({ atMs: second * seconds, load: 3000, run: own(6) }).target;
    });
    expect(targets).toEqual([6, 6, 6, 10]);
  });

  test('what the end of a run leaves undone is a change back', () => {
    const rate = { scaleUp: { policies: [{ type: 'Pods' as const, value: 4, periodSeconds: 60 }] } };
    const resource = new WatchedResource(spec({ ...perUnit, behavior: rate }), 2);
    resource.look({ load: 3000 });
    resource.look({ atMs: 15 * seconds, load: 3000, run: own(6) });
    resource.capacity = 3;
    expect(resource.look({ atMs: 30 * seconds, load: 3000 }).target).toBe(6);
  });

  test('a climb takes its next step a whole period after the last was asked for', () => {
    const resource = new WatchedResource(spec({ ...perUnit, behavior: doubling }), 1);
    const climbed = [0, 15.02, 30.05, 45.09].map((second) => {
      const lastChange = { sentAtMs: start + (second - 14) * seconds, upSentAtMs: null, confirmed: true };
      return resource.follow({ atMs: second * seconds, load: 5000, lastChange });
    });
    expect(climbed).toEqual([2, 4, 8, 16]);
  });

  test('a heartbeat of an older version continues as if no run was in progress then', () => {
    const resource = new WatchedResource(spec({ ...perUnit, behavior: doubling }), 4);
    resource.look({ load: 400 });
    delete (resource.state as { asked?: number }).asked;
    delete (resource.state as { target?: number }).target;
    expect(resource.look({ atMs: 15 * seconds, load: 5000 }).target).toBe(8);
  });
});

describe('where the platform takes a change at any time', () => {
  const anyTime = { takesChanges: 'anyTime' } as const;
  const starting = { status: 'STARTING' } as const;

  test.each(['anyTime', 'shownAtOnce'] as const)(
    'and says so with %s, units that are not ready stop nothing',
    (takes) => {
      const resource = new WatchedResource(spec(perUnit, { takesChanges: takes }), 5);
      expect(resource.look({ load: 200, ...starting, ready: 4 })).toMatchObject({ target: 2, limitedBy: [], ready: 4 });
      expect(resource.look({ load: 800, ...starting, ready: 4 }).target).toBe(8);
    },
  );

  test('a load that needs the units that are starting asks for no more of them', () => {
    const resource = new WatchedResource(spec(perUnit, anyTime), 2);
    expect(resource.look({ load: 800 }).target).toBe(8);
    resource.capacity = 8;
    for (let atMs = 15 * seconds; atMs < 5 * minutes; atMs += 15 * seconds) {
      expect(resource.look({ atMs, load: 800, ...starting, ready: 2 }).target).toBe(8);
    }
    expect(resource.look({ atMs: 5 * minutes, load: 100, ...starting, ready: 3 }).target).toBe(1);
  });

  test.each<[string, WrittenAutoscale, number, number | undefined, number]>([
    ['help that is starting is waited for', thresholds, 90, 2, 4],
    ['help that has come and is not enough is added to', thresholds, 90, 4, 6],
    ['one that never gets ready does not keep others from being helped', thresholds, 90, 3, 5],
    ['what is not ready can be removed', thresholds, 5, 3, 3],
    ['between the edges nothing is', thresholds, 30, 3, 4],
    ['a platform that does not count what is ready', thresholds, 90, undefined, 6],
    ['a mean over two units is no mean over four', utilization, 150, 2, 4],
    ['it may still be too much for four', utilization, 250, 2, 5],
    ['two with little to do', utilization, 50, 2, 1],
    ['none that could say anything', utilization, 500, 0, 4],
    ['busy units of a platform that does not count what is ready', utilization, 500, undefined, 4],
    ['and ones with little to do', utilization, 50, undefined, 2],
  ])('of 4 units that are not all ready, %s: %#', (_, written, load, ready, expected) => {
    const resource = new WatchedResource(spec(written, anyTime), 4);
    expect(resource.look({ load, ready, ...starting }).target).toBe(expected);
  });

  test('a burst of busy units that cannot be counted does not multiply what is starting', () => {
    const bursting = spec(
      {
        policies: [
          {
            type: 'utilization',
            value: 'load',
            target: 100,
            averageMs: minutes,
            burst: { windowMs: 15_000, above: 2 },
          },
        ],
      },
      anyTime,
    );
    const resource = new WatchedResource(bursting, 4);
    expect(resource.look({ load: 900, ...starting }).target).toBe(4);
  });

  test('a pause ends our run at its capacity, unless a step is still in progress', () => {
    const pause = { direction: 'both', untilMs: null } as const;
    const stepwise = spec(fixed(9), { ...anyTime, step: { up: 2, down: 2 } });
    const paused = { pause, run: own(9), ...starting };
    const sent = { sentAtMs: start, upSentAtMs: start };
    const targetAfter = (confirmed: boolean) =>
      new WatchedResource(stepwise, 5).look({ ...paused, lastChange: { ...sent, confirmed } }).target;
    expect([targetAfter(true), targetAfter(false)]).toEqual([5, 7]);
  });
});
