/** The last heartbeat of a run's activity: the Temporal server has it, also when every worker is down. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { z } from 'zod';
import { resourceStatuses } from '../domain/capacity.js';
import { firstOf } from './payloads.js';

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

export type RunProgress = z.output<typeof progressSchema>;

export function progressOf({ raw }: WorkflowExecutionDescription): RunProgress | null {
  return progressSchema.safeParse(firstOf(raw.pendingActivities?.[0]?.heartbeatDetails?.payloads)).data ?? null;
}
