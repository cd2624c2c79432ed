import { describe, expect, it } from '@jest/globals';
import type { Evaluation } from '../../../src/domain/autoscale/evaluation.js';
import { type LookRing, withLook } from '../../../src/domain/autoscale/look-ring.js';

const minuteMs = 60_000;

function look(atMs: number, capacity: number, samples: Record<string, number | null> = {}): Evaluation {
  return {
    atMs,
    capacity,
    ready: null,
    target: capacity + 1,
    samples: Object.entries(samples).map(([signal, value]) => ({
      signal,
      value,
      ageMs: 0,
      failure: value === null ? { message: 'closed', sinceMs: atMs } : null,
    })),
    policies: [],
    recommended: capacity,
    limits: [],
    limitedBy: [],
    next: null,
    reason: '',
  };
}

function ringOf(looks: readonly Evaluation[], intervalMs = 15_000): LookRing {
  return looks.reduce<LookRing | undefined>((ring, each) => withLook(ring, each, intervalMs), undefined)!;
}

describe('the ring of a watch', () => {
  it('keeps the last look of each bucket, and leaves a gap where there was none', () => {
    const ring = ringOf([look(0, 1), look(5_000, 2), look(7_500, 3), look(4 * 7_500 + 1, 5)], 1000);
    expect(ring).toEqual({
      bucketMs: 7_500,
      first: 0,
      capacity: [2, 3, null, null, 5],
      ready: [null, null, null, null, null],
      target: [3, 4, null, null, 6],
      signals: {},
    });
  });

  it.each([15_000, 300_000])('has buckets of one interval of %d ms', (intervalMs) => {
    expect(ringOf([look(0, 1), look(intervalMs, 2)], intervalMs)).toMatchObject({
      bucketMs: intervalMs,
      capacity: [1, 2],
    });
  });

  it('makes one bucket of two when it is full, until a bucket has a minute', () => {
    const ringAfter = (seconds: number) =>
      ringOf(
        Array.from({ length: seconds / 5 }, (_, index) => look(index * 5_000, index, { load: index })),
        5_000,
      );
    const lengths = [20, 23, 46, 91, 400].map((minutes) => {
      const { bucketMs, capacity } = ringAfter(minutes * 60);
      return [bucketMs, capacity.length];
    });
    expect(lengths).toEqual([
      [7_500, 160],
      [15_000, 92],
      [30_000, 92],
      [minuteMs, 91],
      [minuteMs, 180],
    ]);
    const { capacity, signals } = ringAfter(46 * 60);
    // Each bucket of 30 s has the last of its six looks.
    expect(capacity.slice(0, 4)).toEqual([5, 11, 17, 23]);
    expect(signals['load']).toEqual(capacity);
  });

  it('that begins with an odd bucket keeps its times when two buckets become one', () => {
    const ring = ringOf([look(7_500, 1), look(15_000, 2), look(7_500 * 200, 3)], 1000);
    expect(ring).toMatchObject({ bucketMs: 15_000, first: 0 });
    expect(ring.capacity.slice(0, 3)).toEqual([1, 2, null]);
    expect(ring.capacity.at(-1)).toBe(3);
    expect(ring.first + ring.capacity.length - 1).toBe(100);
  });

  it('never has more than 180 buckets, and forgets the oldest', () => {
    const ring = ringOf(Array.from({ length: 500 }, (_, minute) => look(minute * minuteMs, minute, { load: minute })));
    expect(ring.first).toBe(320);
    expect(ring.capacity).toHaveLength(180);
    expect(ring.capacity[0]).toBe(320);
    expect(ring.signals['load']?.at(-1)).toBe(499);
  });

  it('keeps the last value of a signal in its bucket, and has none where the source fails for the whole bucket', () => {
    const ring = ringOf(
      [look(0, 1, { load: 7 }), look(5_000, 1, { load: null }), look(7_500, 1, { load: null })],
      1000,
    );
    expect(ring.signals).toEqual({ load: [7, null] });
  });

  it('forgets a signal that is no longer sampled, once its last value has left the ring', () => {
    const before = ringOf([look(0, 1, { old: 7, kept: 1 }), look(minuteMs, 1, { kept: 2 })], minuteMs);
    expect(before.signals).toEqual({ kept: [1, 2], old: [7, null] });
    const after = withLook(before, look(180 * minuteMs, 1, { kept: 3 }), minuteMs);
    expect(Object.keys(after.signals)).toEqual(['kept']);
  });

  it('begins again when the interval is longer than its buckets, and when the clock is set back or far ahead', () => {
    const ring = ringOf([look(10 * minuteMs, 1)]);
    expect(withLook(ring, look(11 * minuteMs, 2), 120_000)).toMatchObject({ bucketMs: 120_000, capacity: [2] });
    expect(withLook(ring, look(9 * minuteMs, 2), 15_000)).toMatchObject({ first: 36, capacity: [2] });
    expect(withLook(ring, look(500 * minuteMs, 2), 15_000)).toMatchObject({ first: 2000, capacity: [2] });
  });

  it('goes on when the interval becomes shorter', () => {
    const ring = ringOf([look(0, 1)], minuteMs);
    expect(withLook(ring, look(minuteMs, 2), 1000)).toMatchObject({ bucketMs: minuteMs, capacity: [1, 2] });
  });

  it('is at most 7 KB of JSON with three signals', () => {
    const looks = Array.from({ length: 300 }, (_, minute) =>
      look(minute * minuteMs, 100 + (minute % 50), {
        depth: 12_345.678 + minute,
        rate: 0.123_456_789 * minute,
        cpu: 41.5,
      }),
    );
    expect(JSON.stringify(ringOf(looks)).length).toBeLessThan(7000);
  });
});
