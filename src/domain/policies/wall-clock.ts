/** What the clock on the wall shows in a time zone. */

interface WallTime {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Minutes since midnight by the clock, which repeats and skips when clocks change. */
  readonly minute: number;
}

export type WallClock = (nowMs: number) => WallTime;

export function isTimeZone(name: string): boolean {
  try {
    formatter(name);
    return true;
  } catch {
    return false;
  }
}

/** Zones change their offset only at whole quarters of an hour, so one look serves for a quarter. */
const quarterMs = 15 * 60_000;
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function wallClock(timezone: string): WallClock {
  const format = formatter(timezone);
  let knownQuarter = NaN;
  let atQuarter: WallTime = { weekday: 0, minute: 0 };
  return (nowMs) => {
    const quarter = Math.floor(nowMs / quarterMs);
    if (quarter !== knownQuarter) {
      atQuarter = read(format, quarter * quarterMs);
      knownQuarter = quarter;
    }
    return { weekday: atQuarter.weekday, minute: atQuarter.minute + Math.floor((nowMs % quarterMs) / 60_000) };
  };
}

function formatter(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}

function read(format: Intl.DateTimeFormat, atMs: number): WallTime {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  return {
    weekday: weekdays.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}
