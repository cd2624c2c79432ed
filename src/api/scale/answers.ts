/** The responses about resources and their runs, as schemas: they define both the OpenAPI document and the TypeScript types. */
import { z } from 'zod';
import { runOutcomes } from '../../client/scale/runs.js';
import { problemSchema } from '../http/problem.js';
import { resourceStatuses } from '../../domain/scale/capacity.js';

const capacity = z.int().min(0);
const time = z.iso.datetime();

const links = z
  .strictObject({
    self: z.string().describe('The status of the resource.'),
    scale: z.string().describe('POST a target to this path; DELETE cancels.'),
    runs: z.string().describe('Current and past runs.'),
    webUi: z.string().nullable().describe('The run in the Temporal Web UI; null when the Web UI is not known.'),
  })
  .describe('Paths of this API, and a page of the Temporal Web UI.');

export const acceptedSchema = z
  .strictObject({
    resource: z.string(),
    targetCapacity: capacity
      .nullable()
      .describe('Null until a worker has observed the capacity for a relative request.'),
    outcome: z
      .enum(['started', 'retargeted', 'unchanged', 'accepted'])
      .describe('accepted: the request is durable, and no worker has answered yet.'),
    workflowId: z.string(),
    runId: z.string(),
    notice: z.string().nullable().describe('Why no worker has answered; null when one has.'),
    autoscale: z
      .strictObject({
        standsUntil: time.describe(
          'The latest time at which the policies are evaluated again and may replace this target.',
        ),
        notice: z.string(),
        override: z
          .string()
          .describe('PUT {"capacity": n} to this path to keep the capacity, with an optional "until".'),
      })
      .nullable()
      .describe('Null when the resource is scaled only on request.'),
    links,
  })
  .describe('The request is durable: it will be carried out after any crash.');
export type AcceptedAnswer = z.output<typeof acceptedSchema>;

export const scaledManySchema = z
  .strictObject({
    results: z
      .array(
        z.strictObject({
          resource: z.string(),
          status: z
            .int()
            .describe('The HTTP status that the same request alone would have had: 202 when it is accepted.'),
          accepted: acceptedSchema.nullable().describe('Null when the request was refused.'),
          problem: problemSchema.nullable().describe('Why the request was refused; null when it is accepted.'),
        }),
      )
      .describe('One for each request, in the order of the requests.'),
  })
  .describe('202: every request is durable. 207: at least one was refused, and `problem` says why.');
export type ScaledManyAnswer = z.output<typeof scaledManySchema>;

export const cancellingSchema = z
  .strictObject({
    resource: z.string(),
    outcome: z.literal('cancelling'),
    workflowId: z.string(),
    runId: z.string(),
    links,
  })
  .describe('No further change will be sent. A change in flight is confirmed, and its cooldown is kept.');
export type CancellingAnswer = z.output<typeof cancellingSchema>;

const observation = z
  .strictObject({
    capacity,
    status: z.enum(resourceStatuses),
    ready: capacity
      .nullable()
      .describe('How many of the requested units are ready now; null when the platform does not report it.'),
    observedAt: time.describe('When the platform observed it, in the clock of the platform.'),
  })
  .describe('The last observation of the resource.');

const change = z.strictObject({
  from: capacity,
  to: capacity,
  sentAt: time,
  outcome: z
    .enum(['accepted', 'unknown', 'rejected'])
    .describe('A change with an unknown outcome counts as made until the capacity shows its effect.'),
  reason: z.string().optional().describe('What the platform or the run said about it.'),
  requestReason: z.string().optional().describe('The reason of the request that it was made for.'),
});

export const resourcePhases = [
  'idle',
  'unattended',
  'observing',
  'coolingDown',
  'changing',
  'backingOff',
  'settled',
  'cancelled',
  'failed',
] as const;

export const runSchema = z.strictObject({
  workflowId: z.string(),
  runId: z.string(),
  outcome: z.enum(runOutcomes),
  targetCapacity: capacity.nullable(),
  capacity: capacity
    .nullable()
    .describe('The capacity at the end of the run; null while it runs, or when it was not observed.'),
  stepsMade: z.int().min(0).nullable().describe('Null while it runs.'),
  reason: z.string().nullable(),
  lastError: z.string().nullable(),
  startedAt: time,
  closedAt: time.nullable(),
  webUi: z.string().nullable(),
});
export type RunAnswer = z.output<typeof runSchema>;

export const runsSchema = z.strictObject({
  resource: z.string(),
  runs: z.array(runSchema).describe('Newest first.'),
  next: z.string().nullable().describe('The path of the next page; null on the last page.'),
});
export type RunsAnswer = z.output<typeof runsSchema>;

export const resourceSchema = z
  .strictObject({
    resource: z.string(),
    platform: z.string().describe('The type of the platform of the resource.'),
    bounds: z.strictObject({ min: capacity, max: capacity.nullable() }).describe('max is null when it is not set.'),
    phase: z
      .enum(resourcePhases)
      .describe(
        'idle: no run yet. unattended: a run is open and no worker answers for it. settled: at the target; the run stays open until the cooldown of its last change is over.',
      ),
    notice: z
      .string()
      .nullable()
      .describe('A problem that a person should know about or fix; null when there is none.'),
    observed: observation.nullable(),
    targetCapacity: capacity.nullable(),
    reason: z.string().nullable(),
    startedFrom: capacity.nullable(),
    stepsMade: z.int().min(0),
    changes: z.array(change).describe('The last 20 changes of the run.'),
    cooldownUntil: z
      .strictObject({ up: time.nullable(), down: time.nullable() })
      .describe('When the next change in that direction may be made; null: now.'),
    drift: z
      .array(z.strictObject({ at: time, from: capacity, to: capacity }))
      .describe('Capacity changes by another writer.'),
    refused: z
      .strictObject({ at: time, from: capacity, to: capacity, reason: z.string() })
      .nullable()
      .describe('The last change that the platform refused, until the platform accepts one that goes as far.'),
    ignoredSignals: z.array(z.strictObject({ at: time, message: z.string() })),
    lastError: z.string().nullable(),
    dryRun: z.boolean(),
    run: z
      .strictObject({
        workflowId: z.string(),
        runId: z.string(),
        outcome: z.enum(runOutcomes),
        startedAt: time,
        closedAt: time.nullable(),
      })
      .nullable(),
    links,
  })
  .describe('A resource and its newest scale run.');
export type ResourceAnswer = z.output<typeof resourceSchema>;
