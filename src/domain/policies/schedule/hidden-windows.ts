/**
 * Finds windows that later windows cover completely. Later windows take precedence, so a covered window never has an
 * effect.
 */
import type { PathInPolicy } from '../policy.js';
import type { Problem } from '../../written/problem.js';
import { dailyWindow, type DailyWindow } from './daily-window.js';

interface HiddenWindow extends Problem {
  readonly path: PathInPolicy;
}

const week = [0, 1, 2, 3, 4, 5, 6];
const minutes = Array.from({ length: 24 * 60 }, (_, minute) => minute);

/** Cron windows are not analyzed. */
export function hiddenWindows(windows: readonly (DailyWindow | { readonly cron: string })[]): HiddenWindow[] {
  const covered = new Set<number>();
  return windows
    .map((window, index) => ({ window, index }))
    .reverse()
    .flatMap(({ window, index }) => {
      if ('cron' in window) return [];
      const open = minutesOfWeek(window);
      const isHidden = open.every((minute) => covered.has(minute));
      const isEveryWeek = window.daysOfMonth === undefined && window.dates === undefined;
      if (isEveryWeek) open.forEach((minute) => covered.add(minute));
      const problem = 'has no effect: later windows take precedence and cover all times of this window';
      return isHidden
        ? [{ path: ['windows', index], problem, fix: 'move this window after the windows that cover it' }]
        : [];
    });
}

/**
 * Returns the minutes of the week in which a window may be open. Days of the month and dates may fall on any day of the
 * week.
 */
function minutesOfWeek({ days, from, to }: DailyWindow): number[] {
  let now = { day: 0, minute: 0 };
  const isWithin = dailyWindow({ days, from, to }, () => now);
  return week.flatMap((day) =>
    minutes.flatMap((minute) => {
      now = { day, minute };
      return isWithin(0) ? [day * minutes.length + minute] : [];
    }),
  );
}
