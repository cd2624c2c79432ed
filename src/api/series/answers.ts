/** The query and the response of `GET /v1/resources/{resource}/series`. */
import { z } from 'zod';

export const mostPoints = 2000;
const seconds = z.int();
const units = z.int().min(0);
const time = z.iso.datetime();

export const seriesQuerySchema = z.strictObject({
  from: z.iso.datetime({ offset: true }).optional().describe('The first time. Absent: 3 hours before `to`.'),
  to: z.iso.datetime({ offset: true }).optional().describe('The last time. Absent: now.'),
  step: z.coerce
    .number()
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe(
      `Seconds between two points. Absent, or too small for ${mostPoints} points: the smallest that fits, at least 1.`,
    ),
});

const line = z
  .array(z.tuple([seconds, z.number().nullable()]))
  .max(mostPoints + 1)
  .describe(
    '[seconds since the epoch, value] where the value changes; it applies until the next point. Null: nothing is known from then on.',
  );

export const seriesSchema = z
  .strictObject({
    resource: z.string(),
    from: time,
    to: time,
    step: seconds.describe('Seconds between two points, as it was used.'),
    capacity: line,
    ready: line,
    target: line,
    min: units.describe('The minimum that is in force now.'),
    max: units.nullable().describe('The maximum that is in force now; null: none.'),
    signals: z.record(z.string(), line).describe('By name: the values that the policies read.'),
    levels: z
      .array(
        z.strictObject({
          signal: z.string(),
          policy: z.string(),
          value: z.number(),
          isPerUnit: z.boolean().describe('Whether the value is that of one unit: all units carry a multiple of it.'),
          words: z.string().describe('What the policy does there: `adds 1 at or above`.'),
        }),
      )
      .describe('The values of signals at which the policies in force change their recommendation.'),
    changes: z
      .array(
        z.strictObject({
          at: time,
          from: units,
          to: units,
          outcome: z.enum(['accepted', 'unknown', 'rejected']),
          reason: z.string().nullable().describe('The reason of the request that it was made for.'),
          note: z.string().nullable().describe('What the platform or the run said about the change.'),
          runId: z.string(),
        }),
      )
      .describe('Oldest first. Of each run the last 20.'),
    gaps: z.array(z.strictObject({ from: time, to: time })).describe('When the capacity is not known.'),
  })
  .describe('A resource over time, from its runs, its decisions and what its watch has seen.');
export type SeriesAnswer = z.output<typeof seriesSchema>;
