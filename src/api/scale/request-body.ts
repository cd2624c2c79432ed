/** The body of `POST /v1/resources/{r}/scale`. */
import { z } from 'zod';
import {
  type ScaleRequestBody,
  isSingleRequest,
  largestCapacity,
  longestReason,
  notOneWish,
} from '../../domain/scale/request.js';

const units = z.int().min(1).max(largestCapacity);

export const scaleRequestSchema = z
  .strictObject({
    targetCapacity: z.int().min(0).max(largestCapacity).optional().describe('The target capacity, in whole units.'),
    add: units
      .optional()
      .describe('Units to add to the current target, or to the observed capacity when no scaling is in progress.'),
    remove: units
      .optional()
      .describe(
        'Units to remove from the current target, or from the observed capacity when no scaling is in progress.',
      ),
    reason: z
      .string()
      .max(longestReason)
      .optional()
      .describe('The reason for the request, which the status and the history of the run show.'),
  })
  .refine(isSingleRequest, notOneWish) satisfies z.ZodType<ScaleRequestBody>;
