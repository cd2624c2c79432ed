/** A window that a cron pattern starts and that lasts for a fixed time. */
import { Cron } from 'croner';
import type { IsWithin } from './policy.js';

export interface CronWindow {
  readonly cron: string;
  readonly forMs: number;
}

export function isCronPattern(pattern: string): boolean {
  try {
    new Cron(pattern, { paused: true });
    return true;
  } catch {
    return false;
  }
}

export function cronWindow({ cron, forMs }: CronWindow, timezone: string): IsWithin {
  const schedule = new Cron(cron, { paused: true, timezone });
  // Walking a pattern is dear; the answer holds until the next start, or until the window that is open ends.
  let known = { fromMs: Infinity, untilMs: -Infinity, isWithin: false };
  return (nowMs) => {
    if (nowMs < known.fromMs || nowMs >= known.untilMs) {
      // The first start after (now - for) is at or before now exactly while a window is open.
      const startMs = schedule.nextRun(new Date(nowMs - forMs))?.getTime() ?? Infinity;
      const isWithin = startMs <= nowMs;
      known = { fromMs: nowMs, untilMs: isWithin ? startMs + forMs : startMs, isWithin };
    }
    return known.isWithin;
  };
}
