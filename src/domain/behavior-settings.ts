/**
 * The limits on how fast a recommendation may move capacity: the fields of `spec.behavior` of a HorizontalPodAutoscaler
 * (v2).
 */
import { z } from 'zod';

const scalingPolicySchema = z.strictObject({
  type: z.enum(['Pods', 'Percent']).describe('Unit of `value`.'),
  value: z.number().int().min(1).describe('Number of units, or percentage of the capacity at the start of the period.'),
  periodSeconds: z
    .number()
    .int()
    .min(1)
    .max(1800)
    .describe('Length of the period in which the capacity may change by `value`.'),
});

const scalingRulesSchema = z.strictObject({
  stabilizationWindowSeconds: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .optional()
    .describe('Window of past recommendations. The one that changes the capacity least is used.'),
  policies: z.array(scalingPolicySchema).optional().describe('Limits on the change of the capacity per period.'),
  selectPolicy: z
    .enum(['Max', 'Min', 'Disabled'])
    .optional()
    .describe(
      'Which of `policies` applies: the one that allows the largest change (`Max`, the default) or the smallest (`Min`). `Disabled`: no change.',
    ),
  tolerance: z
    .number()
    .min(0)
    .optional()
    .describe('Tolerance as a share: 0.1 is 10%. Replaces the tolerance of the policies in this direction.'),
});

/** The defaults of the HPA do not apply. An absent field sets no limit. */
export const behaviorSchema = z.strictObject({
  scaleUp: scalingRulesSchema.optional().describe('Limits on adding units.'),
  scaleDown: scalingRulesSchema.optional().describe('Limits on removing units.'),
});

export type ScalingRules = z.output<typeof scalingRulesSchema>;
export type Behavior = z.output<typeof behaviorSchema>;
