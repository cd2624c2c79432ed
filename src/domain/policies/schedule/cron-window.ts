/**
 * A window that starts at the times of a cron pattern. It ends after a fixed duration, at a time of day, or at the
 * times of a second pattern.
 */
import { Cron } from 'croner';
import { parseTimeOfDay } from './daily-window.js';
import type { IsWithin } from '../policy.js';
import { dayMs } from './wall-clock.js';

export interface CronWindow {
  readonly cron: string;
  /** Exactly one of `forMs` and `until` is set. */
  readonly forMs?: number | undefined;
  readonly until?: string | undefined;
}

export function cronWindow({ cron, forMs = 0, until }: CronWindow, timezone: string): IsWithin {
  const starts = new Cron(cron, { paused: true, timezone });
  const stateAt =
    until === undefined
      ? timedState(starts, forMs)
      : endedState(starts, new Cron(endPattern(until), { paused: true, timezone }));
  // The search through a pattern is expensive, so a result is reused until its `untilMs`.
  let known = { fromMs: Infinity, untilMs: -Infinity, isWithin: false };
  return (nowMs) => {
    if (nowMs < known.fromMs || nowMs >= known.untilMs) known = { fromMs: nowMs, ...stateAt(nowMs) };
    return known.isWithin;
  };
}

/** Returns the cron pattern of an end. The time of day `06:00` becomes `0 6 * * *`. A pattern stays as it is. */
export function endPattern(until: string): string {
  const minutes = parseTimeOfDay(until);
  return minutes === undefined ? until : `${minutes % 60} ${Math.floor(minutes / 60) % 24} * * *`;
}

/** Whether a window is open, and the time until which this result is valid. */
type StateAt = (nowMs: number) => { readonly isWithin: boolean; readonly untilMs: number };

function timedState(starts: Cron, forMs: number): StateAt {
  return (nowMs) => {
    // A window is open exactly if the first start after (now - for) is at or before now.
    const startMs = nextAfter(starts, nowMs - forMs);
    const isWithin = startMs <= nowMs;
    return { isWithin, untilMs: isWithin ? startMs + forMs : startMs };
  };
}

/**
 * The window is open from a start to the first end after it. If an end and a start have the same time, the end closes
 * the previous window.
 */
function endedState(starts: Cron, ends: Cron): StateAt {
  return (nowMs) => {
    const startMs = nextAfter(starts, lastUntil(ends, nowMs) - 1000);
    const isWithin = startMs <= nowMs;
    return { isWithin, untilMs: isWithin ? nextAfter(ends, nowMs) : startMs };
  };
}

/** Cron patterns have a precision of one second. */
function nextAfter(pattern: Cron, atMs: number): number {
  return pattern.nextRun(new Date(atMs))?.getTime() ?? Infinity;
}

/** The next 29th of February may be eight years away. */
const longestPauseMs = 9 * 366 * dayMs;

/**
 * Returns the last time of a pattern at or before a given time. If the pattern has no time within `longestPauseMs`, the
 * result is the time that long ago.
 */
function lastUntil(pattern: Cron, nowMs: number): number {
  for (let backMs = 60_000; backMs < longestPauseMs; backMs *= 4) {
    let lastMs = nextAfter(pattern, nowMs - backMs);
    if (lastMs > nowMs) continue;
    for (let nextMs = lastMs; nextMs <= nowMs; nextMs = nextAfter(pattern, nextMs)) lastMs = nextMs;
    return lastMs;
  }
  return nowMs - longestPauseMs;
}
