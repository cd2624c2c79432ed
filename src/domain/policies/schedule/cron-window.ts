/** A window that a cron pattern starts, and that ends after a fixed time, at a time of day, or by a pattern of its own. */
import { Cron } from 'croner';
import { parseTimeOfDay } from './daily-window.js';
import type { IsWithin } from '../policy.js';
import { dayMs } from './wall-clock.js';

export interface CronWindow {
  readonly cron: string;
  /** One of the two. */
  readonly forMs?: number | undefined;
  readonly until?: string | undefined;
}

export function cronWindow({ cron, forMs = 0, until }: CronWindow, timezone: string): IsWithin {
  const starts = new Cron(cron, { paused: true, timezone });
  const stateAt =
    until === undefined
      ? timedState(starts, forMs)
      : endedState(starts, new Cron(endPattern(until), { paused: true, timezone }));
  // Walking a pattern is dear: an answer holds for as long as it says.
  let known = { fromMs: Infinity, untilMs: -Infinity, isWithin: false };
  return (nowMs) => {
    if (nowMs < known.fromMs || nowMs >= known.untilMs) known = { fromMs: nowMs, ...stateAt(nowMs) };
    return known.isWithin;
  };
}

/** A time of day as the pattern of an end: `06:00` is `0 6 * * *`. Other patterns are as they are. */
export function endPattern(until: string): string {
  const minutes = parseTimeOfDay(until);
  return minutes === undefined ? until : `${minutes % 60} ${Math.floor(minutes / 60) % 24} * * *`;
}

/** Whether a window is open, and until when that is known. */
type StateAt = (nowMs: number) => { readonly isWithin: boolean; readonly untilMs: number };

function timedState(starts: Cron, forMs: number): StateAt {
  return (nowMs) => {
    // The first start after (now - for) is at or before now exactly while a window is open.
    const startMs = nextAfter(starts, nowMs - forMs);
    const isWithin = startMs <= nowMs;
    return { isWithin, untilMs: isWithin ? startMs + forMs : startMs };
  };
}

/** Open from a start to the first end after it. An end at the very time of a start belongs to the window before. */
function endedState(starts: Cron, ends: Cron): StateAt {
  return (nowMs) => {
    const startMs = nextAfter(starts, lastUntil(ends, nowMs) - 1000);
    const isWithin = startMs <= nowMs;
    return { isWithin, untilMs: isWithin ? nextAfter(ends, nowMs) : startMs };
  };
}

/** Patterns have a precision of a second. */
function nextAfter(pattern: Cron, atMs: number): number {
  return pattern.nextRun(new Date(atMs))?.getTime() ?? Infinity;
}

/** A 29th of February may be eight years away. */
const longestPauseMs = 9 * 366 * dayMs;

/** The last time of a pattern at or before a time. Where there is none for years, a time that long ago. */
function lastUntil(pattern: Cron, nowMs: number): number {
  for (let backMs = 60_000; backMs < longestPauseMs; backMs *= 4) {
    let lastMs = nextAfter(pattern, nowMs - backMs);
    if (lastMs > nowMs) continue;
    for (let nextMs = lastMs; nextMs <= nowMs; nextMs = nextAfter(pattern, nextMs)) lastMs = nextMs;
    return lastMs;
  }
  return nowMs - longestPauseMs;
}
