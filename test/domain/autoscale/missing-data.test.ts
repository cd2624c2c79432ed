import { minutes, seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

const hundredEach: WrittenAutoscale = { policies: [{ type: 'perUnit', value: 'load', target: 100 }] };

const twoSignals: WrittenAutoscale = {
  signals: ['cpu', 'queue'],
  policies: [
    { type: 'perUnit', value: 'cpu', target: 1 },
    { type: 'perUnit', value: 'queue', target: 1 },
  ],
};

const at = (value: number) => ({ value, atMs: start });
const failed = { failure: 'connection refused' };

describe('a source that fails', () => {
  test('never reads as zero: an outage at the peak changes nothing', () => {
    const resource = new WatchedResource(spec(hundredEach, { min: 2 }), 20);
    const loads = [2000, 'empty answer', 'empty answer', 'empty answer', 1900];
    const recommended = loads.map((load, index) => {
      const evaluation = resource.look({ atMs: index * 15 * seconds, load });
      resource.capacity = evaluation.target;
      return evaluation.recommended;
    });
    expect(recommended).toEqual([20, 20, 20, 20, 19]);
  });

  test('blocks scaling in, though another source asks for less', () => {
    const evaluation = new WatchedResource(spec(twoSignals), 3).look({ readings: { cpu: at(1), queue: failed } });
    expect(evaluation).toMatchObject({ recommended: 3, target: 3, limitedBy: ['noData'] });
    expect(evaluation.reason).toBe(
      'Asked for 1 (perUnit cpu: 1 / 1 a unit needs 1); held at 3: scaling in is blocked: no data from queue. Stay at 3.',
    );
  });

  test('does not block scaling out', () => {
    const evaluation = new WatchedResource(spec(twoSignals), 3).look({ readings: { cpu: at(5), queue: failed } });
    expect(evaluation).toMatchObject({ recommended: 5, target: 5, limitedBy: [] });
  });

  test('blocks scaling in where the least recommendation counts, too', () => {
    const least = spec({ ...twoSignals, combine: 'min' });
    expect(new WatchedResource(least, 3).look({ readings: { cpu: at(1), queue: failed } }).target).toBe(3);
    expect(new WatchedResource(least, 3).look({ readings: { cpu: at(9), queue: failed } }).target).toBe(9);
  });

  test('leaves the bounds in force', () => {
    expect(new WatchedResource(spec(hundredEach, { min: 10 }), 2).look({ load: 'down' }).target).toBe(10);
  });

  test('is reported with its last number, its age, and since when; the others with their own', () => {
    const resource = new WatchedResource(spec(twoSignals), 89);
    resource.look({ readings: { cpu: at(89), queue: at(4) } });
    resource.look({ atMs: 15 * seconds, readings: { cpu: { value: 0, atMs: start + 15 * seconds }, queue: failed } });
    const { samples } = resource.look({
      atMs: 30 * seconds,
      readings: { cpu: { value: 0, atMs: start + 28 * seconds }, queue: { failure: 'timeout' } },
    });
    expect(samples).toEqual([
      { signal: 'cpu', value: 0, ageMs: 2 * seconds, failure: null },
      {
        signal: 'queue',
        value: 4,
        ageMs: 30 * seconds,
        failure: { message: 'timeout', sinceMs: start + 15 * seconds },
      },
    ]);
  });

  test.each([NaN, Infinity, -Infinity])('so does one that answers %d', (value) => {
    const evaluation = new WatchedResource(spec(hundredEach), 5).look({ load: value });
    expect(evaluation.target).toBe(5);
    expect(evaluation.samples[0]?.failure?.message).toBe(`${value} is not a number to go by`);
  });

  test('so does one that was not sampled at all', () => {
    const evaluation = new WatchedResource(spec(hundredEach), 5).look({});
    expect(evaluation.target).toBe(5);
    expect(evaluation.samples[0]?.failure?.message).toBe('was not sampled');
  });

  test('an expression without a finite result is no data', () => {
    const divided = spec({ signals: ['load'], policies: [{ type: 'perUnit', value: '10 / load', target: 1 }] });
    const evaluation = new WatchedResource(divided, 5).look({ load: 0 });
    expect(evaluation).toMatchObject({ target: 5, limitedBy: [] });
    expect(evaluation.policies[0]).toMatchObject({ recommended: null, reason: '10 / load is not a finite number' });
  });

  test('names of prototypes are no samples', () => {
    const odd = spec({ signals: ['constructor'], policies: [{ type: 'perUnit', value: 'constructor', target: 1 }] });
    expect(new WatchedResource(odd, 5).look({ readings: {} }).target).toBe(5);
  });
});

describe('the fallback', () => {
  const withFallback = (capacity: 'hold' | number | { atLeast: number } | { atMost: number }, after = 3) =>
    spec({ ...hundredEach, fallback: { after, capacity } }, { min: 0, max: 50 });

  function targetsWhileFailing(resource: WatchedResource, evaluations: number): number[] {
    return Array.from({ length: evaluations }, (_, index) =>
      resource.follow({ atMs: index * 15 * seconds, load: 'down' }),
    );
  }

  test('stands in at the third failure in a row, and a steady failure gives a steady answer', () => {
    const targets = targetsWhileFailing(new WatchedResource(withFallback(5), 1), 40);
    expect(targets).toEqual([1, 1, ...new Array<number>(38).fill(5)]);
  });

  test('works from zero', () => {
    const resource = new WatchedResource(withFallback({ atLeast: 1 }, 1), 0);
    expect(resource.look({ load: 'down' })).toMatchObject({ recommended: 1, limitedBy: ['fallback'] });
  });

  test.each([
    ['hold', 10, 10],
    [4, 10, 4],
    [{ atLeast: 4 }, 10, 10],
    [{ atLeast: 14 }, 10, 14],
    [{ atMost: 4 }, 10, 4],
    [{ atMost: 14 }, 10, 10],
  ] as const)('%j over %d units is %d', (capacity, current, expected) => {
    const targets = targetsWhileFailing(new WatchedResource(withFallback(capacity), current), 3);
    expect(targets.at(-1)).toBe(expected);
  });

  test('a success begins the count again', () => {
    const resource = new WatchedResource(withFallback(5), 1);
    const loads = ['down', 'down', 100, 'down', 'down', 'down'];
    const targets = loads.map((load, index) => resource.follow({ atMs: index * 15 * seconds, load }));
    expect(targets).toEqual([1, 1, 1, 1, 1, 5]);
  });

  test('never lowers what a healthy policy asks for', () => {
    for (const combine of ['max', 'min'] as const) {
      const both = spec({ ...twoSignals, combine, fallback: { after: 1, capacity: 2 } });
      const evaluation = new WatchedResource(both, 9).look({ readings: { cpu: at(6), queue: failed } });
      expect(evaluation).toMatchObject({ target: 6 });
    }
  });

  test('raises above what a healthy policy asks for', () => {
    const both = spec({ ...twoSignals, fallback: { after: 1, capacity: 8 } });
    const evaluation = new WatchedResource(both, 3).look({ readings: { cpu: at(6), queue: failed } });
    expect(evaluation).toMatchObject({ target: 8, limitedBy: ['fallback'] });
  });

  test('looking twice at the same instant is one failure', () => {
    const resource = new WatchedResource(withFallback(5), 1);
    for (let look = 0; look < 10; look += 1) expect(resource.follow({ load: 'down' })).toBe(1);
  });

  test('counts failures of a policy that was moved to another place in the list', () => {
    const queue = twoSignals.policies![1]!;
    const cpu = twoSignals.policies![0]!;
    const resource = new WatchedResource(spec({ ...twoSignals, fallback: { after: 3, capacity: 7 } }), 3);
    const readings = { cpu: at(1), queue: failed };
    resource.look({ readings });
    resource.look({ atMs: 15 * seconds, readings });
    resource.spec = spec({ ...twoSignals, policies: [queue, cpu], fallback: { after: 3, capacity: 7 } });
    expect(resource.look({ atMs: 30 * seconds, readings }).target).toBe(7);
  });
});

describe('a resource that is not ACTIVE', () => {
  test('is not decided about: units that are starting carry no load yet', () => {
    const resource = new WatchedResource(spec(hundredEach, { max: 6 }), 2);
    expect(resource.look({ load: 600, status: 'ACTIVE' }).target).toBe(6);
    for (let atMs = 10 * seconds; atMs < 2 * minutes; atMs += 10 * seconds) {
      const evaluation = resource.look({ atMs, load: 9000, status: 'STARTING', run: { target: 6, isOwn: true } });
      expect(evaluation).toMatchObject({ target: 6, limitedBy: ['status'] });
    }
  });

  test.each(['whenActive', 'anyTime', 'shownAtOnce'] as const)(
    'is not decided about on any platform once it has failed: %s',
    (takesChanges) => {
      const evaluation = new WatchedResource(spec(hundredEach, { takesChanges }), 4).look({
        load: 900,
        status: 'FAILED',
      });
      expect(evaluation).toMatchObject({ recommended: 9, target: 4, limitedBy: ['status'] });
    },
  );

  test('nor brought inside its bounds then, nor where a person wants it: the run would fail, again and again', () => {
    const resource = new WatchedResource(spec(hundredEach, { min: 6 }), 4);
    expect(resource.look({ load: 900, status: 'FAILED' })).toMatchObject({ target: 4, limitedBy: ['status', 'min'] });
    const override = { capacity: 7, untilMs: null };
    expect(resource.look({ load: 900, status: 'FAILED', override }).target).toBe(4);
  });

  test('holds the observed capacity where no run is in progress', () => {
    const evaluation = new WatchedResource(spec(hundredEach), 4).look({ load: 0, status: 'PAUSED' });
    expect(evaluation).toMatchObject({ recommended: 0, target: 4, limitedBy: ['status'] });
  });

  test('does not fall asleep either', () => {
    const sleepy = spec({ ...hundredEach, idle: { value: 'load', forMs: 0 } });
    expect(new WatchedResource(sleepy, 4).look({ load: 0, status: 'STARTING' }).target).toBe(4);
  });

  test('still comes inside its bounds and under what a person says', () => {
    const resource = new WatchedResource(spec(hundredEach, { min: 2, max: 8 }), 12);
    expect(resource.look({ load: 0, status: 'STARTING' }).target).toBe(8);
    expect(resource.look({ load: 0, status: 'STARTING', override: { capacity: 3, untilMs: null } }).target).toBe(3);
  });
});
