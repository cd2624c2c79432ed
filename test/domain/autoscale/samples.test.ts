/** Which samples are data, and what is made of them before a policy sees them. */
import type { Reading } from '../../../src/domain/autoscale/evaluation.js';
import type { Series } from '../../../src/domain/autoscale/series.js';
import { minutes, seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

const perUnit: WrittenAutoscale = {
  intervalMs: 15 * seconds,
  policies: [{ type: 'perUnit', value: 'load', target: 10 }],
};
const sampled = (sampling: NonNullable<WrittenAutoscale['sampling']>[string]) =>
  spec({ ...perUnit, sampling: { load: sampling } });

/** A reading by seconds since the start: of the time when the number was true. */
const sample = (value: number, atSeconds = 0): Reading => ({ value, atMs: start + atSeconds * seconds });

describe('the age of a sample', () => {
  test.each([
    ['younger', 59, true],
    ['just as old', 60, true],
    ['older', 61, false],
    ['years older', 1e8, false],
    ['from a clock that is ahead', -30, true],
  ])('%s than maxAge: %d s', (_, ageSeconds, isData) => {
    const resource = new WatchedResource(sampled({ maxAgeMs: minutes }), 5);
    const { target, samples } = resource.look({ readings: { load: sample(10, -ageSeconds) } });
    expect(target).toBe(isData ? 1 : 5);
    expect(samples[0]?.failure === null).toBe(isData);
  });

  test('is reported with its maximum', () => {
    const resource = new WatchedResource(sampled({ maxAgeMs: minutes }), 5);
    const { samples, reason } = resource.look({ readings: { load: sample(10, -90) } });
    expect(samples[0]?.failure?.message).toBe('the newest sample is 90 s old, and may be 60 s (maxAge)');
    expect(reason).toContain('no data from load');
  });

  test('does not matter where nobody said so', () => {
    expect(new WatchedResource(spec(perUnit), 5).look({ readings: { load: sample(10, -1e8) } }).target).toBe(1);
  });

  test('counts for one signal, and leaves the others alone', () => {
    const both = spec({
      signals: ['load', 'other'],
      policies: [
        { type: 'perUnit', value: 'load', target: 10 },
        { type: 'perUnit', value: 'other', target: 10 },
      ],
      sampling: { load: { maxAgeMs: minutes } },
    });
    const readings = { load: sample(10, -90), other: sample(70, -90) };
    expect(new WatchedResource(both, 5).look({ readings })).toMatchObject({
      target: 7,
      policies: [{ value: null }, { value: 70 }],
    });
  });
});

describe('a number below zero', () => {
  test.each([-1, -0.001, -1e15])('is no data: %d', (value) => {
    const { target, samples } = new WatchedResource(spec(perUnit), 5).look({ load: value });
    expect(target).toBe(5);
    expect(samples[0]?.failure?.message).toContain('below zero');
  });

  test('is none that an expression comes to', () => {
    const below = spec({ policies: [{ type: 'perUnit', value: 'load - 50', target: 10 }] });
    expect(new WatchedResource(below, 5).look({ load: 10 }).target).toBe(0);
  });
});

describe('a counter', () => {
  /** What the signal comes to, look by look: the value, or null. */
  function ratesOf(looks: readonly (readonly [atSeconds: number, reading: Reading])[]): (number | null)[] {
    const resource = new WatchedResource(sampled({ rate: true }), 5);
    return looks.map(([atSeconds, load]) => {
      const { samples, policies } = resource.look({ atMs: atSeconds * seconds, readings: { load } });
      expect(policies[0]?.value).toBe(samples[0]?.failure === null ? samples[0].value : null);
      return policies[0]?.value ?? null;
    });
  }
  const read = (atSeconds: number, value: number, trueAt = atSeconds) => [atSeconds, sample(value, trueAt)] as const;

  test.each([
    ['its first sample is no data', [read(0, 100)], [null]],
    ['what it gains a second', [read(0, 100), read(15, 130), read(30, 130)], [null, 2, 0]],
    ['by the times of the samples, not of the looks', [read(0, 100, -8), read(15, 150, 2)], [null, 5]],
    [
      'a counter that starts again has increased by its value',
      [read(0, 100), read(15, 30), read(30, 60)],
      [null, 2, 2],
    ],
    [
      'the same sample again changes nothing',
      [read(0, 100), read(15, 130), read(30, 130, 15), read(45, 160, 45)],
      [null, 2, 2, 1],
    ],
    [
      'a look that fails is bridged',
      [read(0, 100), [15, { failure: 'down' }] as const, read(30, 160)],
      [null, null, 2],
    ],
    ['after a long gap it starts again', [read(0, 100), read(3600, 160), read(3615, 190)], [null, null, 2]],
    [
      'a source that is slow, and looked at often, has no gap',
      [0, 15, 30, 45, 60, 75].map((at) => read(at, at < 60 ? 100 : 160, at < 60 ? 0 : 60)),
      [null, null, null, null, 1, 1],
    ],
    [
      'a sample from before the last one is none',
      [read(0, 100), read(15, 130), read(30, 115, 8), read(45, 190)],
      [null, 2, 2, 2],
    ],
  ])('%s', (_, looks, expected) => {
    expect(ratesOf(looks)).toEqual(expected);
  });

  describe('of several series', () => {
    const of = (atSeconds: number, values: Record<string, number>, more: Partial<Series> = {}) =>
      [
        atSeconds,
        { ...sample(0, atSeconds), value: sum(values), series: { combination: 'sum', values, ...more } },
      ] as const;
    const sum = (values: Record<string, number>) => Object.values(values).reduce((one, other) => one + other, 0);

    test.each([
      ['adds what each gains', [of(0, { a: 100, b: 10 }), of(15, { a: 130, b: 25 })], [null, 3]],
      [
        'one that starts again is not a restart of all',
        [of(0, { a: 1e6, b: 1e6 }), of(15, { a: 1e6, b: 30 })],
        [null, 2],
      ],
      ['one that leaves is not a restart of all', [of(0, { a: 1e6, b: 1e6 }), of(15, { a: 1e6 + 15 })], [null, 1]],
      [
        'one that joins counts from its second sample on',
        [of(0, { a: 100 }), of(15, { a: 115, b: 1e6 }), of(30, { a: 130, b: 1e6 + 15 })],
        [null, 1, 2],
      ],
      [
        'one that could not be read does not bring all that it gained in between',
        [of(0, { a: 0, b: 0 }), of(15, { a: 15 }), of(30, { a: 30, b: 600 }), of(45, { a: 45, b: 615 })],
        [null, 1, 1, 2],
      ],
      [
        'all others than before is a first sample',
        [of(0, { a: 100 }), of(15, { b: 130 }), of(30, { b: 160 })],
        [null, null, 2],
      ],
      [
        'a sum is multiplied where some could not be read',
        [of(0, { a: 0, b: 0, c: 0 }), of(15, { a: 15, b: 15 }, { factor: 1.5 })],
        [null, 3],
      ],
      [
        'the greatest gain is not that of the greatest counter',
        [of(0, { a: 1000, b: 0 }), of(15, { a: 1015, b: 45 }, { combination: 'max' })],
        [null, 3],
      ],
      ['the least gain', [of(0, { a: 9, b: 0 }), of(15, { a: 24, b: 45 }, { combination: 'min' })], [null, 1]],
      ['the average gain', [of(0, { a: 9, b: 0 }), of(15, { a: 24, b: 45 }, { combination: 'average' })], [null, 2]],
      ['after a state of an older version it starts again', [read(0, 100), of(15, { a: 130 })], [null, null]],
    ])('%s', (_, looks, expected) => {
      expect(ratesOf(looks)).toEqual(expected);
    });

    test('has no rate where they are too many to keep', () => {
      const values = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`series ${at}`, 1]));
      const resource = new WatchedResource(sampled({ rate: true }), 5);
      const { samples } = resource.look({ readings: { load: of(0, values)[1] } });
      expect(samples[0]?.failure?.message).toContain('has 501 series');
    });
  });

  test('says why it has no number yet', () => {
    const { samples } = new WatchedResource(sampled({ rate: true }), 5).look({ load: 100 });
    expect(samples).toMatchObject([{ signal: 'load', value: null, ageMs: null, failure: { sinceMs: start } }]);
    expect(samples[0]?.failure?.message).toContain('is a counter');
  });

  test('that is too old is no data, and nothing to count on', () => {
    const resource = new WatchedResource(sampled({ rate: true, maxAgeMs: minutes }), 5);
    resource.look({ readings: { load: sample(100, -90) } });
    expect(resource.look({ atMs: 15 * seconds, readings: { load: sample(400, 15) } }).policies[0]?.value).toBeNull();
    expect(resource.look({ atMs: 30 * seconds, readings: { load: sample(430, 30) } }).policies[0]?.value).toBe(2);
  });

  test('is remembered in what a watch leaves for the next', () => {
    const resource = new WatchedResource(sampled({ rate: true }), 5);
    resource.look({ load: 100 });
    const successor = new WatchedResource(sampled({ rate: true }), 5);
    successor.state = resource.state;
    expect(successor.look({ atMs: 15 * seconds, load: 130 }).policies[0]?.value).toBe(2);
  });
});

