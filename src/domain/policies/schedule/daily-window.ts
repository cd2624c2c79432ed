/** A window by the clock on the wall: `mon-fri`, `22:00` to `06:00`. The start is inside, the end is not. */
import { type CalendarDays, calendarDays } from './calendar.js';
import type { IsWithin } from '../policy.js';
import type { WallClock } from './wall-clock.js';

export interface DailyWindow extends CalendarDays {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * `to` at or before `from` is a window over midnight; the same time twice is a whole day. Without times it is the whole
 * of each of its days, and days in a row are one window without a hole.
 */
export function dailyWindow({ from = '00:00', to = '24:00', ...days }: DailyWindow, clock: WallClock): IsWithin {
  const startsOn = calendarDays(days);
  const start = parseTimeOfDay(from) ?? NaN;
  const end = parseTimeOfDay(to) ?? NaN;
  return (nowMs) => {
    const { day, minute } = clock(nowMs);
    const startedToday = minute >= start && startsOn(day);
    if (end > start) return startedToday && minute < end;
    return startedToday || (minute < end && startsOn(day - 1));
  };
}

/** @returns minutes since midnight, 24:00 included */
export function parseTimeOfDay(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || minute > 59 || hour * 60 + minute > 24 * 60) return undefined;
  return hour * 60 + minute;
}
