/** The responses of `/healthz` and `/readyz`, as schemas, and the part that the health page of a worker shares. */
import { z } from 'zod';
import type { LastLook } from '../dependencies.js';
import { iso } from '../http/iso-time.js';

const time = z.iso.datetime();

export const aliveSchema = z.strictObject({ status: z.literal('alive') });

const check = z.strictObject({
  status: z.enum(['ok', 'failing', 'not checked here']),
  detail: z.string().optional(),
});
const lookCheck = z.strictObject({
  status: z.enum(['ok', 'failing', 'not looked at yet', 'not checked here']),
  detail: z.string().optional(),
  at: time.optional().describe('When the platform was read.'),
});
type LookCheck = z.output<typeof lookCheck>;
const autoscalerCheck = z.strictObject({
  status: z.enum(['ok', 'degraded', 'not looked at yet']),
  detail: z.string().optional(),
});
export type AutoscalerCheckAnswer = z.output<typeof autoscalerCheck>;
export const readinessSchema = z.strictObject({
  status: z
    .enum(['ready', 'degraded', 'not ready'])
    .describe(
      'Readiness depends only on temporal and taskQueues. Degraded, with status 200: an autoscaler is not watched.',
    ),
  checks: z
    .strictObject({
      temporal: check,
      taskQueues: z.record(z.string(), check),
      resources: z.record(z.string(), lookCheck),
      autoscalers: z.record(z.string(), autoscalerCheck),
    })
    .describe(
      "taskQueues: whether the worker of this process is polling. resources: the result of that worker's last read of each platform; this request reads none. autoscalers: whether a worker watches each autoscaled resource, checked within the last minute.",
    ),
});
export type ReadinessAnswer = z.output<typeof readinessSchema>;
export type Check = z.output<typeof check>;

/** The last read of a platform. */
export function presentLastLook(look: LastLook | undefined): LookCheck {
  if (!look) return { status: 'not looked at yet' };
  const at = iso(look.atMs);
  return look.problem === null ? { status: 'ok', at } : { status: 'failing', detail: look.problem, at };
}
