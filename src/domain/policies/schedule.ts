/**
 * Floors and ceilings by the clock on the wall of a time zone. A window may cross midnight, and belongs to the day it
 * starts on; a later window wins over an earlier one; outside all of them `otherwise` holds.
 *
 * When clocks change, windows of days go by what the clock and the calendar show: a window inside the skipped hour does not
 * happen that day, one inside the doubled hour happens twice, and whole days are as long as they are. A `cron` window starts
 * at the end of the gap where its time is skipped, starts once where its time is doubled, and lasts `for` of real time;
 * `until` is a time of the same kind as its start.
 */
import { z } from 'zod';
import { parseDates, parseDays, parseDaysOfMonth } from './calendar.js';
import { whyNotCron } from './cron-pattern.js';
import { cronWindow, endPattern } from './cron-window.js';
import { dailyWindow, parseTimeOfDay } from './daily-window.js';
import type { Bounds } from './policy.js';
import { isTimeZone, wallClock } from './wall-clock.js';

const units = z.number().int().min(0);
const timeOfDay = z.string().refine((text) => parseTimeOfDay(text) !== undefined, {
  message: 'is not a time of day; write 09:00, or 24:00 for the end of the day',
});

const boundFields = { min: units.optional(), max: units.optional(), capacity: units.optional() };
type WrittenBounds = z.output<z.ZodObject<typeof boundFields>>;

function refuseUnclearBounds({ min, max, capacity }: WrittenBounds, context: z.RefinementCtx): void {
  if ((capacity === undefined) === (min === undefined && max === undefined)) {
    context.addIssue({ code: 'custom', message: 'needs min, max or both, or capacity alone' });
  } else if (min !== undefined && max !== undefined && max < min) {
    context.addIssue({ code: 'custom', path: ['max'], message: 'must not be below min' });
  }
}

const dayWindowSchema = z
  .strictObject({
    /** `mon-fri`, `sat,sun`; the days a window starts on. */
    days: written(parseDays, 'are not days; write mon-fri or sat,sun').optional(),
    /** `19-27`, `1,15`, `28-3`. */
    daysOfMonth: written(parseDaysOfMonth, 'are not days of the month; write 19-27 or 1,15').optional(),
    /** `2026-12-24..2026-12-26`; every year: `12-24..12-26`. */
    dates: written(
      parseDates,
      'are not dates; write 2026-12-24..2026-12-26, or 12-24..12-26 for every year',
    ).optional(),
    from: timeOfDay.optional(),
    to: timeOfDay.optional(),
    ...boundFields,
  })
  .superRefine(refuseUnclearBounds)
  .superRefine(({ from, to, days, daysOfMonth, dates }, context) => {
    if ((from === undefined) !== (to === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs from and to, or neither for whole days' });
    } else if ([from, days, daysOfMonth, dates].every((word) => word === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs from and to, or days, daysOfMonth or dates for whole days' });
    }
  });

const cronWindowSchema = z
  .strictObject({
    cron: z.string().superRefine(refuseOtherPatterns),
    forMs: z.number().int().min(1000).optional(),
    /** `06:00`, or a cron pattern. */
    until: z
      .string()
      .superRefine((text, context) => refuseOtherPatterns(endPattern(text), context))
      .optional(),
    ...boundFields,
  })
  .superRefine(refuseUnclearBounds)
  .superRefine(({ forMs, until }, context) => {
    if ((forMs === undefined) !== (until === undefined)) return;
    context.addIssue({ code: 'custom', message: 'needs one end: for, such as 2h, or until, such as 06:00' });
  });

const windowSchema = z.union([dayWindowSchema, cronWindowSchema]);

function refuseOtherPatterns(pattern: string, context: z.RefinementCtx): void {
  const message = whyNotCron(pattern);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

function written(parse: (text: string) => unknown, message: string): z.ZodString {
  return z.string().refine((text) => parse(text) !== undefined, { message });
}

export const scheduleSchema = z.strictObject({
  type: z.literal('schedule'),
  timezone: z.string().refine(isTimeZone, { message: 'is not a time zone; write a name such as Europe/Berlin or UTC' }),
  windows: z.array(windowSchema).min(1),
  otherwise: z.union([units, z.strictObject(boundFields).superRefine(refuseUnclearBounds)]).optional(),
});

export type ScheduleSettings = z.output<typeof scheduleSchema>;
type WindowSettings = ScheduleSettings['windows'][number];

export interface Schedule {
  boundsAt(nowMs: number): Bounds;
  /** True where some window, or the time between them, asks for units. */
  readonly hasFloor: boolean;
}

export function compileSchedule({ timezone, windows, otherwise }: ScheduleSettings): Schedule {
  const clock = wallClock(timezone);
  const latestFirst = windows
    .map((window) => ({
      isWithin: 'cron' in window ? cronWindow(window, timezone) : dailyWindow(window, clock),
      bounds: toBounds(window, `${nameOf(window)} ${timezone}`),
    }))
    .reverse();
  const outside = toBounds(
    typeof otherwise === 'number' ? { capacity: otherwise } : (otherwise ?? {}),
    'outside all windows',
  );
  return {
    boundsAt: (nowMs) => latestFirst.find(({ isWithin }) => isWithin(nowMs))?.bounds ?? outside,
    hasFloor: [outside, ...latestFirst.map(({ bounds }) => bounds)].some(({ floor }) => floor !== null),
  };
}

function nameOf(window: WindowSettings): string {
  if ('cron' in window) return `cron ${window.cron}${window.until === undefined ? '' : ` until ${window.until}`}`;
  const { days, daysOfMonth, dates, from, to } = window;
  const named = [days, daysOfMonth && `day ${daysOfMonth}`, dates].filter((words) => words !== undefined).join(' ');
  const times = from === undefined ? 'all day' : `${from}-${to}${from === to ? ' the next day' : ''}`;
  return `${named || 'mon-sun'} ${times}`;
}

function toBounds({ min, max, capacity }: WrittenBounds, when: string): Bounds {
  const floor = capacity ?? min ?? null;
  const ceiling = capacity ?? max ?? null;
  return { floor, ceiling, reason: `${when}: ${describe(floor, ceiling)}` };
}

function describe(floor: number | null, ceiling: number | null): string {
  if (floor !== null && floor === ceiling) return `exactly ${floor}`;
  if (floor !== null && ceiling !== null) return `at least ${floor} and at most ${ceiling}`;
  if (floor !== null) return `at least ${floor}`;
  return ceiling === null ? 'no bounds' : `at most ${ceiling}`;
}
