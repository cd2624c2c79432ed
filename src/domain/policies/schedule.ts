/**
 * Floors and ceilings by the clock on the wall of a time zone. A window may cross midnight, and belongs to the day it
 * starts on; a later window wins over an earlier one; outside all of them `otherwise` holds.
 *
 * When clocks change, `from`/`to` windows go by what the clock shows: a window inside the skipped hour does not happen
 * that day, one inside the doubled hour happens twice. A `cron` window starts at the end of the gap where its time is
 * skipped, starts once where its time is doubled, and always lasts `for` of real time.
 */
import { z } from 'zod';
import { cronWindow, isCronPattern } from './cron-window.js';
import type { Bounds } from './policy.js';
import { dailyWindow, parseDays, parseTimeOfDay } from './daily-window.js';
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

const windowSchema = z.union([
  z
    .strictObject({
      /** `mon-fri`, `sat,sun`; the days a window starts on. */
      days: z
        .string()
        .refine((text) => parseDays(text) !== undefined, { message: 'are not days; write mon-fri or sat,sun' })
        .default('mon-sun'),
      from: timeOfDay,
      to: timeOfDay,
      ...boundFields,
    })
    .superRefine(refuseUnclearBounds),
  z
    .strictObject({
      cron: z.string().refine(isCronPattern, { message: 'is not a cron pattern; write five fields: 0 9 * * mon-fri' }),
      forMs: z.number().int().min(1000),
      ...boundFields,
    })
    .superRefine(refuseUnclearBounds),
]);

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
  return 'cron' in window ? `cron ${window.cron}` : `${window.days} ${window.from}-${window.to}`;
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
