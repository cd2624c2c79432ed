import { applyBehavior } from '../../../src/domain/behavior.js';
import { minutes, seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

const oneEach: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 1 }] };

const stabilized: WrittenAutoscale = { ...oneEach, behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } };

/** Looks every 15 s, following the target; @returns the capacities. */
function watch(resource: WatchedResource, fromMs: number, loads: readonly number[]): number[] {
  return loads.map((load, index) => resource.follow({ atMs: fromMs + index * 15 * seconds, load }));
}

describe('stabilization over time', () => {
  test('a first look, or one without state, is as if the window were full of the present capacity', () => {
    const resource = new WatchedResource(spec(stabilized), 7);
    expect(watch(resource, seconds, [1, 1, 1, 1])).toEqual([7, 7, 7, 7]);
    expect(resource.follow({ atMs: 61 * seconds, load: 1 })).toBe(1);
  });

  test('and so is one long after the last', () => {
    const resource = new WatchedResource(spec(stabilized), 7);
    watch(resource, 0, [7, 7, 7]);
    expect(watch(resource, 60 * minutes, [1, 1, 1, 1])).toEqual([7, 7, 7, 7]);
    expect(resource.follow({ atMs: 61 * minutes, load: 1 })).toBe(1);
  });

  test('a short interruption forgets nothing and adds nothing', () => {
    const resource = new WatchedResource(spec(stabilized), 7);
    watch(resource, 0, [7, 7, 1, 1]);
    expect(watch(resource, 74 * seconds, [1, 1])).toEqual([7, 1]);
  });

  describe('a gap of some seconds in a watch that looks every second', () => {
    const quick = () => new WatchedResource(spec({ ...stabilized, intervalMs: seconds }), 7);
    const watchLoad = (resource: WatchedResource, fromS: number, toS: number, load: number): number => {
      for (let atS = fromS; atS <= toS; atS += 1) resource.follow({ atMs: atS * seconds, load });
      return resource.capacity;
    };

    test('restarts no window', () => {
      const resource = quick();
      watchLoad(resource, 0, 9, 7);
      watchLoad(resource, 10, 30, 1);
      expect(watchLoad(resource, 45, 68, 1)).toBe(7);
      expect(watchLoad(resource, 69, 70, 1)).toBe(1);
    });

    test('is no reason to scale in: what was recommended last stands until it is over', () => {
      const resource = quick();
      watchLoad(resource, 0, 30, 7);
      expect(watchLoad(resource, 45, 104, 1)).toBe(7);
      expect(watchLoad(resource, 105, 106, 1)).toBe(1);
    });

    test('may not last longer than a minute', () => {
      const resource = new WatchedResource(
        spec({ ...stabilized, intervalMs: seconds, behavior: { scaleDown: { stabilizationWindowSeconds: 120 } } }),
        7,
      );
      watchLoad(resource, 0, 9, 7);
      watchLoad(resource, 10, 30, 1);
      expect(watchLoad(resource, 92, 210, 1)).toBe(7);
      expect(watchLoad(resource, 211, 213, 1)).toBe(1);
    });
  });

  test('the highest of the window holds back a scale-in, until it leaves the window', () => {
    const resource = new WatchedResource(spec(stabilized), 1);
    expect(watch(resource, 0, [9, 4, 2, 2, 2, 2, 2])).toEqual([9, 9, 9, 9, 4, 2, 2]);
  });

  test('the lowest of the window holds back a scale-out, until it leaves the window', () => {
    const calm = spec({ ...oneEach, behavior: { scaleUp: { stabilizationWindowSeconds: 60 } } });
    const resource = new WatchedResource(calm, 2);
    expect(watch(resource, 0, [9, 4, 9, 9, 9, 9])).toEqual([2, 2, 2, 2, 4, 9]);
  });

  test('what is forgotten of the recommendations never mattered', () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 45 }, scaleDown: { stabilizationWindowSeconds: 120 } };
    const resource = new WatchedResource(spec({ ...oneEach, behavior }), 5);
    const all = [{ atMs: 0, capacity: 5 }];
    for (let look = 0; look < 400; look += 1) {
      const atMs = look * 15 * seconds;
      const load = (look * 7919 + look * look) % 13;
      const current = resource.capacity;
      const { capacity } = applyBehavior({
        current,
        desired: load,
        min: 0,
        max: 100,
        behavior,
        recommendations: all.map((past) => ({ ageSeconds: (atMs - past.atMs) / 1000, capacity: past.capacity })),
        scaleUpEvents: [],
        scaleDownEvents: [],
      });
      expect(resource.follow({ atMs, load })).toBe(capacity);
      all.push({ atMs, capacity: load });
    }
  });

  describe('a look without a recommendation', () => {
    const thirty: WrittenAutoscale = { ...oneEach, behavior: { scaleDown: { stabilizationWindowSeconds: 30 } } };

    /** Looks every 2 s from one of 7 on, with little to do; @returns the second at which it scales in. */
    function scalesInAt(resource: WatchedResource, isMissing: (second: number) => Parameters<typeof resource.look>[0]) {
      resource.follow({ load: 7 });
      for (let second = 2; second <= 120; second += 2) {
        if (resource.follow({ atMs: second * seconds, load: 1, ...isMissing(second) }) < 7) return second;
      }
      return null;
    }

    test.each([
      [
        'a signal that is missing for 2 s in every 20 s',
        (second: number) => (second % 20 === 0 ? { load: 'down' } : {}),
      ],
      ['a unit that flaps', (second: number) => (second % 20 < 6 ? { status: 'STARTING' as const } : {})],
      ['a signal that is missing more often than not', (second: number) => (second % 10 > 2 ? { load: 'down' } : {})],
    ])('neither extends a window nor restarts it: %s', (_, isMissing) => {
      expect(scalesInAt(new WatchedResource(spec({ ...thirty, intervalMs: 2 * seconds }), 7), isMissing)).toBe(30);
    });

    test('keeps the window of changes up, too', () => {
      const calm: WrittenAutoscale = { ...oneEach, behavior: { scaleUp: { stabilizationWindowSeconds: 30 } } };
      const resource = new WatchedResource(spec({ ...calm, intervalMs: 5 * seconds }), 2);
      const loads = [2, 9, 9, 'down', 9, 9, 9, 9];
      expect(loads.map((load, look) => resource.follow({ atMs: look * 5 * seconds, load }))).toEqual([
        2, 2, 2, 2, 2, 2, 9, 9,
      ]);
    });

    test('a policy that asks for more although another has no data recommends', () => {
      const two = spec({
        signals: ['load', 'other'],
        policies: ['load', 'other'].map((value) => ({ type: 'perUnit' as const, value, target: 1 })),
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      });
      const resource = new WatchedResource(two, 3);
      const look = (second: number, load: number, other: number | null) => {
        const atMs = start + second * seconds;
        const readings = {
          load: { value: load, atMs },
          other: other === null ? { failure: 'down' } : { value: other, atMs },
        };
        return resource.follow({ atMs: second * seconds, readings });
      };
      expect([
        look(0, 3, 3),
        look(15, 9, null),
        look(30, 1, null),
        look(45, 1, 1),
        look(74, 1, 1),
        look(75, 1, 1),
      ]).toEqual([3, 9, 9, 9, 9, 1]);
    });

    test('what a fallback asks for is a recommendation, what it holds is none', () => {
      const targets = (capacity: number | 'hold') => {
        const resource = new WatchedResource(spec({ ...thirty, fallback: { after: 1, capacity } }), 7);
        return [7, 'down', 1].map((load, look) => resource.follow({ atMs: look * 15 * seconds, load }));
      };
      expect(targets(9)).toEqual([7, 9, 9]);
      expect(targets('hold')).toEqual([7, 7, 1]);
    });
  });

  test('a worker that died and was replaced within a minute forgets no window, at any interval', () => {
    const quick = spec({ ...stabilized, intervalMs: 2 * seconds });
    const resource = new WatchedResource(quick, 7);
    resource.follow({ load: 7 });
    resource.follow({ atMs: 2 * seconds, load: 1 });
    expect(resource.follow({ atMs: 40 * seconds, load: 1 })).toBe(7);
    expect(resource.follow({ atMs: 60 * seconds, load: 1 })).toBe(1);
  });

  test('a peak in both windows never scales out when load is low again', () => {
    const window = { stabilizationWindowSeconds: 300 };
    const both = spec({ ...oneEach, behavior: { scaleUp: window, scaleDown: window } });
    expect(watch(new WatchedResource(both, 2), 0, [3, 1, 1, 1])).toEqual([2, 2, 2, 2]);
  });

  test('an override leaves the recommendations of the window as they were', () => {
    const resource = new WatchedResource(spec(stabilized), 8);
    watch(resource, 0, [8]);
    resource.look({ atMs: 15 * seconds, load: 8, override: { capacity: 0, untilMs: null } });
    resource.capacity = 8;
    expect(resource.follow({ atMs: 30 * seconds, load: 1 })).toBe(8);
  });

  test('a new max, min or policy forgets no recommendation', () => {
    const resource = new WatchedResource(spec(stabilized), 7);
    watch(resource, 0, [7]);
    resource.spec = spec({ ...stabilized, policies: [{ type: 'fixed', capacity: 1 }] }, { max: 50 });
    expect(resource.follow({ atMs: 15 * seconds })).toBe(7);
  });
});

