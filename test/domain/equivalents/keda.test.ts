/** What KEDA does with a ScaledObject, written in our language: docs/coming-from.md. */
import { seconds, spec, start, WatchedResource, type WrittenAutoscale } from '../autoscale/watched-resource.js';

const fiveEach: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 5, tolerance: 0.1 }] };

describe('a fallback', () => {
  type Fallback = WrittenAutoscale['fallback'];
  const recommended = (fallback: Fallback, loads: (number | null)[], capacity = 3): number[] => {
    const resource = new WatchedResource(spec({ ...fiveEach, fallback }), capacity);
    return loads.map((load, index) => {
      const reading = load === null ? { failure: 'refused' } : { value: load, atMs: start + index * 30 * seconds };
      return resource.look({ atMs: index * 30 * seconds, readings: { load: reading } }).recommended;
    });
  };

  // `failureThreshold` failures are borne; the next one falls back.
  test.each<[string, Fallback, (number | null)[], number[]]>([
    ['threshold 3: the fourth failure', { after: 4, capacity: 6 }, [null, null, null, null], [3, 3, 3, 6]],
    ['threshold 0: the first', { after: 1, capacity: 6 }, [null], [6]],
    ['threshold 1: the second', { after: 2, capacity: 6 }, [null, null], [3, 6]],
    ['it stays while it fails', { after: 3, capacity: 6 }, [null, null, null, null, null], [3, 3, 6, 6, 6]],
    ['one answer ends it', { after: 2, capacity: 6 }, [null, null, 20, 20], [3, 6, 4, 4]],
    ['and restarts the count', { after: 3, capacity: 6 }, [null, null, 7, null, null, null], [3, 3, 2, 3, 3, 6]],
    ['to zero', { after: 1, capacity: 0 }, [null], [0]],
  ])('%s', (_, fallback, loads, expected) => {
    expect(recommended(fallback, loads)).toEqual(expected);
  });

  test.each<[string, Fallback, number, number]>([
    ['static, from one', { after: 1, capacity: 6 }, 1, 6],
    ['static, from none', { after: 1, capacity: 6 }, 0, 6],
    ['static, from more', { after: 1, capacity: 6 }, 10, 6],
    ['currentReplicas', { after: 1, capacity: 'hold' }, 4, 4],
    ['currentReplicasIfHigher, and it is', { after: 1, capacity: { atLeast: 6 } }, 10, 10],
    ['currentReplicasIfHigher, and it is equal', { after: 1, capacity: { atLeast: 6 } }, 6, 6],
    ['currentReplicasIfLower, and it is', { after: 1, capacity: { atMost: 6 } }, 3, 3],
    ['currentReplicasIfLower, and it is equal', { after: 1, capacity: { atMost: 6 } }, 6, 6],
    ['currentReplicasIfLower, and it is not', { after: 1, capacity: { atMost: 6 } }, 10, 6],
    ['currentReplicasIfHigher, and it is not', { after: 1, capacity: { atLeast: 6 } }, 3, 6],
  ])('%s: %j over %d units is %d', (_, fallback, capacity, expected) => {
    expect(recommended(fallback, [null], capacity)).toEqual([expected]);
  });

  test('is taken as it is written: no tolerance holds it back, as that of the HPA does behind KEDA', () => {
    expect(recommended({ after: 1, capacity: 11 }, [null], 10)).toEqual([11]);
  });

  test.each([
    [16, 3],
    [16.5, 3],
    [17, 4],
    [9, 2],
  ])('does not touch a good answer: %d over 3 units is %d', (load, expected) => {
    expect(recommended({ after: 4, capacity: 6 }, [load])).toEqual([expected]);
  });
});

describe('scalingModifiers', () => {
  const formula = (value: string): WrittenAutoscale => ({
    signals: ['a', 'b'],
    policies: [{ type: 'perUnit', value, target: 10, tolerance: 0.1 }],
  });

  test.each([
    ['(a + b) / 2', 20, 35, 3],
    ['max(a, b)', 20, 75, 8],
    ['a > 10 ? b : 5', 9, 75, 1],
    ['a > 10 ? b : 5', 11, 75, 8],
    ['a / 3', 1, 0, 1],
    ['a * 2', 5.001, 0, 2],
    ['a * 2', 0, 0, 0],
  ])('%s of %d and %d over 3 units is %d', (value, a, b, expected) => {
    const readings = { a: { value: a, atMs: start }, b: { value: b, atMs: start } };
    expect(new WatchedResource(spec(formula(value)), 3).look({ readings }).target).toBe(expected);
  });

  test('below nothing is nothing, where it goes to the maximum behind KEDA', () => {
    const readings = { a: { value: 5, atMs: start }, b: { value: 6, atMs: start } };
    expect(new WatchedResource(spec(formula('a - b')), 3).look({ readings }).target).toBe(0);
  });
});

