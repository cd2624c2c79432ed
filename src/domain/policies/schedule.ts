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
import { type Bounds, definePolicy, type PathInPolicy, type WrittenCapacity } from './policy.js';
import { cronWindow } from './schedule/cron-window.js';
import { dailyWindow } from './schedule/daily-window.js';
import { hiddenWindows } from './schedule/hidden-windows.js';
import { isTimeZone, wallClock } from './schedule/wall-clock.js';
import {
  boundFields,
  cronWindowSchema,
  dayWindowSchema,
  refuseUnclearBounds,
  units,
  writtenCronWindow,
  type WrittenBounds,
} from './schedule/window-schemas.js';

// Checked here and not where it is first used: a zone may be known on one machine and not on the one that runs.
const timezone = z
  .string()
  .superRefine((name, context) => {
    if (isTimeZone(name)) return;
    const problem = 'is not a time zone that is known here';
    const message = `${problem}; write a name such as Europe/Berlin or UTC`;
    const params = { problem, name, known: Intl.supportedValuesOf('timeZone') };
    context.addIssue({ code: 'custom', message, params });
  })
  .describe('The zone of the clock on the wall, by its IANA name.');

/** People write `for: 2h` where a watch carries `forMs`; all else is the same. */
function scheduleOf<CronWindow extends z.ZodType>(cronWindow: CronWindow) {
  return z.strictObject({
    type: z.literal('schedule'),
    timezone,
    windows: z
      .array(z.union([dayWindowSchema, cronWindow]))
      .min(1)
      .describe(
        'Days and times (`days`, `daysOfMonth`, `dates`, `from`, `to`), or `cron` with `for` or `until`; with bounds. A later one wins over an earlier one.',
      ),
    otherwise: z
      .union([units, z.strictObject(boundFields).superRefine(refuseUnclearBounds)])
      .optional()
      .describe('What holds outside all windows: a capacity, or bounds. Without it, nothing.'),
  });
}

export const scheduleSchema = scheduleOf(cronWindowSchema);

type ScheduleSettings = z.output<typeof scheduleSchema>;
type WindowSettings = ScheduleSettings['windows'][number];

const written = scheduleOf(writtenCronWindow)
  .meta({
    title: 'schedule',
    description: 'Floors and ceilings by the clock: no recommendation, but bounds under and over the others.',
  })
  .transform(({ windows, ...words }): z.input<typeof scheduleSchema> => ({
    ...words,
    windows: windows.map(windowSettings),
  }))
  .pipe(scheduleSchema);

function windowSettings(window: z.output<typeof writtenCronWindow> | z.output<typeof dayWindowSchema>) {
  if (!('cron' in window)) return window;
  const { for: forMs, ...words } = window;
  return { ...words, ...(forMs !== undefined && { forMs }) };
}

export const schedule = definePolicy({
  type: 'schedule',
  says: 'bounds',
  schema: scheduleSchema,
  written,
  compile(settings) {
    const { boundsAt, hasFloor } = compileSchedule(settings);
    return {
      expression: null,
      hasFloor,
      evaluate: ({ nowMs }, memory) => ({
        value: null,
        memory,
        opinion: { kind: 'bounds', bounds: boundsAt(nowMs) },
      }),
    };
  },
  atZero: (settings) =>
    boundsIn(settings).some(({ min, capacity }) => (capacity ?? min ?? 0) > 0) ? 'raises' : 'nothing',
  capacities: ({ windows, otherwise }) => [
    ...windows.flatMap((bounds, index) => capacitiesIn(bounds, ['windows', index])),
    ...(typeof otherwise === 'number'
      ? [{ path: ['otherwise'], capacity: otherwise }]
      : capacitiesIn(otherwise ?? {}, ['otherwise'])),
  ],
  isAlwaysExact: (settings) =>
    settings.otherwise !== undefined &&
    boundsIn(settings).every(({ min, max, capacity }) => capacity !== undefined || (min !== undefined && min === max)),
  ineffective: ({ windows }) => hiddenWindows(windows),
});

export interface Schedule {
  readonly boundsAt: (nowMs: number) => Bounds;
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

/** Those of its windows, and those outside of all windows where some are written. */
function boundsIn({ windows, otherwise }: ScheduleSettings): WrittenBounds[] {
  if (otherwise === undefined) return windows;
  return [...windows, typeof otherwise === 'number' ? { capacity: otherwise } : otherwise];
}

function capacitiesIn({ min, max, capacity }: WrittenBounds, path: PathInPolicy): WrittenCapacity[] {
  return Object.entries({ min, max, capacity }).flatMap(([key, units]) =>
    units === undefined ? [] : [{ path: [...path, key], capacity: units }],
  );
}
