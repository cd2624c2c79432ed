/** The responses of the routes that replace the Omnistrate example: its exact texts, with times to the nanosecond. */
import { z } from 'zod';
import { resourceStatuses } from '../../domain/scale/capacity.js';

const seen = {
  currentCapacity: z.int(),
  status: z.enum(resourceStatuses),
  instanceId: z.string(),
  resourceId: z.string(),
  resourceAlias: z.string(),
};

export const dropInScaleSchema = z.strictObject({
  success: z.boolean(),
  message: z.string().optional(),
  error: z.string().optional(),
  currentStatus: z.strictObject(seen).optional(),
});
export type DropInScaleAnswer = z.output<typeof dropInScaleSchema>;

export const dropInStatusSchema = z.strictObject({
  ...seen,
  targetCapacity: z.int().describe('0 when no scaling is in progress.'),
  scalingInProgress: z.boolean(),
  lastActionTime: z.iso.datetime().describe('0001-01-01T00:00:00Z when there was none.'),
  inCooldownPeriod: z.boolean(),
  cooldownRemaining: z.int().describe('Nanoseconds.'),
});
export type DropInStatusAnswer = z.output<typeof dropInStatusSchema>;

export const dropInHealthSchema = z.strictObject({ status: z.literal('healthy'), service: z.literal('autoscaler') });

/** Unknown fields are ignored, as in the example. */
export const dropInRequestSchema = z.object({
  targetCapacity: z.int('Target capacity must be a whole number').min(0, 'Target capacity must be non-negative'),
});
