/** The wall-clock time and the calendar date in a time zone. */

interface WallTime {
  /** The date, as days since 1970-01-01. The next day is always one more, whatever clock changes happen in between. */
  readonly day: number;
  /** Minutes since midnight by the wall clock. These minutes repeat or skip when the clocks change. */
  readonly minute: number;
}

export type WallClock = (nowMs: number) => WallTime;

export const dayMs = 86_400_000;

export function isTimeZone(name: string): boolean {
  try {
    formatter(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Time zones change their offset only at whole quarters of an hour, so one lookup is valid for a quarter of an hour.
 */
const quarterMs = 15 * 60_000;

export function wallClock(timezone: string): WallClock {
  const format = formatter(timezone);
  let knownQuarter = NaN;
  let atQuarter: WallTime = { day: 0, minute: 0 };
  return (nowMs) => {
    const quarter = Math.floor(nowMs / quarterMs);
    if (quarter !== knownQuarter) {
      atQuarter = read(format, quarter * quarterMs);
      knownQuarter = quarter;
    }
    return { day: atQuarter.day, minute: atQuarter.minute + Math.floor((nowMs - quarter * quarterMs) / 60_000) };
  };
}

function formatter(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

function read(format: Intl.DateTimeFormat, atMs: number): WallTime {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? NaN;
  return {
    day: Date.UTC(part('year'), part('month') - 1, part('day')) / dayMs,
    minute: part('hour') * 60 + part('minute'),
  };
}
