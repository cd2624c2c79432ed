/** The windows of a schedule: their bounds, and the times at which they apply. */
import { z } from 'zod';
import { positiveDuration, writtenDuration } from '../../written/duration.js';
import { report, withFix } from '../../written/issue.js';
import { parseDates, parseDays, parseDaysOfMonth } from './calendar.js';
import { whyNotCron } from './cron-pattern.js';
import { endPattern } from './cron-window.js';
import { parseTimeOfDay } from './daily-window.js';

export const units = z.int().min(0);
const timeOfDay = z.string().refine((text) => parseTimeOfDay(text) !== undefined, {
  error: withFix('is not a time of day', 'write 09:00, or 24:00 for the end of the day'),
});

export const boundFields = {
  min: units.optional().describe('Minimum for the recommendations of the other policies.'),
  max: units.optional().describe('Maximum for the recommendations of the other policies.'),
  capacity: units.optional().describe('Minimum and maximum at once.'),
};
export type WrittenBounds = z.output<z.ZodObject<typeof boundFields>>;

export function refuseUnclearBounds({ min, max, capacity }: WrittenBounds, context: z.RefinementCtx): void {
  if ((capacity === undefined) === (min === undefined && max === undefined)) {
    context.addIssue({ code: 'custom', message: 'requires min, max or both, or capacity alone' });
  } else if (min !== undefined && max !== undefined && max < min) {
    context.addIssue({ code: 'custom', path: ['max'], message: 'must not be below min' });
  }
}

/** Carried as it is written. Absent where no window sets it, because older workers do not know this field. */
const ready = z
  .union([
    z.literal(true),
    z.strictObject({
      startup: writtenDuration.describe('How long a new unit takes to become ready. `ready: true` is `0s`.'),
    }),
  ])
  .optional()
  .describe(
    'Raise `min` or `capacity` before the window begins, so that its units are ready when the window begins. The minimum rises step by step, as late as `step`, `cooldown`, `behavior` and `interval` allow, at most 7 days early. Default: the first step is at the beginning of the window.',
  );

function refuseReadyWithoutFloor(
  { ready, min, capacity }: WrittenBounds & { readonly ready?: unknown },
  context: z.RefinementCtx,
): void {
  if (ready === undefined || (capacity ?? min ?? 0) > 0) return;
  const fix = 'set min or capacity above 0, or remove ready';
  report(context, { path: ['ready'], problem: 'has no effect without a minimum in the same window', fix });
}

export const dayWindowSchema = z
  .strictObject({
    days: textFor(parseDays, 'is not a list of days of the week', 'write mon-fri or sat,sun')
      .optional()
      .describe('Days on which the window begins: `mon-fri`, `sat,sun`. Default: every day.'),
    daysOfMonth: z
      .union([z.int(), z.string()])
      .transform(String)
      .pipe(textFor(parseDaysOfMonth, 'is not a list of days of the month', 'write 19-27 or 1,15'))
      .optional()
      .describe(
        'Days of the month on which the window begins: `19-27`, `1,15`. `28-3` is from the 28th to the 3rd of the next month. Days that a month does not have are skipped.',
      ),
    dates: textFor(parseDates, 'is not a list of dates', 'write 2026-12-24..2026-12-26, or 12-24..12-26 for every year')
      .optional()
      .describe(
        'Dates on which the window begins: `2026-12-24..2026-12-26`, or every year: `12-24..12-26`. If several of `days`, `daysOfMonth` and `dates` are set, a day must match all of them.',
      ),
    from: timeOfDay
      .optional()
      .describe(
        'Time of day at which the window begins: `09:00`. Without `from` and `to` it lasts for whole days. Consecutive days are then one window without a gap, also when the clock changes.',
      ),
    to: timeOfDay
      .optional()
      .describe(
        'Time of day at which the window ends, or `24:00`. If it is before `from`, or the same, the window ends on the next day.',
      ),
    ...boundFields,
    ready,
  })
  .superRefine(refuseUnclearBounds)
  .superRefine(refuseReadyWithoutFloor)
  .superRefine(({ from, to, days, daysOfMonth, dates }, context) => {
    if ((from === undefined) !== (to === undefined)) {
      context.addIssue({ code: 'custom', message: 'requires both from and to, or neither for whole days' });
    } else if ([from, days, daysOfMonth, dates].every((word) => word === undefined)) {
      context.addIssue({
        code: 'custom',
        message: 'requires from and to, or one of days, daysOfMonth and dates for whole days',
      });
    }
  });

const cron = z
  .string()
  .superRefine(refuseOtherPatterns)
  .describe(
    'Start of the window: the five fields of cron (minute, hour, day of month, month, day of week), such as `0 9 * * mon-fri`. `@daily`, seconds and years are not supported.',
  );
const until = z
  .string()
  .superRefine((text, context) => refuseOtherPatterns(endPattern(text), context))
  .optional()
  .describe(
    'End of the window, instead of `for`: a time of day (`06:00`), or the five fields of cron (`0 0 28 * *`). The first such time after the start applies.',
  );

const leastMs = 1000;

export const cronWindowSchema = z
  .strictObject({ cron, forMs: z.number().int().min(leastMs).optional(), until, ...boundFields, ready })
  .superRefine(refuseUnclearBounds)
  .superRefine(refuseReadyWithoutFloor)
  .superRefine(({ forMs, until }, context) => {
    if ((forMs === undefined) !== (until === undefined)) return;
    context.addIssue({ code: 'custom', message: 'requires exactly one end: for, such as 2h, or until, such as 06:00' });
  });

export const writtenCronWindow = z.strictObject({
  cron,
  for: positiveDuration
    .refine((forMs) => forMs >= leastMs, { error: `must be at least ${leastMs}ms` })
    .optional()
    .describe('Duration of the window. A change of the clock does not change the duration.'),
  until,
  ...boundFields,
  ready,
});

function refuseOtherPatterns(pattern: string, context: z.RefinementCtx): void {
  const problem = whyNotCron(pattern);
  if (problem !== undefined) report(context, problem);
}

function textFor(parse: (text: string) => unknown, problem: string, fix: string): z.ZodString {
  return z.string().refine((text) => parse(text) !== undefined, { error: withFix(problem, fix) });
}
