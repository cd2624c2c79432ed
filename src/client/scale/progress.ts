/** The last heartbeat of a run's activity: the Temporal server has it, also when every worker is down. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import { resourceStatuses } from '../../domain/scale/capacity.js';
import { firstOf } from '../temporal/payloads.js';
import { failureOf } from '../temporal/pending-failure.js';

/** Of whatever an activity reports, what callers are shown. Another version's reports may lack it. */
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
  /** What the activity that is under way has failed with, and is tried again after. */
  readonly failure?: string;
};

export function progressOf({ raw }: WorkflowExecutionDescription): RunProgress | null {
  const [activity] = raw.pendingActivities ?? [];
  if (!activity) return null;
  const reported = progressSchema.safeParse(firstOf(activity.heartbeatDetails?.payloads)).data;
  const failure = failureOf(activity);
  return reported || failure ? { ...reported, ...(failure && { failure: failure.message }) } : null;
}
