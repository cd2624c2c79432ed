/** A window by wall-clock time: `mon-fri`, `22:00` to `06:00`. The start is part of the window. The end is not. */
import { type CalendarDays, calendarDays } from './calendar.js';
import type { IsWithin } from '../policy.js';
import type { WallClock } from './wall-clock.js';

export interface DailyWindow extends CalendarDays {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * A window whose `to` is at or before `from` crosses midnight. If `to` equals `from`, the window lasts a whole day.
 * Without times, the window covers each of its days completely, and consecutive days form one window without a gap.
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

/** @returns minutes since midnight. 24:00 is valid. */
export function parseTimeOfDay(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || minute > 59 || hour * 60 + minute > 24 * 60) return undefined;
  return hour * 60 + minute;
}
