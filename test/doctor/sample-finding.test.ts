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

describe('what doctor says of a sample', () => {
  test.each([
    ['its value', found(42), 'ok', 'value 42'],
    [
      'that it is a counter',
      found(42, { sampling: { rate: true } }),
      'ok',
      'value 42; a counter: the signal is its increase per second',
    ],
    ['what zero may mean', found(0), 'ok', 'value 0; if 0 means "no data" here, set emptyAs: noData'],
    [
      'nothing of that where it is settled',
      found(0, { source: { type: 'redis', settings: { emptyAs: 0 } } }),
      'ok',
      'value 0',
    ],
    ['nor of a number that is written', found(0, { source: { type: 'constant', settings: {} } }), 'ok', 'value 0'],
    [
      'nor of a counter that has just begun',
      found(0, { sampling: { rate: true } }),
      'ok',
      'value 0; a counter: the signal is its increase per second',
    ],
    ['that it is young enough', found(42, { sampling: { maxAgeMs: 60_000 } }, 60), 'ok', 'value 42'],
    [
      'that it is too old',
      found(42, { sampling: { maxAgeMs: 60_000 } }, 90),
      'failing',
      'value 42, but it is 90 s old and maxAge is 60 s: that counts as no data. Check what writes it.',
    ],
    [
      'what its source has to say',
      found(42, { sample: { value: 42, atMs: nowMs, note: 'never committed' } }),
      'ok',
      'value 42; never committed',
    ],
    [
      'that more units than can share the work may be asked for',
      found(42, { sample: { value: 42, atMs: nowMs, mostUnits: 6 } }),
      'ok',
      'value 42; max is 20, and no more than 6 units can share the work: others idle',
    ],
    [
      'nothing of that where max is no more',
      found(42, { sample: { value: 42, atMs: nowMs, mostUnits: 20 } }),
      'ok',
      'value 42',
    ],
  ])('%s', (_, finding, outcome, message) => {
    expect(finding).toMatchObject({ outcome, message });
  });
});
