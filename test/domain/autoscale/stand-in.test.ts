/** What is used instead of a signal without data: `else` of the signal, and `??` in expressions. */
import { describe, expect, it } from '@jest/globals';
import type { Reading } from '../../../src/domain/autoscale/evaluation.js';
import { seconds, spec, start, WatchedResource, type WrittenAutoscale } from './watched-resource.js';

const perUnit = (value: string): WrittenAutoscale['policies'] => [{ type: 'perUnit', value, target: 10 }];
const of = (value: number, atMs = 0): Reading => ({ value, atMs: start + atMs });
const fails: Reading = { failure: 'is down' };

function standIn(afterMs: number): WatchedResource {
  return new WatchedResource(
    spec({
      signals: ['queue', 'backup'],
      policies: perUnit('queue'),
      sampling: { queue: { else: { signal: 'backup', afterMs } } },
    }),
    1,
  );
}

describe('a signal with else', () => {
  it('has the value of the other signal while it has no data, and the evaluation says so', () => {
    const resource = standIn(0);
    expect(resource.look({ readings: { queue: of(30), backup: of(90) } }).target).toBe(3);
    const evaluation = resource.look({ atMs: 15 * seconds, readings: { queue: fails, backup: of(90, 15 * seconds) } });
    expect(evaluation.target).toBe(9);
    expect(evaluation.reason).toContain('with backup instead of queue (no data)');
    expect(evaluation.samples).toMatchObject([
      { signal: 'queue', value: 30, failure: { message: 'is down' }, note: 'backup stands in for it: 90' },
      { signal: 'backup', value: 90, failure: null },
    ]);
    expect(evaluation.limitedBy).not.toContain('noData');
    const again = resource.look({ atMs: 30 * seconds, readings: { queue: of(40, 30 * seconds), backup: of(90) } });
    expect([again.target, again.samples[0]?.note]).toEqual([4, undefined]);
    expect(again.reason).not.toContain('backup');
  });

  it('is without data until its last value is old enough, so that it does not flap with each failure', () => {
    const resource = standIn(60 * seconds);
    resource.look({ readings: { queue: of(30), backup: of(90) } });
    resource.capacity = 3;
    const at = (atMs: number) => resource.look({ atMs, readings: { queue: fails, backup: of(90, atMs) } });
    expect(at(59 * seconds)).toMatchObject({ target: 3 });
    expect(at(59 * seconds).reason).toContain('no data from queue');
    expect(at(60 * seconds)).toMatchObject({ target: 9 });
  });

  it('that has never had a value counts from its first failure', () => {
    const resource = standIn(60 * seconds);
    expect(resource.look({ readings: { queue: fails, backup: of(90) } }).target).toBe(1);
    expect(resource.look({ atMs: 60 * seconds, readings: { queue: fails, backup: of(90) } }).target).toBe(9);
  });

  it('may name a signal that has a stand-in too; without data anywhere it has none', () => {
    const resource = new WatchedResource(
      spec({
        signals: ['first', 'second', 'third'],
        policies: perUnit('first'),
        sampling: {
          first: { else: { signal: 'second', afterMs: 0 } },
          second: { else: { signal: 'third', afterMs: 0 } },
        },
      }),
      1,
    );
    const last = resource.look({ readings: { first: fails, second: fails, third: of(70) } });
    expect(last).toMatchObject({ target: 7 });
    expect(last.reason).toContain('with third instead of first (no data)');
    expect(resource.look({ readings: { first: fails, second: fails, third: fails } }).reason).toContain(
      'no data from first',
    );
  });

  it('makes the other signal sampled, although no expression names it', () => {
    expect(standIn(0).spec.signals).toEqual(['queue', 'backup']);
  });

  it('takes the age of the sample that it uses: one from before the last change is not counted twice', () => {
    const resource = new WatchedResource(
      spec({
        signals: ['busy', 'backup'],
        policies: [{ type: 'utilization', value: 'busy', target: 50 }],
        sampling: { busy: { else: { signal: 'backup', afterMs: 0 } } },
      }),
      2,
    );
    const dated = { value: 100, atMs: start, isDated: true };
    const lastChange = { direction: 'up', sentAtMs: start + 5 * seconds, confirmed: true, upMs: null, downMs: null };
    const readings = { busy: fails, backup: dated };
    const after = resource.look({ atMs: 10 * seconds, readings, lastChange: lastChange as never });
    expect(after.target).toBe(2);
  });
});

describe('??', () => {
  const resource = () =>
    new WatchedResource(spec({ signals: ['queue', 'backup'], policies: perUnit('queue ?? backup * 2') }), 1);

  it('uses its second side where the first has no data, and the reason says so', () => {
    expect(resource().look({ readings: { queue: of(30), backup: fails } })).toMatchObject({ target: 3 });
    const evaluation = resource().look({ readings: { queue: fails, backup: of(20) } });
    expect(evaluation.target).toBe(4);
    expect(evaluation.reason).toContain('with backup * 2 instead of queue (no data)');
  });

  it('without data on either side is no data', () => {
    const evaluation = resource().look({ readings: { queue: fails, backup: fails } });
    expect(evaluation.reason).toContain('no data from queue and backup');
  });
});
