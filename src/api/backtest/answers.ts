/** The request and the response of `POST /v1/resources/{resource}/backtest`. */
import { z } from 'zod';
import { limitNames } from '../../domain/autoscale/evaluation.js';

const units = z.int().min(0);
const seconds = z.int();
const time = z.iso.datetime();

export const backtestRequestSchema = z
  .strictObject({
    autoscale: z
      .union([z.string().max(20_000), z.record(z.string(), z.unknown())])
      .describe(
        'What is written under `autoscale:` of the resource, as YAML or JSON. Without `signals`, the signals in force are used. A placeholder in a policy is replaced only if the policy in force contains the same one.',
      ),
  })
  .describe('A policy to try on the recorded signals of the resource.');

const trace = z.strictObject({
  capacity: z.array(z.tuple([seconds, units])).describe('[seconds since the epoch, units] where it changes.'),
  target: z.array(z.tuple([seconds, units])).describe('[seconds since the epoch, units] where it changes.'),
  decisions: z
    .array(z.strictObject({ at: time, target: units, limitedBy: z.array(z.enum(limitNames)), reason: z.string() }))
    .max(200)
    .describe('The last 200 evaluations that changed the target.'),
  figures: z.strictObject({
    changes: units,
    scaleUps: units,
    scaleDowns: units,
    unitHours: z.number(),
    minCapacity: units,
    maxCapacity: units,
    underProvisionedSeconds: z.number().describe('How long fewer units existed than were recommended.'),
  }),
});

export const backtestSchema = z
  .strictObject({
    resource: z.string(),
    from: time,
    to: time,
    intervalSeconds: z
      .number()
      .describe('The interval of the evaluations, at least 15 s, because the recording has few values.'),
    signals: z
      .record(z.string(), z.array(z.tuple([seconds, z.number().nullable()])))
      .describe('The recorded signals by name: [seconds since the epoch, value] where it changes. Null: no data.'),
    inForce: trace.describe('The policy of the configuration.'),
    tried: trace.describe('The policy of the request.'),
  })
  .describe('Two policies on the same recorded signals. Nothing is sent.');
export type BacktestAnswer = z.output<typeof backtestSchema>;
