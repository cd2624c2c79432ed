/** A time from one minute to another, as windows with dates: part of a day, whole days, part of a day. */

const dayMs = 86_400_000;

interface DateWindow {
  readonly dates: string;
  readonly from?: string;
  readonly to?: string;
}

/** In local time, as if it were UTC. */
export function onceWindows(startMs: number, endMs: number): readonly DateWindow[] {
  const [firstDay, lastDay] = [startMs, endMs].map((atMs) => Math.floor(atMs / dayMs)) as [number, number];
  const [first, last] = [minuteOf(startMs), minuteOf(endMs)];
  if (firstDay === lastDay) return [part(firstDay, first, last)];
  const wholeFrom = first === 0 ? firstDay : firstDay + 1;
  return [
    ...(first === 0 ? [] : [part(firstDay, first, 24 * 60)]),
    ...(wholeFrom < lastDay ? [{ dates: range(wholeFrom, lastDay - 1) }] : []),
    ...(last === 0 ? [] : [part(lastDay, 0, last)]),
  ];
}

function part(day: number, first: number, last: number): DateWindow {
  return { dates: dateOf(day), from: formatMinute(first), to: formatMinute(last) };
}

function range(first: number, last: number): string {
  return first === last ? dateOf(first) : `${dateOf(first)}..${dateOf(last)}`;
}

function minuteOf(atMs: number): number {
  return Math.floor((atMs % dayMs) / 60_000);
}

/** 540 is `09:00`. */
export function formatMinute(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