describe('rates over time', () => {
  const fourAMinute: WrittenAutoscale = {
    ...oneEach,
    behavior: { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } },
  };

  test('a change counts from when it was sent, where that is known', () => {
    const resource = new WatchedResource(spec(fourAMinute), 2);
    expect(resource.follow({ atMs: 0, load: 30 })).toBe(6);
    const lastChange = { sentAtMs: start, upSentAtMs: null, confirmed: true };
    const targets = [15, 30, 45, 59, 60].map(
      (second) => resource.look({ atMs: second * seconds, load: 30, lastChange }).target,
    );
    expect(targets).toEqual([6, 6, 6, 6, 10]);
  });

  test('and otherwise from its observation; changes by another writer count too', () => {
    const resource = new WatchedResource(spec(fourAMinute), 2);
    resource.look({ atMs: 0, load: 2 });
    resource.capacity = 5;
    const targets = [15, 60, 75].map((second) => {
      const { target } = resource.look({ atMs: second * seconds, load: 30 });
      return target;
    });
    expect(targets).toEqual([6, 6, 9]);
  });
});

describe('clocks', () => {
  test('set back: everything keeps its age', () => {
    const resource = new WatchedResource(spec(stabilized), 7);
    watch(resource, 0, [7, 1, 1]);
    expect(resource.follow({ atMs: -60 * minutes, load: 1 })).toBe(7);
    expect(watch(resource, -60 * minutes + 15 * seconds, [1, 1])).toEqual([7, 1]);
  });

  test('set back: idleness neither ends nor restarts', () => {
    const resource = new WatchedResource(spec({ ...oneEach, idle: { value: 'load', forMs: minutes } }), 1);
    watch(resource, 0, [1, 0, 0, 0]);
    resource.follow({ atMs: -60 * minutes, load: 0 });
    expect(watch(resource, -60 * minutes + 5 * seconds, [0, 0])).toEqual([1, 0]);
  });

  test('set forward: the time in between was not idle', () => {
    const resource = new WatchedResource(spec({ ...oneEach, idle: { value: 'load', forMs: minutes } }), 1);
    watch(resource, 0, [1, 0]);
    expect(resource.follow({ atMs: 24 * 60 * minutes, load: 0 })).toBe(1);
  });

  test('set back: a last change that lies ahead is still cooling down', () => {
    const cooling = spec(oneEach, { cooldownMs: { up: minutes, down: minutes } });
    const lastChange = { sentAtMs: start + 10 * seconds, upSentAtMs: null, confirmed: true };
    expect(new WatchedResource(cooling, 2).look({ load: 5, lastChange })).toMatchObject({
      limitedBy: ['cooldown'],
      next: { notBeforeMs: start + 70 * seconds },
    });
  });

  test('a sample from the future is as fresh as can be', () => {
    const readings = { load: { value: 4, atMs: start + 60 * minutes } };
    const evaluation = new WatchedResource(spec(oneEach), 2).look({ readings });
    expect(evaluation).toMatchObject({ target: 4, samples: [{ ageMs: 0 }] });
  });

  test('two looks at the same instant answer the same, and leave the same state', () => {
    const averaged = {
      ...stabilized,
      policies: [{ type: 'perUnit' as const, value: 'load', target: 1, averageMs: minutes }],
    };
    const resource = new WatchedResource(spec(averaged), 7);
    watch(resource, 0, [9, 3]);
    const first = resource.look({ atMs: 30 * seconds, load: 5 });
    const state = resource.state;
    expect(resource.look({ atMs: 30 * seconds, load: 5 })).toEqual(first);
    expect(resource.state).toEqual(state);
  });
});

test('what is remembered stays small over a day of restless load', () => {
  const restless = spec({
    policies: [{ type: 'perUnit', value: 'load', target: 1, averageMs: 60 * minutes }],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 3600, policies: [{ type: 'Pods', value: 50, periodSeconds: 1800 }] },
      scaleDown: { stabilizationWindowSeconds: 3600, policies: [{ type: 'Percent', value: 50, periodSeconds: 1800 }] },
    },
  });
  const resource = new WatchedResource(restless, 10);
  let largest = 0;
  for (let look = 0; look < 5760; look += 1) {
    resource.follow({ atMs: look * 15 * seconds, load: (look * 7919) % 100 });
    largest = Math.max(largest, JSON.stringify(resource.state).length);
  }
  expect(largest).toBeLessThan(16_000);
  expect(Object.keys(resource.state!.policies['perUnit load']!)).toEqual(['failures', 'window', 'burst']);
});
