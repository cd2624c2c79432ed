/**
 * Floors and ceilings by wall-clock time in a time zone. A window may cross midnight; it belongs to the day on which it
 * starts. A later window in the list takes precedence over an earlier one. Outside all windows, `otherwise` applies.
 *
 * When the clocks change, windows of days follow the wall clock and the calendar. A window inside the skipped hour does
 * not open on that day. A window inside the repeated hour opens twice. A whole day lasts as long as that day does. A
 * `cron` window whose start time is skipped starts at the end of the gap. A `cron` window whose start time is repeated
 * starts once. The duration `for` is elapsed time. The end `until` follows the same rules as a start.
 *
 * A window with `ready` raises its floor step by step before it begins (docs/decisions/0072).
 */
import { z } from 'zod';
import { shownTime } from '../numbers.js';
import { parseDuration } from '../written/duration.js';
import { report } from '../written/issue.js';
import { type Bounds, definePolicy, type PathInPolicy, type WrittenCapacity } from './policy.js';
import { cronWindow } from './schedule/cron-window.js';
import { dailyWindow } from './schedule/daily-window.js';
import { earlyFloor, type EarlyFloor, type ScaleOutPace } from './schedule/early-floor.js';
import { hiddenWindows } from './schedule/hidden-windows.js';
import { openingsWithin } from './schedule/openings.js';
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

// The time zone is checked here and not at its first use, because a time zone may be known on one machine and not on
// the machine that runs the worker.
const timezone = z
  .string()
  .superRefine((name, context) => {
    if (isTimeZone(name)) return;
    report(context, {
      problem: 'is not a supported time zone',
      fix: 'write a name such as Europe/Berlin or UTC',
      name,
      known: Intl.supportedValuesOf('timeZone'),
    });
  })
  .describe('IANA name of the time zone.');

/** In escapement.yaml the field is `for: 2h`; a watch carries `forMs`. All other fields are the same. */
function scheduleOf<CronWindow extends z.ZodType>(cronWindow: CronWindow) {
  return z.strictObject({
    type: z.literal('schedule'),
    timezone,
    windows: z
      .array(z.union([dayWindowSchema, cronWindow]))
      .min(1)
      .describe(
        'Windows with bounds: days and times (`days`, `daysOfMonth`, `dates`, `from`, `to`), or `cron` with `for` or `until`. If windows overlap, the last one in the list applies.',
      ),
    otherwise: z
      .union([units, z.strictObject(boundFields).superRefine(refuseUnclearBounds)])
      .optional()
      .describe('Capacity or bounds outside all windows. Default: no bounds.'),
  });
}

export const scheduleSchema = scheduleOf(cronWindowSchema);

type ScheduleSettings = z.output<typeof scheduleSchema>;
type WindowSettings = ScheduleSettings['windows'][number];

const written = scheduleOf(writtenCronWindow)
  .meta({
    title: 'schedule',
    description: 'A minimum and a maximum by time of day and date, for the recommendations of the other policies.',
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
  compile(settings, { pace }) {
    const { boundsAt, hasFloor } = compileSchedule(settings, pace);
    return {
      expression: null,
      hasFloor,
      evaluate: ({ nowMs }, memory) => ({
        value: null,
        memory,
        result: { kind: 'bounds', bounds: boundsAt(nowMs) },
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
  /** True where a window, or the time outside all windows, sets a floor. */
  readonly hasFloor: boolean;
}

export function compileSchedule(settings: ScheduleSettings, pace: ScaleOutPace): Schedule {
  const { windows, otherwise } = settings;
  const inForceAt = windowsInForce(settings);
  const boundsOf = new Map(windows.map((window) => [window, toBounds(window, nameIn(settings, window))]));
  const outside = toBounds(
    typeof otherwise === 'number' ? { capacity: otherwise } : (otherwise ?? {}),
    'outside all windows',
  );
  const earlyAt = earlyFloors(settings, pace);
  return {
    boundsAt(nowMs) {
      const window = inForceAt(nowMs);
      return raisedTo(earlyAt(nowMs), (window && boundsOf.get(window)) ?? outside);
    },
    hasFloor: [outside, ...boundsOf.values()].some(({ floor }) => floor !== null),
  };
}

/** Returns a function that finds the window in force. A later window takes precedence over an earlier one. */
function windowsInForce({ timezone, windows }: ScheduleSettings): (atMs: number) => WindowSettings | undefined {
  const clock = wallClock(timezone);
  const latestFirst = windows
    .map((window) => ({
      window,
      isWithin: 'cron' in window ? cronWindow(window, timezone) : dailyWindow(window, clock),
    }))
    .reverse();
  return (atMs) => latestFirst.find(({ isWithin }) => isWithin(atMs))?.window;
}

interface Early {
  readonly floor: number;
  readonly reason: string;
}

/** The floor of a window that has not begun and must be ready when it begins. Undefined: none above `min`. */
function earlyFloors(settings: ScheduleSettings, pace: ScaleOutPace): (nowMs: number) => Early | undefined {
  const floors = new Map(
    settings.windows.flatMap((window) => {
      const startupMs = startupOf(window);
      return startupMs === undefined ? [] : [[window, earlyFloor(floorOf(window), startupMs, pace)] as const];
    }),
  );
  if (floors.size === 0) return () => undefined;
  const horizonMs = Math.max(...[...floors.values()].map(({ longestMs }) => longestMs));
  // These windows are examined at times in the future, so they do not share what the others have cached.
  const openingsAfter = openingsWithin(horizonMs, windowsInForce(settings));
  return (nowMs) => {
    const found = openingsAfter(nowMs).flatMap(({ atMs, window }) => earlyAt(floors.get(window), atMs, nowMs, window));
    return found.toSorted((one, other) => other.floor - one.floor)[0];
  };

  function earlyAt(early: EarlyFloor | undefined, atMs: number, nowMs: number, window: WindowSettings): Early[] {
    const floor = early?.at(atMs - nowMs) ?? 0;
    const aim = `so that ${floorOf(window)} are ready at ${shownTime(atMs)}`;
    return floor === 0 ? [] : [{ floor, reason: `${nameIn(settings, window)}: at least ${floor}, ${aim}` }];
  }
}

/** A ceiling of the present time makes way for a window that must be ready. */
function raisedTo(early: Early | undefined, bounds: Bounds): Bounds {
  if (early === undefined || early.floor <= (bounds.floor ?? 0)) return bounds;
  const { floor, reason } = early;
  return { floor, ceiling: bounds.ceiling === null ? null : Math.max(bounds.ceiling, floor), reason };
}

function startupOf({ ready }: WindowSettings): number | undefined {
  if (ready === undefined) return undefined;
  return ready === true ? 0 : (parseDuration(ready.startup) ?? 0);
}

function floorOf({ min, capacity }: WrittenBounds): number {
  return capacity ?? min ?? 0;
}

function nameIn({ timezone }: ScheduleSettings, window: WindowSettings): string {
  return `${nameOf(window)} ${timezone}`;
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

/** The bounds of every window, and the bounds outside all windows where `otherwise` is set. */
function boundsIn({ windows, otherwise }: ScheduleSettings): WrittenBounds[] {
  if (otherwise === undefined) return windows;
  return [...windows, typeof otherwise === 'number' ? { capacity: otherwise } : otherwise];
}

function capacitiesIn({ min, max, capacity }: WrittenBounds, path: PathInPolicy): WrittenCapacity[] {
  return Object.entries({ min, max, capacity }).flatMap(([key, units]) =>
    units === undefined ? [] : [{ path: [...path, key], capacity: units }],
  );
}
