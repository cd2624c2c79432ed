/**
 * The limits on how fast a recommendation may move capacity: the fields of `spec.behavior` of a HorizontalPodAutoscaler
 * (v2).
 */
import { z } from 'zod';

const scalingPolicySchema = z.strictObject({
  type: z.enum(['Pods', 'Percent']).describe('What `value` counts.'),
  value: z.number().int().min(1).describe('Units, or per cent of the capacity at the start of the period.'),
  periodSeconds: z.number().int().min(1).max(1800).describe('Over how long capacity may move by that much.'),
});

const scalingRulesSchema = z.strictObject({
  stabilizationWindowSeconds: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .optional()
    .describe('Go by the recommendation within this window that moves capacity least.'),
  policies: z.array(scalingPolicySchema).optional().describe('How much capacity may move, and in what time.'),
  selectPolicy: z
    .enum(['Max', 'Min', 'Disabled'])
    .optional()
    .describe(
      'Which of `policies` counts: the one that allows most (`Max`, as without it) or least; or no change at all.',
    ),
  tolerance: z
    .number()
    .min(0)
    .optional()
    .describe('A share: 0.1 is 10%. Stands in for the tolerance of the policies in this direction.'),
});

/** The defaults of the HPA do not apply. An absent field sets no limit. */
export const behaviorSchema = z.strictObject({
  scaleUp: scalingRulesSchema.optional().describe('Limits on adding units.'),
  scaleDown: scalingRulesSchema.optional().describe('Limits on removing units.'),
});

export type ScalingRules = z.output<typeof scalingRulesSchema>;
export type Behavior = z.output<typeof behaviorSchema>;
