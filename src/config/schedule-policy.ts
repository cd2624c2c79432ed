/** The policy `schedule` in the words of escapement.yaml. */
import { z } from 'zod';
import { isTimeZone } from '../domain/policies/wall-clock.js';
import { scheduleSchema } from '../domain/policies/schedule.js';
import { readBy } from './domain-settings.js';
import { positiveDuration } from './duration.js';
import { nearest } from './nearest.js';

const units = z.int().min(0);

const bounds = {
  min: units.optional().describe('A floor under what the other policies recommend.'),
  max: units.optional().describe('A ceiling over what the other policies recommend.'),
  capacity: units.optional().describe('Floor and ceiling in one.'),
};

const dailyWindow = z.strictObject({
  days: z.string().optional().describe('The days it begins on: `mon-fri`, `sat,sun`. Without it, every day.'),
  from: z.string().describe('The time of day it begins at: `09:00`.'),
  to: z.string().describe('The time of day it ends at; not after `from`: on the next day.'),
  ...bounds,
});

const cronWindow = z
  .strictObject({
    cron: z.string().describe('When it begins: the five fields of cron.'),
    for: positiveDuration.describe('How long it lasts.'),
    ...bounds,
  })
  .transform(({ for: forMs, ...words }) => ({ ...words, forMs }));

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
      .array(z.union([dailyWindow, cronWindow]))
      .min(1)
      .describe('`days`, `from` and `to`, or `cron` and `for`, with bounds. A later one wins over an earlier one.'),
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
