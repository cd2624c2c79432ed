/** A window by the clock on the wall: `mon-fri`, `22:00` to `06:00`. The start is inside, the end is not. */
import type { IsWithin } from './policy.js';
import type { WallClock } from './wall-clock.js';

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export interface DailyWindow {
  readonly days: string;
  readonly from: string;
  readonly to: string;
}

/** `to` at or before `from` is a window over midnight; the same time twice is a whole day. */
export function dailyWindow({ days, from, to }: DailyWindow, clock: WallClock): IsWithin {
  const startsOn = parseDays(days) ?? [];
  const start = parseTimeOfDay(from) ?? NaN;
  const end = parseTimeOfDay(to) ?? NaN;
  return (nowMs) => {
    const { weekday, minute } = clock(nowMs);
    const startedToday = startsOn[weekday] === true && minute >= start;
    if (end > start) return startedToday && minute < end;
    const startedYesterday = startsOn[(weekday + 6) % 7] === true && minute < end;
    return startedToday || startedYesterday;
  };
}

/** @returns minutes since midnight, 24:00 included */
export function parseTimeOfDay(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || minute > 59 || hour * 60 + minute > 24 * 60) return undefined;
  return hour * 60 + minute;
}

/** @returns whether each day, from Sunday on, is meant. A range may cross the week's end: `fri-mon`. */
export function parseDays(text: string): boolean[] | undefined {
  const days = dayNames.map(() => false);
  for (const part of text.toLowerCase().split(',')) {
    const [first = '', last = first, ...rest] = part.trim().split('-');
    const [start, end] = [dayNames.indexOf(first), dayNames.indexOf(last)];
    if (start < 0 || end < 0 || rest.length > 0) return undefined;
    for (let day = start; ; day = (day + 1) % 7) {
      days[day] = true;
      if (day === end) break;
    }
  }
  return days;
}
