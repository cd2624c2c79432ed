/** The policy `schedule` in the words of escapement.yaml. */
import { z } from 'zod';
import { isTimeZone } from '../../domain/policies/wall-clock.js';
import { scheduleSchema } from '../../domain/policies/schedule.js';
import { readBy } from './domain-settings.js';
import { positiveDuration } from './duration.js';
import { nearest } from '../nearest.js';

const units = z.int().min(0);

const bounds = {
  min: units.optional().describe('A floor under what the other policies recommend.'),
  max: units.optional().describe('A ceiling over what the other policies recommend.'),
  capacity: units.optional().describe('Floor and ceiling in one.'),
};

const dayWindow = z.strictObject({
  days: z.string().optional().describe('The days it begins on: `mon-fri`, `sat,sun`. Without it, every day.'),
  daysOfMonth: z
    .union([z.int(), z.string()])
    .transform(String)
    .optional()
    .describe(
      'The days of the month it begins on: `19-27`, `1,15`; `28-3` is from the 28th to the 3rd of the next month. A day that a month has not does not come.',
    ),
  dates: z
    .string()
    .optional()
    .describe(
      'The dates it begins on: `2026-12-24..2026-12-26`; every year: `12-24..12-26`. Of `days`, `daysOfMonth` and `dates`, all that are written must agree.',
    ),
  from: z
    .string()
    .optional()
    .describe(
      'The time of day it begins at: `09:00`. Without `from` and `to` it is the whole of each of its days; days in a row are then one window without a gap, also where clocks change.',
    ),
  to: z
    .string()
    .optional()
    .describe(
      'The time of day it ends at, or `24:00`. Before `from`: on the next day. The same as `from`: the whole day until that time on the next.',
    ),
  ...bounds,
});

const cronWindow = z
  .strictObject({
    cron: z
      .string()
      .describe(
        'When it begins: the five fields of cron (minute, hour, day of month, month, day of week), such as `0 9 * * mon-fri`. Nothing else is taken: no `@daily`, no seconds, no year.',
      ),
    for: positiveDuration
      .optional()
      .describe('How long it lasts: a length of time, which an hour more or less on the clock does not change.'),
    until: z
      .string()
      .optional()
      .describe(
        'Instead of `for`, when it ends by the clock: a time of day (`06:00`), or the five fields of cron (`0 0 28 * *`); the first one after its start.',
      ),
    ...bounds,
  })
  .transform(({ for: forMs, ...words }) => ({ ...words, ...(forMs !== undefined && { forMs }) }));

// Checked here and not where it is first used: a zone may be known on one machine and not on the one that runs.
const timeZone = z
  .string()
  .superRefine((name, context) => {
    if (isTimeZone(name)) return;
    const meant = nearest(name, Intl.supportedValuesOf('timeZone'));
    const fix = meant === undefined ? 'write a name such as Europe/Berlin or UTC' : `did you mean "${meant}"?`;
    context.addIssue({ code: 'custom', message: `is not a time zone that is known here; ${fix}` });
  })
  .describe('The zone of the clock on the wall, by its IANA name.');

export const schedulePolicy = z
  .strictObject({
    type: z.literal('schedule'),
    timezone: timeZone,
    windows: z
      .array(z.union([dayWindow, cronWindow]))
      .min(1)
      .describe(
        'Days and times (`days`, `daysOfMonth`, `dates`, `from`, `to`), or `cron` with `for` or `until`; with bounds. A later one wins over an earlier one.',
      ),
    otherwise: z
      .union([units, z.strictObject(bounds)])
      .optional()
      .describe('What holds outside all windows: a capacity, or bounds. Without it, nothing.'),
  })
  .meta({
    title: 'schedule',
    description: 'Floors and ceilings by the clock: no recommendation, but bounds under and over the others.',
  })
  .transform(readBy(scheduleSchema, (words) => words));
