/**
 * Checks whether a text is a cron pattern with five fields. croner also accepts names such as `@daily`, patterns with
 * six or seven fields (seconds first), and dates. croner reads the six fields of AWS (year last) as if seconds came
 * first, so `10 19 * * ? *` would run every hour. None of these forms is supported here; the error says how to write
 * the pattern.
 */
import { Cron } from 'croner';

/** Returns an error as `problem; what to write`, or undefined if the pattern is valid and occurs. */
export function whyNotCron(pattern: string): string | undefined {
  const text = pattern.trim();
  const fields = text.replace(/^(?:cron|rate)\((.*)\)$/i, '$1').split(/\s+/);
  if (text === '') return `is empty; write five fields, ${example}`;
  if (text.startsWith('@'))
    return `${text} is a name, not the five fields of cron${meaning(names[text.toLowerCase()])}`;
  if (isDate(text)) return `is a date, which comes only once; a window repeats: write five fields, ${example}`;
  if (fields.length !== 5 || text.includes('(')) {
    return `has ${countOf(fields.length)} where cron has five (minute, hour, day of month, month, day of week)${meaning(inFiveFields(fields))}`;
  }
  if (text.includes('+')) return `has a "+", which is not cron; write five fields, ${example}`;
  const complaint = complaintOf(text);
  if (complaint !== undefined) return complaint;
  return occurs(text) ? undefined : 'never occurs; write days that the months have';
}

const example = 'such as "0 9 * * mon-fri"';

const names: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

function meaning(translated: string | undefined): string {
  return translated === undefined ? `; write ${example}` : `; write "${translated}"`;
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
function fromAws(fields: readonly string[]): string | undefined {
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

function complaintOf(pattern: string): string | undefined {
  try {
    new Cron(pattern, { paused: true });
    return undefined;
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `is not a cron pattern (${words.replaceAll('; ', ', ')}); write five fields, ${example}`;
  }
}

/** The search starts before a leap year, so that it finds the 29th of February. */
function occurs(pattern: string): boolean {
  return new Cron(pattern, { paused: true, timezone: 'UTC' }).nextRun(new Date('2023-01-01T00:00:00Z')) !== null;
}