describe('from zero and back', () => {
  const cooldown = (forSeconds: number, min = 0): WrittenAutoscale => ({
    policies: [...fiveEach.policies!, ...(min > 0 ? [{ type: 'fixed' as const, capacity: min }] : [])],
    idle: { value: 'load', atOrBelow: 0, forMs: forSeconds * seconds },
  });

  /** Loads every 30 s, each followed at once. */
  const followed = (written: WrittenAutoscale, capacity: number, loads: number[]): number[] => {
    const resource = new WatchedResource(spec(written), capacity);
    return loads.map((load, index) => resource.follow({ atMs: index * 30 * seconds, load }));
  };

  test.each([
    ['any load starts one', cooldown(300), 0, [0.1], [1]],
    ['or the minimum, where an idle one is below it', cooldown(300, 3), 0, [0.1], [3]],
    ['all go in one step when the cooldown is over', cooldown(60), 7, [35, 0, 0, 0], [7, 1, 0, 0]],
    ['also from the minimum', cooldown(60, 2), 5, [25, 0, 0, 0], [5, 2, 0, 0]],
    ['a cooldown of nothing waits for nothing', cooldown(0), 2, [10, 0], [2, 0]],
    ['load in between restarts the cooldown', cooldown(60), 2, [10, 0, 1, 0, 0], [2, 1, 1, 1, 0]],
    ['at zero it stays', cooldown(60), 0, [0, 0], [0, 0]],
  ])('%s', (_, written, capacity, loads, expected) => {
    expect(followed(written, capacity, loads)).toEqual(expected);
  });

  test('an activation threshold is what counts as idle, and equal to it is idle', () => {
    const idle = { value: 'load', atOrBelow: 10, forMs: 0 };
    const resource = new WatchedResource(spec({ ...fiveEach, idle }), 0);
    expect([10, 10.001].map((load) => resource.look({ load }).target)).toEqual([0, 3]);
  });

  test('a minimum above zero keeps its units', () => {
    const resource = new WatchedResource(spec(fiveEach, { min: 2 }), 1);
    expect(resource.follow({ load: 0 })).toBe(2);
  });

  test('another trigger that fails does not stop the start, and stops the way to zero', () => {
    const two = spec({
      signals: ['a', 'b'],
      policies: ['a', 'b'].map((value) => ({ type: 'perUnit' as const, value, target: 5 })),
      idle: { value: 'a', forMs: 0 },
    });
    const readings = (a: number) => ({ a: { value: a, atMs: start }, b: { failure: 'refused' } });
    expect(new WatchedResource(two, 0).look({ readings: readings(1) }).target).toBe(1);
    expect(new WatchedResource(two, 4).look({ readings: readings(0) }).target).toBe(4);
  });

  test('paused, nothing moves; paused on the way in, nothing goes', () => {
    const idle = new WatchedResource(spec(cooldown(0)), 4);
    for (const direction of ['both', 'down'] as const) {
      expect(idle.look({ load: 0, pause: { direction, untilMs: null } }).target).toBe(4);
    }
    expect(idle.look({ load: 0 }).target).toBe(0);
  });
});

/** The expression and the idle rule of docs/sources/keda-external.md, with cooldownPeriod 300 and targetSize 5. */
describe('IsActive of an external scaler', () => {
  const external: WrittenAutoscale = {
    signals: ['jobs', 'active'],
    policies: [{ type: 'perUnit', value: 'jobs * max(active, min(current, 1))', target: 5 }],
    idle: { value: 'active', forMs: 300 * seconds },
  };
  type Step = readonly [atSeconds: number, jobs: number, active: 0 | 1, expected: number];

  test.each<[string, number, Step[]]>([
    [
      'nothing is requested before it is active',
      0,
      [
        [0, 15, 0, 0],
        [30, 15, 0, 0],
        [60, 15, 1, 3],
      ],
    ],
    [
      'the first unit comes with activity, without any load',
      0,
      [
        [0, 0, 0, 0],
        [30, 0, 1, 1],
      ],
    ],
    [
      'the metric counts until the cooldown is over',
      3,
      [
        [0, 15, 1, 3],
        [30, 15, 0, 3],
        [60, 20, 0, 4],
        [299, 15, 0, 3],
      ],
    ],
    [
      'then there is none, whatever the metric is',
      3,
      [[0, 15, 1, 3], ...Array.from({ length: 9 }, (_, at): Step => [30 + at * 30, 15, 0, 3]), [300, 15, 0, 0]],
    ],
  ])('%s', (_, capacity, steps) => {
    const resource = new WatchedResource(spec(external), capacity);
    for (const [atSeconds, jobs, active, expected] of steps) {
      const atMs = start + atSeconds * seconds;
      const readings = { jobs: { value: jobs, atMs }, active: { value: active, atMs } };
      expect(resource.follow({ atMs: atSeconds * seconds, readings })).toBe(expected);
    }
  });
});
