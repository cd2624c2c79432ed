/**
 * The data of each kind of event. The OpenAPI document and the table of docs/events.md are made from these schemas, and
 * tests check real events against them. Workflow code imports only the types.
 */
import { z } from 'zod';
import type { AnyEventKind } from './kinds.js';

const units = z.int().min(0);
const workflow = {
  workflowId: z.string().describe('ID of the workflow in Temporal.'),
  runId: z.string().describe('ID of the run in Temporal. If a scale run was continued as new: of its first run.'),
};

/** The fields of all events of a scale run. */
export const commonRunFields = z.object({
  ...workflow,
  target: units.nullable().describe('Target of the run. Null: not known yet.'),
  requestReason: z.string().nullable().describe('Reason of the request that set the target.'),
  dryRun: z.literal(true).exactOptional().describe('Present if nothing was sent to the platform.'),
});

const change = { from: units.describe('Capacity before it.'), to: units.describe('Capacity after it.') };
const capacity = units.nullable().describe('Last observed capacity. Null: it was never observed.');
const until = z.iso.datetime().nullable().describe('When it ends by itself. Null: when someone ends it.');

/** The fields of each kind of event of a scale run, without the common ones. */
const runEventData = {
  'change.made': z
    .object({
      ...change,
      outcome: z.literal('accepted'),
      note: z.string().exactOptional().describe('A remark about the change.'),
    })
    .describe('The platform accepted a change of capacity.'),
  'change.unknown': z
    .object({
      ...change,
      outcome: z.literal('unknown'),
      reason: z.string().describe('Why the outcome is unknown.'),
    })
    .describe('A change may have been made. It counts as made, and the run reads the capacity to find out.'),
  'change.refused': z
    .object({
      ...change,
      outcome: z.literal('refused'),
      reason: z.string().describe('The reason as the platform stated it.'),
    })
    .describe('The platform refused a change, or the change was certainly not sent.'),
  'request.refused': z
    .object({ reason: z.string().describe('Why the request was refused.') })
    .describe(
      'A request was refused whose sender may not have a response: one of the autoscaler, a signal, or a relative request that could not be resolved.',
    ),
  'target.reached': z
    .object({ capacity, stepsMade: units.describe('Number of changes of this run that took effect.') })
    .describe('A run has nothing left to change.'),
  'run.failed': z
    .object({
      capacity,
      failure: z.string().describe('Type of the failure, such as `ChangeFailed`.'),
      reason: z.string().describe('What failed.'),
    })
    .describe('A run failed.'),
  'run.cancelled': z.object({ capacity }).describe('A run was cancelled.'),
  'drift.seen': z
    .object({
      from: units.describe('Capacity that the run expected.'),
      to: units.describe('Capacity that it saw.'),
    })
    .describe('Another writer changed the capacity during a run.'),
};

export type RunEventKind = keyof typeof runEventData;
export type RunEventData<Kind extends RunEventKind> = z.output<(typeof runEventData)[Kind]>;

const fallback = z.object({
  ...workflow,
  policies: z.string().describe('The policies without data, separated by commas.'),
  capacity: units.describe('Capacity at that time.'),
  target: units.describe('Capacity that the autoscaler requests.'),
  reason: z.string().describe('The evaluation in one sentence.'),
});

/** The complete fields of each kind of event of an autoscaler. */
const autoscalerEventData = {
  'fallback.entered': fallback.describe('The signals of a policy failed so often that its `fallback` applies.'),
  'fallback.left': fallback.describe('All policies have data again.'),
  'autoscaler.paused': z
    .object({
      ...workflow,
      direction: z.enum(['up', 'down', 'both']).describe('Direction in which the policies no longer scale.'),
      until,
      by: z.enum(['person', 'autoscaler']),
      reason: z.string().exactOptional().describe('Why the autoscaler paused itself.'),
    })
    .describe(
      'The policies were paused by a person, or by the autoscaler itself because changes moved the capacity in the wrong direction.',
    ),
  'autoscaler.resumed': z.object(workflow).describe('A person resumed the policies.'),
  'override.set': z
    .object({
      ...workflow,
      capacity: units.describe('Capacity that replaces the policies.'),
      until,
      beyondBounds: z.boolean().describe('Whether it may be outside `min` and `max`.'),
    })
    .describe('A person set an override.'),
  'override.removed': z.object(workflow).describe('A person removed the override.'),
};

export type AutoscalerEventKind = keyof typeof autoscalerEventData;
export type AutoscalerEventData<Kind extends AutoscalerEventKind> = Omit<
  z.output<(typeof autoscalerEventData)[Kind]>,
  keyof typeof workflow
>;

/** The schema of `data`, by kind. */
export const eventData: Readonly<Record<AnyEventKind, z.ZodObject>> = {
  ...ofRuns(),
  ...autoscalerEventData,
  'events.dropped': z
    .object({
      count: units.describe('Number of events that were dropped.'),
      workflowId: z.string().exactOptional().describe('Present if a workflow dropped them before it handed them over.'),
    })
    .describe('Events were dropped, because too many waited. Every receiver concerned gets it, whatever its `kinds`.'),
};

function ofRuns(): Record<RunEventKind, z.ZodObject> {
  const entries = Object.entries(runEventData).map(([kind, data]) => [
    kind,
    z.object({ ...commonRunFields.shape, ...data.shape }).describe(data.description ?? ''),
  ]);
  return Object.fromEntries(entries) as Record<RunEventKind, z.ZodObject>; // fromEntries loses the names of the keys
}
