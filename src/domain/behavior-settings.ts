/** How fast a recommendation may move capacity: the fields of `spec.behavior` of a HorizontalPodAutoscaler (v2). */
import { z } from 'zod';

const scalingPolicySchema = z.strictObject({
  type: z.enum(['Pods', 'Percent']),
  /** Units, or per cent of the capacity at the start of the period. */
  value: z.number().int().min(1),
  periodSeconds: z.number().int().min(1).max(1800),
});

const scalingRulesSchema = z.strictObject({
  stabilizationWindowSeconds: z.number().int().min(0).max(3600).optional(),
  policies: z.array(scalingPolicySchema).optional(),
  selectPolicy: z.enum(['Max', 'Min', 'Disabled']).optional(),
  /** A share (0.1 is 10%). Replaces the tolerance of the policies in this direction. */
  tolerance: z.number().min(0).optional(),
});

/** HPA's own defaults do not apply: what is absent is unlimited. */
export const behaviorSchema = z.strictObject({
  scaleUp: scalingRulesSchema.optional(),
  scaleDown: scalingRulesSchema.optional(),
});

export type ScalingRules = z.output<typeof scalingRulesSchema>;
export type Behavior = z.output<typeof behaviorSchema>;
