import { whyNotCron } from '../../../src/domain/policies/schedule/cron-pattern.js';

describe('a cron pattern', () => {
  test.each([
    '0 9 * * mon-fri',
    '*/5 * * * *',
    '0 22 1,15 * *',
    '30 2 29 2 *',
    '0 9 * JAN,feb MON',
    '0 9 * * 7',
    '0 9 L * *',
    '0 0 31 2 mon',
    '  0   9 * * *  ',
  ])('of five fields that occurs is accepted: %s', (pattern) => {
    expect(whyNotCron(pattern)).toBeUndefined();
  });

  test.each([
    ['10 19 * * ? *', '10 19 * * *', 'six fields of AWS, daily'],
    ['cron(10 19 * * ? *)', '10 19 * * *', 'the same in the notation of the AWS console'],
    ['0 6 ? * MON-FRI *', '0 6 * * MON-FRI', 'six fields of AWS, on days of the week'],
    ['0 6 ? * 2-6 *', '0 6 * * 1-5', 'AWS counts days from Sunday, 1'],
    ['0/15 8-18/2 ? * 1,7 *', '*/15 8-18/2 * * 0,6', 'steps and a list of days of AWS'],
    ['5/15 6/6 * * ? *', '5-59/15 6-23/6 * * *', 'steps of AWS with a start'],
    ['0 10 19 * * *', '10 19 * * *', 'six fields with seconds'],
    ['0 10 19 * * ?', '10 19 * * *', 'six fields of Quartz'],
    ['0 10 19 ? * 2 *', '10 19 * * 1', 'seven fields of Quartz'],
    ['@daily', '0 0 * * *', 'a name'],
    ['@Hourly', '0 * * * *', 'a name in capitals'],
    ['@weekly', '0 0 * * 0', 'a name'],
  ])('%s is refused, and %s is the fix: %s', (pattern, fix) => {
    expect(whyNotCron(pattern)).toMatchObject({ fix: `write "${fix}"` });
    expect(whyNotCron(fix)).toBeUndefined();
  });

  test.each([
    ['0 6 ? * 6#3 *', 'has 6 fields', 'the third Friday has no equivalent'],
    ['0 6 L * ? 2027', 'has 6 fields', 'a year has no equivalent'],
    ['30 10 19 * * *', 'has 6 fields', 'second 30 has no equivalent'],
    ['rate(5 minutes)', 'has 2 fields', 'a rate of AWS'],
    ['@reboot', 'is not supported', 'no pattern is equivalent'],
    ['2026-12-24T18:00:00', 'is a date', 'a date comes once'],
    ['2026-12-24', 'is a date', 'a date comes once'],
    ['1 2 3', 'has 3 fields', 'too few'],
    ['', 'is empty', 'the text is empty'],
    ['daily', 'has 1 field,', 'a word'],
    ['0 0 31 2 *', 'never occurs', 'February has no 31st'],
    ['0 0 30,31 2 *', 'never occurs', 'February has no 30th'],
    ['0 0 31 4,6,9,11 *', 'never occurs', 'months of thirty days'],
    ['60 * * * *', 'minute: 60', 'no such minute'],
    ['0 0 * * fri-mon', 'larger than', 'a range that crosses the end of the week'],
    ['0 0 * * +1', 'contains "+"', 'an extension of croner'],
    ['H * * * *', 'illegal', 'an extension of Jenkins'],
    ['@daily; at noon', 'the name @daily; at noon is not supported', 'a name with a semicolon'],
  ])('%s is refused: %s, because %s', (pattern, why) => {
    expect(whyNotCron(pattern)).toEqual({
      problem: expect.stringContaining(why) as string,
      fix: expect.stringContaining('write ') as string,
    });
  });
});
