import { describe, expect, it } from '@jest/globals';
import { newestComplete, type Point } from '../../src/adapters/sources/google/newest-period.js';

const minuteMs = 60_000;

/** One character for each minute, from the oldest: a digit is the value of the period, and `-` is no point. */
function series(drawing: string): Point[] {
  return Array.from(drawing).flatMap((each, at) =>
    each === '-' ? [] : [{ endMs: (at + 1) * minuteMs, value: Number(each) }],
  );
}

describe('the newest complete period', () => {
  it.each<[string, string[], boolean, { minute: number; values: number[] } | undefined]>([
    ['of one series is its newest', ['1234'], false, { minute: 4, values: [4] }],
    ['is older than periods without points', ['12--'], false, { minute: 2, values: [2] }],
    ['of two series has both', ['1234', '5678'], false, { minute: 4, values: [4, 8] }],
    ['is not one that a late series lacks', ['1234', '567-'], false, { minute: 3, values: [3, 7] }],
    [
      'is not one that a series lacks which is two periods late',
      ['1234', '56--'],
      false,
      { minute: 2, values: [2, 6] },
    ],
    ['does not wait for a series that ended', ['12345', '67---'], false, { minute: 5, values: [5] }],
    ['has a series that just began', ['1234', '---5'], false, { minute: 4, values: [4, 5] }],
    ['of a rate is the one before', ['1234'], true, { minute: 3, values: [3] }],
    [
      'of a rate with a late series is the one before the newest with both',
      ['1234', '567-'],
      true,
      { minute: 2, values: [2, 6] },
    ],
    ['of a rate does not exist after one period', ['---4'], true, undefined],
    ['does not exist without points', ['----'], false, undefined],
    ['does not exist without series', [], false, undefined],
  ])('%s', (_name, drawings, untilNext, expected) => {
    const found = newestComplete(drawings.map(series), minuteMs, untilNext);
    const told = found && { minute: found.endMs / minuteMs, values: found.points.map(({ value }) => value) };
    expect(told).toEqual(expected);
  });
});
