/**
 * The last heartbeat of a run's activity. The Temporal server stores it, so it is readable while every worker is down.
 */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import { resourceStatuses } from '../../domain/scale/capacity.js';
import { firstOf } from '../temporal/payloads.js';
import { failureOf } from '../temporal/pending-failure.js';

/** The fields of a heartbeat that callers are shown. Heartbeats of another version may lack them. */
const progressSchema = z.object({
  observation: z
    .object({
      capacity: z.number(),
      status: z.enum(resourceStatuses),
      observedAtMs: z.number(),
      ready: z.number().exactOptional(),
    })
    .optional()
    .catch(undefined),
  lastError: z.string().optional().catch(undefined),
});

export type RunProgress = z.output<typeof progressSchema> & {
  /** The error of the last attempt of the current activity, which is being retried. */
  readonly failure?: string;
};

export function progressOf({ raw }: WorkflowExecutionDescription): RunProgress | null {
  const [activity] = raw.pendingActivities ?? [];
  if (!activity) return null;
  const reported = progressSchema.safeParse(firstOf(activity.heartbeatDetails?.payloads)).data;
  const failure = failureOf(activity);
  return reported || failure ? { ...reported, ...(failure && { failure: failure.message }) } : null;
}
