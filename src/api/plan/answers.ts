/** The responses about plans, as schemas. */
import { z } from 'zod';

const capacity = z.int().min(0);
const time = z.iso.datetime();

const planPhases = ['scaling', 'undoing', 'reached', 'failed', 'cancelled', 'terminated'] as const;

const move = z.strictObject({
  resource: z.string(),
  target: capacity,
  phase: z.enum(['waiting', 'observing', 'scaling', 'reached', 'failed', 'stopped']),
  before: capacity
    .nullable()
    .describe('Where the resource was, or was going, before the plan scaled it. Null until that is known.'),
  reason: z.string().nullable().describe('Why the resource did not reach its target.'),
  runId: z.string().nullable().describe('The scale run that has the request.'),
  undo: z
    .strictObject({
      phase: z
        .enum(['undoing', 'undone', 'left', 'failed'])
        .describe('left: another caller has decided about the resource since, so the plan leaves it as it is.'),
      to: capacity,
      reason: z.string().nullable(),
    })
    .nullable()
    .describe('Null when there is nothing to undo.'),
});

export const planSchema = z
  .strictObject({
    id: z.string(),
    phase: z
      .enum(planPhases)
      .describe(
        'failed: a step has failed, and the steps before it are undone. terminated: ended in Temporal by hand.',
      ),
    sentence: z.string().describe('What the plan does now, or how it ended and what became of each resource.'),
    reason: z.string().nullable(),
    steps: z.array(z.strictObject({ moves: z.array(move) })),
    timeoutSeconds: z.number().describe('The longest time for one step.'),
    requestedAt: time,
    closedAt: time.nullable(),
    warnings: z.array(z.string()).describe('What may keep the plan from its end, while it is open.'),
    links: z.strictObject({
      self: z.string(),
      webUi: z.string().nullable().describe('The plan in the Temporal Web UI; null when the Web UI is not known.'),
    }),
  })
  .describe('A plan and what became of each resource.');
export type PlanAnswer = z.output<typeof planSchema>;

export const plansSchema = z.strictObject({ plans: z.array(planSchema).describe('Newest first.') });
export type PlansAnswer = z.output<typeof plansSchema>;
