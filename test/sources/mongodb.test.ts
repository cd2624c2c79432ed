import { describe, expect, it } from '@jest/globals';
import { Decimal128, Double, Long } from 'mongodb';
import { numberIn } from '../../src/adapters/sources/mongodb/read.js';
import { describeFailures, expectNoSecret, make, plantedSecret } from './conformance.js';

const settingsFor = (port: number) => ({
  url: `mongodb://127.0.0.1:${port}`,
  database: 'shop',
  collection: 'jobs',
  username: 'reader',
  password: plantedSecret,
});
const subject = { type: 'mongodb', settingsFor };

for (const tls of [undefined, {}]) {
  describeFailures({
    type: 'mongodb',
    label: `mongodb${tls ? ' over TLS' : ''}`,
    settingsFor: (port) => ({ ...settingsFor(port), ...(tls && { tls }) }),
  });
}

describeFailures({
  type: 'mongodb',
  label: 'mongodb with two members',
  settingsFor: (port) => ({ ...settingsFor(port), url: `mongodb://127.0.0.1:${port},localhost:${port}` }),
});

describe('mongodb settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      make(subject, { ...settingsFor(27017), ...settings });
    } catch (error) {
      expectNoSecret(error);
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['parameters', { url: 'mongodb+srv://cluster0.example.net/?retryWrites=true' }, 'url: has parameters after the ?'],
    ['a login in the address', { url: `mongodb://u:${plantedSecret}@h` }, 'url: has a user name or password'],
    ['a database in the address', { url: 'mongodb://h/shop' }, 'Set database instead of a path'],
    ['another protocol', { url: 'http://h' }, 'url: must begin with mongodb://'],
    [
      'a filter and a pipeline',
      { filter: {}, pipeline: [{ $count: 'n' }] },
      'pipeline: cannot be combined with filter',
    ],
    ['a pipeline that writes', { pipeline: [{ $match: {} }, { $merge: 'x' }] }, 'pipeline.1: writes to the database'],
    ['a password of nobody', { username: undefined }, 'username: is missing'],
    ['a filter that is no mapping', { filter: '{}' }, 'filter'],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });

  it.each(['mongodb://h', 'mongodb://h:27017/', 'mongodb://a:1,b:2,[::1]:3', 'mongodb+srv://cluster0.example.net'])(
    'accept %s',
    (url) => {
      expect(refusal({ url })).toBe('accepted');
    },
  );
});

describe('the number of an aggregation', () => {
  it.each([
    ['a number', 7, 7],
    ['a decimal', Decimal128.fromString('12.5'), 12.5],
    ['a decimal in exponential notation', Decimal128.fromString('1E+3'), 1000],
    ['a decimal that is not a number', Decimal128.fromString('NaN'), NaN],
    ['a whole number beyond 2^53', Long.fromString('9223372036854775807'), 2 ** 63],
  ])('may be %s', (_name, value, number) => {
    expect(numberIn([{ _id: null, value }])).toBe(number);
  });

  it.each([
    ['nothing', [], 'returned no document'],
    ['null', [{ _id: null, value: null }], 'returned null'],
    ['a time', [{ value: new Date() }], 'an object, not a number'],
    ['an ID alone', [{ _id: 7 }], '0 fields beside _id'],
    ['a number of another kind', [{ value: new Double(1) }], 'an object, not a number'],
    ['two documents', [{ value: 1 }, { value: 2 }], 'several documents'],
  ])('is not %s', (_name, documents, said) => {
    expect(() => numberIn(documents)).toThrow(said);
  });
});
