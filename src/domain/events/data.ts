/**
 * The data of each kind of event. The tables of docs/events.md are made from these schemas, and tests check real events
 * against them. Workflow code imports only the types.
 */
import { z } from 'zod';
import type { AnyEventKind } from './kinds.js';

const units = z.int().min(0);
const workflow = {
  workflowId: z.string().describe('ID of the workflow in Temporal.'),
  runId: z.string().describe('ID of the run in Temporal; of the first run, if the run was continued as new.'),
};
const run = {
  ...workflow,
  target: units.nullable().describe('Target of the run. Null: not known yet.'),
  requestReason: z.string().nullable().describe('Reason of the request that set the target.'),
  dryRun: z.literal(true).exactOptional().describe('Present if nothing was sent to the platform.'),
};
const change = { from: units.describe('Capacity before the change.'), to: units.describe('Capacity after it.') };
const capacity = units.nullable().describe('Last observed capacity. Null: it was never observed.');
const until = z.iso.datetime().nullable().describe('When it ends by itself. Null: when someone ends it.');

/** The fields of each kind that are not common to all events of a scale run. */
export const runEventData = {
  'change.made': z.object({
    ...change,
    outcome: z.literal('accepted'),
    note: z.string().exactOptional().describe('A remark about the change.'),
  }),
  'change.unknown': z.object({
    ...change,
    outcome: z.literal('unknown').describe('The change counts as made. The run reads the capacity to find out.'),
    reason: z.string().describe('Why the outcome is unknown.'),
  }),
  'change.refused': z.object({
    ...change,
    outcome: z.literal('refused'),
    reason: z.string().describe('The reason as the platform stated it.'),
  }),
  'request.refused': z.object({ reason: z.string().describe('Why the request was refused.') }),
  'target.reached': z.object({
    capacity,
    stepsMade: units.describe('Number of changes of this run that took effect.'),
  }),
  'run.failed': z.object({
    capacity,
    failure: z.string().describe('Type of the failure, such as `ChangeFailed`.'),
    reason: z.string().describe('What failed.'),
  }),
  'run.cancelled': z.object({ capacity }),
  'drift.seen': z.object({
    from: units.describe('Capacity that the run expected.'),
    to: units.describe('Capacity that another writer set.'),
  }),
};

export type RunEventKind = keyof typeof runEventData;
export type RunEventData<Kind extends RunEventKind> = z.output<(typeof runEventData)[Kind]>;

const fallback = z.object({
  ...workflow,
  capacity: units.describe('Capacity at that time.'),
  target: units.describe('Capacity that the autoscaler requests.'),
  reason: z.string().describe('The evaluation in one sentence.'),
});

/** The complete fields of each kind of event of an autoscaler. */
export const autoscalerEventData = {
  'fallback.entered': fallback,
  'fallback.left': fallback,
  'autoscaler.paused': z.object({
    ...workflow,
    direction: z.enum(['up', 'down', 'both']).describe('Direction in which the policies no longer scale.'),
    until,
    by: z.enum(['person', 'autoscaler']).describe('`autoscaler`: it paused itself, because its changes were harmful.'),
    reason: z.string().exactOptional().describe('Why the autoscaler paused itself.'),
  }),
  'autoscaler.resumed': z.object(workflow),
  'override.set': z.object({
    ...workflow,
    capacity: units.describe('Capacity that replaces the policies.'),
    until,
    beyondBounds: z.boolean().describe('Whether it may be outside `min` and `max`.'),
  }),
  'override.removed': z.object(workflow),
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
  'events.dropped': z.object({
    count: units.describe('Number of events that were dropped.'),
    workflowId: z.string().exactOptional().describe('Present if a workflow dropped them before it handed them over.'),
  }),
};

function ofRuns(): Record<RunEventKind, z.ZodObject> {
  const entries = Object.entries(runEventData).map(([kind, data]) => [kind, z.object({ ...run, ...data.shape })]);
  return Object.fromEntries(entries) as Record<RunEventKind, z.ZodObject>; // fromEntries loses the names of the keys
}
