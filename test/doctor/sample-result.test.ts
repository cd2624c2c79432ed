import { sampleResult } from '../../src/doctor/sample-result.js';

const nowMs = Date.parse('2026-11-25T12:00:00Z');
const found = (value: number, more: Partial<Parameters<typeof sampleResult>[0]> = {}, ageSeconds = 0) =>
  sampleResult({
    sample: { value, atMs: nowMs - ageSeconds * 1000 },
    nowMs,
    sampling: undefined,
    source: { type: 'redis', settings: {} },
    max: 20,
    ...more,
  });

describe('the message of doctor for a sample', () => {
  test.each([
    ['the value', found(42), 'ok', 'value 42'],
    [
      'that the signal is a counter',
      found(42, { sampling: { rate: true } }),
      'ok',
      'value 42; a counter: the signal is its increase per second',
    ],
    ['that zero may mean no data', found(0), 'ok', 'value 0; if 0 means "no data" here, set emptyAs: noData'],
    [
      'no hint about zero if emptyAs is set',
      found(0, { source: { type: 'redis', settings: { emptyAs: 0 } } }),
      'ok',
      'value 0',
    ],
    ['no hint about zero for a constant', found(0, { source: { type: 'constant', settings: {} } }), 'ok', 'value 0'],
    [
      'no hint about zero for a counter',
      found(0, { sampling: { rate: true } }),
      'ok',
      'value 0; a counter: the signal is its increase per second',
    ],
    ['no error for a sample of maxAge', found(42, { sampling: { maxAgeMs: 60_000 } }, 60), 'ok', 'value 42'],
    [
      'an error for a sample that is older than maxAge',
      found(42, { sampling: { maxAgeMs: 60_000 } }, 90),
      'failing',
      'value 42, but it is 90 s old and maxAge is 60 s: that counts as no data. Check what writes it.',
    ],
    [
      'the note of the source',
      found(42, { sample: { value: 42, atMs: nowMs, note: 'never committed' } }),
      'ok',
      'value 42; never committed',
    ],
    [
      'that max is more than the units that can share the work',
      found(42, { sample: { value: 42, atMs: nowMs, mostUnits: 6 } }),
      'ok',
      'value 42; max is 20, and no more than 6 units can share the work: others idle',
    ],
    [
      'no hint if max is not more than the units that can share the work',
      found(42, { sample: { value: 42, atMs: nowMs, mostUnits: 20 } }),
      'ok',
      'value 42',
    ],
  ])('%s', (_, result, outcome, message) => {
    expect(result).toMatchObject({ outcome, message });
  });
});