test('the reason contains the setting with which idle would have a number', () => {
  const other = { failure: 'the query has no result', hint: 'with emptyAs: 0 it would count as 0' };
  const watched = spec({ ...perUnit, signals: ['load', 'other'], idle: { value: 'other', forMs: minutes } });
  const { limits } = new WatchedResource(watched, 5).look({ readings: { load: sample(0), other } });
  expect(limits).toMatchObject([
    { by: 'noData', reason: 'not known whether idle: no data from other (with emptyAs: 0 it would count as 0)' },
  ]);
});

test('the reason contains the setting with which a signal would have a number', () => {
  const load = { failure: 'the query has no result', hint: 'with emptyAs: 0 it would count as 0' };
  expect(new WatchedResource(spec(perUnit), 5).look({ readings: { load } }).reason).toBe(
    'Asked for 5 (as before, perUnit load: no data from load (with emptyAs: 0 it would count as 0)). Stay at 5.',
  );
});

describe('what a source has to say of a sample', () => {
  const noteOf = (reading: object, max: number | null) =>
    new WatchedResource(spec(perUnit, { max }), 5).look({ readings: { load: { value: 10, atMs: start, ...reading } } })
      .samples[0]?.note;
  const idle = 'and no more than 6 units can share the work: others idle';

  test.each([
    ['nothing', {}, 20, undefined],
    ['a note', { note: 'never committed' }, 20, 'never committed'],
    ['fewer parts than max', { mostUnits: 6 }, 20, `max is 20, ${idle}`],
    ['parts, and no max', { mostUnits: 6 }, null, `max is not set, ${idle}`],
    ['as many parts as max', { mostUnits: 20 }, 20, undefined],
    ['both', { note: 'never committed', mostUnits: 6 }, 20, `never committed; max is 20, ${idle}`],
  ])('is reported with it: %s', (_, reading, max, expected) => {
    expect(noteOf(reading, max)).toBe(expected);
  });
});
