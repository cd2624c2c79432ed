/**
 * Parses days: days of the week (`mon-fri`), days of the month (`19-27`), days of the year (`12-24..12-26`), and dates.
 */
import { dayMs } from './wall-clock.js';

/** @param day days since 1970-01-01 */
export type IsMeant = (day: number) => boolean;

export interface CalendarDays {
  readonly days?: string | undefined;
  readonly daysOfMonth?: string | undefined;
  readonly dates?: string | undefined;
}

/** Returns a test for the days that match all of the given settings. */
export function calendarDays({ days, daysOfMonth, dates }: CalendarDays): IsMeant {
  const written = [
    days === undefined ? undefined : parseDays(days),
    daysOfMonth === undefined ? undefined : parseDaysOfMonth(daysOfMonth),
    dates === undefined ? undefined : parseDates(dates),
  ].filter((isMeant) => isMeant !== undefined);
  return (day) => written.every((isMeant) => isMeant(day));
}

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

/** A range may cross the end of the week: `fri-mon`. */
export function parseDays(text: string): IsMeant | undefined {
  return anyOf(text.toLowerCase(), (part) => {
    const [first = '', last = first, ...rest] = part.split('-');
    const [start, end] = [dayNames.indexOf(first), dayNames.indexOf(last)];
    if (start < 0 || end < 0 || rest.length > 0) return undefined;
    return (day) => isInCyclicRange(weekdayOf(day), start, end);
  });
}

/** A range may cross the end of the month: `28-3`. */
export function parseDaysOfMonth(text: string): IsMeant | undefined {
  return anyOf(text, (part) => {
    const match = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part);
    const start = Number(match?.[1]);
    const end = Number(match?.[2] ?? start);
    if (!match || ![start, end].every((number) => number >= 1 && number <= 31)) return undefined;
    return (day) => isInCyclicRange(new Date(day * dayMs).getUTCDate(), start, end);
  });
}

/** Dates are written with or without a year. A range without a year may cross the end of the year: `12-24..01-02`. */
export function parseDates(text: string): IsMeant | undefined {
  return anyOf(text, (part) => {
    const [first = '', last = first, ...rest] = part.split('..').map((date) => date.trim());
    const [start, end] = [parseDate(first), parseDate(last)];
    if (!start || !end || rest.length > 0 || start.isYearly !== end.isYearly) return undefined;
    if (start.isYearly) return (day) => isInCyclicRange(inLeapYear(day), start.day, end.day);
    return end.day < start.day ? undefined : (day) => day >= start.day && day <= end.day;
  });
}

/** Dates without a year are compared as dates of a leap year, because a leap year contains every such date. */
const leapYear = 2000;

function inLeapYear(day: number): number {
  const date = new Date(day * dayMs);
  return Date.UTC(leapYear, date.getUTCMonth(), date.getUTCDate()) / dayMs;
}

function parseDate(text: string): { readonly day: number; readonly isYearly: boolean } | undefined {
  const match = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [year, month, dayOfMonth] = [Number(match[1] ?? leapYear), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
  // `Date` moves a day that the month does not have into the next month.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== dayOfMonth) return undefined;
  return { day: date.getTime() / dayMs, isYearly: match[1] === undefined };
}

/**
 * Whether a value is in the inclusive range from `start` to `end` on a circle. If `end` is less than `start`, the range
 * wraps around.
 */
function isInCyclicRange(value: number, start: number, end: number): boolean {
  return start <= end ? value >= start && value <= end : value >= start || value <= end;
}

function anyOf(list: string, parse: (part: string) => IsMeant | undefined): IsMeant | undefined {
  const parts: IsMeant[] = [];
  for (const part of list.split(',')) {
    const isMeant = parse(part.trim());
    if (!isMeant) return undefined;
    parts.push(isMeant);
  }
  return (day) => parts.some((isMeant) => isMeant(day));
}
