/** What the API answers, as schemas: the OpenAPI document is made from them, and the types that the code is held to. */
import { z } from 'zod';
import { runOutcomes } from '../../client/scale/runs.js';
import { resourceStatuses } from '../../domain/scale/capacity.js';

const capacity = z.int().min(0);
const time = z.iso.datetime();

const links = z
  .strictObject({
    self: z.string().describe('The status of the resource.'),
    scale: z.string().describe('POST a target here; DELETE cancels.'),
    runs: z.string().describe('Past and current runs.'),
    webUi: z.string().nullable().describe('The run in the Temporal Web UI; null where there is none to link to.'),
  })
  .describe('Paths of this API, and a page of the Temporal Web UI.');

export const acceptedSchema = z
  .strictObject({
    resource: z.string(),
    targetCapacity: capacity
      .nullable()
      .describe('Null while a relative request waits for a worker to see the capacity.'),
    outcome: z
      .enum(['started', 'retargeted', 'unchanged', 'accepted'])
      .describe('accepted: durable, and no worker has answered yet.'),
    workflowId: z.string(),
    runId: z.string(),
    notice: z.string().nullable().describe('What stands in the way, where no worker has answered; else null.'),
    autoscale: z
      .strictObject({
        standsUntil: time.describe('At the latest. Then the policies are asked again.'),
        notice: z.string(),
        override: z.string().describe('PUT {"capacity": n} here to keep it, with an optional "until".'),
      })
      .nullable()
      .describe('Null where the resource only scales on request.'),
    links,
  })
  .describe('The request is durable from now on: it will be done, whatever crashes.');
export type AcceptedAnswer = z.output<typeof acceptedSchema>;

export const cancellingSchema = z
  .strictObject({
    resource: z.string(),
    outcome: z.literal('cancelling'),
    workflowId: z.string(),
    runId: z.string(),
    links,
  })
  .describe('No further change will be sent. A change in flight is confirmed, and its cooldown kept.');
export type CancellingAnswer = z.output<typeof cancellingSchema>;

const observation = z
  .strictObject({
    capacity,
    status: z.enum(resourceStatuses),
    ready: capacity
      .nullable()
      .describe('Units that are ready now, of the capacity that was asked for; null where the platform does not tell.'),
    observedAt: time.describe('When the platform looked, by its own clock.'),
  })
  .describe('What was last seen of the resource.');

const change = z.strictObject({
  from: capacity,
  to: capacity,
  sentAt: time,
  outcome: z
    .enum(['accepted', 'unknown', 'rejected'])
    .describe('An unknown outcome counts as made, until the capacity shows what became of it.'),
  reason: z.string().optional(),
});

const resourcePhases = [
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
  capacity: capacity.nullable().describe('At the end; null while it runs, or where it was not seen.'),
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
  next: z.string().nullable().describe('Path of the next page; null on the last one.'),
});
export type RunsAnswer = z.output<typeof runsSchema>;

export const resourceSchema = z
  .strictObject({
    resource: z.string(),
    platform: z.string().describe('The kind of platform it runs on.'),
    bounds: z.strictObject({ min: capacity, max: capacity.nullable() }).describe('max is null where there is none.'),
    phase: z
      .enum(resourcePhases)
      .describe(
        'idle: no run yet. unattended: a run is open and no worker answers for it. settled: at the target; the run stays open until its last change has cooled down.',
      ),
    notice: z.string().nullable().describe('What a person should know or do; null when all is well.'),
    observed: observation.nullable(),
    targetCapacity: capacity.nullable(),
    reason: z.string().nullable(),
    startedFrom: capacity.nullable(),
    stepsMade: z.int().min(0),
    changes: z.array(change).describe('The last 20 of the run.'),
    cooldownUntil: z
      .strictObject({ up: time.nullable(), down: time.nullable() })
      .describe('When the next change in that direction may be made; null: now.'),
    drift: z
      .array(z.strictObject({ at: time, from: capacity, to: capacity }))
      .describe('Capacity that moved by other hands.'),
    refused: z
      .strictObject({ at: time, from: capacity, to: capacity, reason: z.string() })
      .nullable()
      .describe('The newest change that the platform refused, while it has taken none that goes as far.'),
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

export const resourcesSchema = z.strictObject({ resources: z.array(resourceSchema) });
export type ResourcesAnswer = z.output<typeof resourcesSchema>;

export const aliveSchema = z.strictObject({ status: z.literal('alive') });

const check = z.strictObject({
  status: z.enum(['ok', 'failing', 'not checked here']),
  detail: z.string().optional(),
});
const lookCheck = z.strictObject({
  status: z.enum(['ok', 'failing', 'not looked at yet', 'not checked here']),
  detail: z.string().optional(),
  at: time.optional().describe('When it was looked at.'),
});
export type LookCheck = z.output<typeof lookCheck>;
const autoscalerCheck = z.strictObject({
  status: z.enum(['ok', 'degraded', 'not looked at yet']),
  detail: z.string().optional(),
});
export type AutoscalerCheckAnswer = z.output<typeof autoscalerCheck>;
export const readinessSchema = z.strictObject({
  status: z
    .enum(['ready', 'degraded', 'not ready'])
    .describe('Ready or not by temporal and taskQueues alone. Degraded, with status 200: an autoscaler is.'),
  checks: z
    .strictObject({
      temporal: check,
      taskQueues: z.record(z.string(), check),
      resources: z.record(z.string(), lookCheck),
      autoscalers: z.record(z.string(), autoscalerCheck),
    })
    .describe(
      'taskQueues: does the worker of this process ask for work. resources: what that worker last saw of the platform of each; nothing is read for this answer. autoscalers: does anybody watch what is to be autoscaled, as found within the last minute.',
    ),
});
export type ReadinessAnswer = z.output<typeof readinessSchema>;
export type Check = z.output<typeof check>;

const errorPlace = z.strictObject({
  pointer: z.string().describe('JSON pointer into the body, such as #/targetCapacity.'),
  detail: z.string(),
});
export type ErrorPlace = z.output<typeof errorPlace>;

export const problemSchema = z
  .strictObject({
    type: z.string().describe('Stable; switch on it.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What happened and what to do next.'),
    requestId: z.string().describe('The same as in the X-Request-Id header and the log.'),
    errors: z.array(errorPlace).optional(),
  })
  .describe('RFC 9457.');
export type ProblemAnswer = z.output<typeof problemSchema>;
