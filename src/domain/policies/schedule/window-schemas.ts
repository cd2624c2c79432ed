/** The windows of a schedule: their bounds, and the times at which they apply. */
import { z } from 'zod';
import { positiveDuration } from '../../written/duration.js';
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
  min: units.optional().describe('A floor under what the other policies recommend.'),
  max: units.optional().describe('A ceiling over what the other policies recommend.'),
  capacity: units.optional().describe('Floor and ceiling in one.'),
};
export type WrittenBounds = z.output<z.ZodObject<typeof boundFields>>;

export function refuseUnclearBounds({ min, max, capacity }: WrittenBounds, context: z.RefinementCtx): void {
  if ((capacity === undefined) === (min === undefined && max === undefined)) {
    context.addIssue({ code: 'custom', message: 'needs min, max or both, or capacity alone' });
  } else if (min !== undefined && max !== undefined && max < min) {
    context.addIssue({ code: 'custom', path: ['max'], message: 'must not be below min' });
  }
}

export const dayWindowSchema = z
  .strictObject({
    days: textFor(parseDays, 'are not days', 'write mon-fri or sat,sun')
      .optional()
      .describe('The days it begins on: `mon-fri`, `sat,sun`. Without it, every day.'),
    daysOfMonth: z
      .union([z.int(), z.string()])
      .transform(String)
      .pipe(textFor(parseDaysOfMonth, 'are not days of the month', 'write 19-27 or 1,15'))
      .optional()
      .describe(
        'The days of the month it begins on: `19-27`, `1,15`; `28-3` is from the 28th to the 3rd of the next month. A day that a month has not does not come.',
      ),
    dates: textFor(parseDates, 'are not dates', 'write 2026-12-24..2026-12-26, or 12-24..12-26 for every year')
      .optional()
      .describe(
        'The dates it begins on: `2026-12-24..2026-12-26`; every year: `12-24..12-26`. Of `days`, `daysOfMonth` and `dates`, all that are written must agree.',
      ),
    from: timeOfDay
      .optional()
      .describe(
        'The time of day it begins at: `09:00`. Without `from` and `to` it is the whole of each of its days; days in a row are then one window without a gap, also where clocks change.',
      ),
    to: timeOfDay
      .optional()
      .describe(
        'The time of day it ends at, or `24:00`. Before `from`: on the next day. The same as `from`: the whole day until that time on the next.',
      ),
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

const cron = z
  .string()
  .superRefine(refuseOtherPatterns)
  .describe(
    'When it begins: the five fields of cron (minute, hour, day of month, month, day of week), such as `0 9 * * mon-fri`. Nothing else is taken: no `@daily`, no seconds, no year.',
  );
const until = z
  .string()
  .superRefine((text, context) => refuseOtherPatterns(endPattern(text), context))
  .optional()
  .describe(
    'Instead of `for`, when it ends by the clock: a time of day (`06:00`), or the five fields of cron (`0 0 28 * *`); the first one after its start.',
  );

const leastMs = 1000;

export const cronWindowSchema = z
  .strictObject({ cron, forMs: z.number().int().min(leastMs).optional(), until, ...boundFields })
  .superRefine(refuseUnclearBounds)
  .superRefine(({ forMs, until }, context) => {
    if ((forMs === undefined) !== (until === undefined)) return;
    context.addIssue({ code: 'custom', message: 'needs one end: for, such as 2h, or until, such as 06:00' });
  });

export const writtenCronWindow = z.strictObject({
  cron,
  for: positiveDuration
    .refine((forMs) => forMs >= leastMs, { error: `must be at least ${leastMs}ms` })
    .optional()
    .describe('How long it lasts: a length of time, which an hour more or less on the clock does not change.'),
  until,
  ...boundFields,
});

function refuseOtherPatterns(pattern: string, context: z.RefinementCtx): void {
  const problem = whyNotCron(pattern);
  if (problem !== undefined) report(context, problem);
}

function textFor(parse: (text: string) => unknown, problem: string, fix: string): z.ZodString {
  return z.string().refine((text) => parse(text) !== undefined, { error: withFix(problem, fix) });
}
