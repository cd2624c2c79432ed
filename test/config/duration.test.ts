import { duration, parseDuration, positiveDuration } from '../../src/domain/written/duration.js';
import { problemOf } from '../../src/domain/written/issue.js';
import { percentage } from '../../src/domain/written/percentage.js';
import { problemText } from '../../src/domain/written/problem.js';

const messageOf = (schema: typeof duration, given: unknown) => {
  const issue = schema.safeParse(given).error?.issues[0];
  return issue && problemText(problemOf(issue));
};

describe('a duration', () => {
  test.each([
    ['0s', 0],
    ['500ms', 500],
    ['15s', 15_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['90m', 5_400_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', '1.5h', '-5s', '5 m', '5M', '30m1h', '5m5m', 'ms', '1w', '5min', '1e3s'])(
    '%j is not a duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test.each([
    [300, '300 has no unit; write 300s'],
    ['300', '"300" has no unit; write 300s'],
    ['soon', expect.stringContaining('is not a duration; write whole numbers with units')],
    ['9999d', 'is longer than a year; write at most 366d'],
  ])('%j is refused with the fix', (given, message) => {
    expect(messageOf(duration, given)).toEqual(message);
  });

  it('must not be zero for a timeout or an interval', () => {
    expect(duration.parse('0s')).toBe(0);
    expect(messageOf(positiveDuration, '0s')).toBe('must be longer than zero; write 1s, for example');
  });
});

describe('a percentage', () => {
  test.each([
    ['30%', 0.3],
    ['0%', 0],
    ['200%', 2],
    ['2.5%', 0.025],
  ])('%s is the share %d', (text, share) => {
    expect(percentage.parse(text)).toBeCloseTo(share, 12);
  });

  test.each([
    [30, '30 has no unit; write 30%'],
    ['30', 'is not a percentage; write 30%'],
    ['-5%', 'is not a percentage; write a number and a percent sign, such as 30%'],
  ])('%j is refused with the fix', (given, message) => {
    expect(messageOf(percentage, given)).toBe(message);
  });
});
