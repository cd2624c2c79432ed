/**
 * Checks whether a text is a cron pattern with five fields. croner also accepts names such as `@daily`, patterns with
 * six or seven fields (seconds first), and dates. croner reads the six fields of AWS (year last) as if seconds came
 * first, so `10 19 * * ? *` would run every hour. None of these forms is supported here; the error says how to write
 * the pattern.
 */
import { Cron } from 'croner';
import type { Problem } from '../../written/problem.js';

/** Returns undefined if the pattern is valid and occurs. */
export function whyNotCron(pattern: string): Problem | undefined {
  const text = pattern.trim();
  const fields = text.replace(/^(?:cron|rate)\((.*)\)$/i, '$1').split(/\s+/);
  if (text === '') return { problem: 'is empty', fix: writeFive };
  if (text.startsWith('@')) {
    const problem = `the name ${text} is not supported: a pattern has five fields`;
    return { problem, fix: write(names[text.toLowerCase()]) };
  }
  if (isDate(text)) return { problem: 'is a date, but a window must repeat', fix: writeFive };
  if (fields.length !== 5 || text.includes('(')) {
    const problem = `has ${countOf(fields.length)}, but a cron pattern has five (minute, hour, day of month, month, day of week)`;
    return { problem, fix: write(inFiveFields(fields)) };
  }
  if (text.includes('+')) return { problem: 'contains "+", which is not supported', fix: writeFive };
  const complaint = complaintOf(text);
  if (complaint !== undefined) return { problem: `is not a cron pattern (${complaint})`, fix: writeFive };
  return occurs(text) ? undefined : { problem: 'never occurs', fix: 'write a day that exists in one of the months' };
}

const writeFive = 'write five fields, such as "0 9 * * mon-fri"';

const names: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

function write(translated: string | undefined): string {
  return translated === undefined ? writeFive : `write "${translated}"`;
}

function countOf(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}/.test(text);
}

/** Returns the equivalent pattern with five fields, or undefined if there is none. */
function inFiveFields(fields: readonly string[]): string | undefined {
  const translated = fromAws(fields) ?? fromSecondsFirst(fields);
  if (translated === undefined || complaintOf(translated) !== undefined) return undefined;
  return occurs(translated) ? translated : undefined;
}

/**
 * The AWS fields: minute, hour, day of month, month, day of week, year. One of the two day fields is `?`. Sunday is 1.
 */
export function fromAws(fields: readonly string[]): string | undefined {
  const [minute, hour, day, month, weekday, year, ...rest] = fields;
  if (year === undefined || rest.length > 0 || (day !== '?' && weekday !== '?')) return undefined;
  return year === '*' ? fiveFields([minute, hour, day, month, weekday]) : undefined;
}

/**
 * The fields of croner, Quartz and Spring: second, minute, hour, day of month, month, day of week, and optionally the
 * year.
 */
function fromSecondsFirst(fields: readonly string[]): string | undefined {
  const [second, minute, hour, day, month, weekday, year = '*', ...rest] = fields;
  if (weekday === undefined || rest.length > 0 || second !== '0' || year !== '*') return undefined;
  const isQuartz = day === '?' || weekday === '?';
  return isQuartz ? fiveFields([minute, hour, day, month, weekday]) : [minute, hour, day, month, weekday].join(' ');
}

/**
 * A format that allows `?` numbers the days of the week from Sunday as 1. In cron, Sunday is 0. `L`, `W` and `#` have
 * no equivalent.
 */
function fiveFields([minute = '', hour = '', day = '', month = '', weekday = '']: readonly (string | undefined)[]):
  string | undefined {
  if (/[LW#]/i.test(day) || /#|\dL|^L/i.test(weekday)) return undefined;
  const [base = '', ...step] = weekday.split('/');
  const fromZero = [base.replace(/\d+/g, (digits) => String(Number(digits) - 1)), ...step].join('/');
  const stepped = [minute, hour, day, month].map((field, index) => withRange(field, lasts[index] ?? 0));
  return [...stepped, fromZero].map((field) => (field === '?' ? '*' : field)).join(' ');
}

/** The largest value of minute, hour, day of month and month. */
const lasts = [59, 23, 31, 12];

/** `5/15` (from 5 in steps of 15) is `5-59/15` in cron. */
function withRange(field: string, last: number): string {
  return field.replace(/(?<![-\d])(\d+)\//g, (_, first: string) => (first === '0' ? '*/' : `${first}-${last}/`));
}

/** Returns the words of croner. */
function complaintOf(pattern: string): string | undefined {
  try {
    new Cron(pattern, { paused: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

/** The search starts before a leap year, so that it finds the 29th of February. */
function occurs(pattern: string): boolean {
  return new Cron(pattern, { paused: true, timezone: 'UTC' }).nextRun(new Date('2023-01-01T00:00:00Z')) !== null;
}
