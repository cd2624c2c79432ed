/** The body of `POST /v1/plans`, and the content of a plan file. */
import { z } from 'zod';
import { mostMoves, type PlannedStep } from '../../domain/plan/plan.js';
import { largestCapacity, longestReason } from '../../domain/scale/request.js';
import { parseDuration, writtenDuration } from '../../domain/written/duration.js';

const resource = z.string().min(1).max(255).describe('The alias of a resource.');
const target = z.int().min(0).max(largestCapacity).describe('The target capacity, in whole units.');
const move = z.strictObject({ resource, target });

const stepSchema = z
  .strictObject({
    resource: resource.optional(),
    target: target.optional(),
    together: z
      .array(move)
      .min(2)
      .max(mostMoves)
      .optional()
      .describe('Instead of `resource` and `target`: several resources that are scaled at the same time.'),
  })
  .refine((step) => movesOf(step) !== undefined, 'give either resource and target, or together')
  .superRefine(({ together = [] }, context) => {
    for (const [index, { resource: alias }] of together.entries()) {
      if (together.findIndex((other) => other.resource === alias) === index) continue;
      const path = ['together', index, 'resource'];
      context.addIssue({ code: 'custom', path, message: `${alias} is in this step already` });
    }
  });

export const planRequestSchema = z
  .strictObject({
    steps: z
      .array(stepSchema)
      .min(1)
      .max(mostMoves)
      .refine((steps) => plannedSteps(steps).flat().length <= mostMoves, {
        message: `a plan has at most ${mostMoves} resources in all its steps`,
      }),
    timeout: writtenDuration
      .refine((text) => parseDuration(text) !== 0, 'must be longer than zero')
      .default('1h')
      .describe('The longest time for one step, with its cooldowns. A step that takes longer has failed.'),
    reason: z.string().max(longestReason).optional().describe('Why. The requests to the resources carry it.'),
  })
  .describe('Resources to scale in order. If a step fails, the steps before it are undone in reverse order.');
export type PlanBody = z.input<typeof planRequestSchema>;

interface WrittenStep {
  readonly resource?: string | undefined;
  readonly target?: number | undefined;
  readonly together?: PlannedStep | undefined;
}

/** @param steps that the schema accepts. */
export function plannedSteps(steps: readonly WrittenStep[]): PlannedStep[] {
  return steps.map((step) => movesOf(step) ?? []);
}

/** Undefined when the step is neither one resource nor several, or both. */
function movesOf({ resource: alias, target: capacity, together }: WrittenStep): PlannedStep | undefined {
  if (together) return alias === undefined && capacity === undefined ? together : undefined;
  return alias === undefined || capacity === undefined ? undefined : [{ resource: alias, target: capacity }];
}
