/** The body of `POST /v1/resources/{r}/scale`. */
import { z } from 'zod';
import {
  type ScaleRequestBody,
  isOneWish,
  largestCapacity,
  longestReason,
  notOneWish,
} from '../../domain/scale/request.js';

const units = z.int().min(1).max(largestCapacity);

export const scaleRequestSchema = z
  .strictObject({
    targetCapacity: z
      .int()
      .min(0)
      .max(largestCapacity)
      .optional()
      .describe('The capacity to end up with, in whole units.'),
    add: units
      .optional()
      .describe('Units to add to the present target, or to what is observed when nothing is under way.'),
    remove: units.optional().describe('Units to remove, likewise.'),
    reason: z.string().max(longestReason).optional().describe('Why, for whoever reads the run later.'),
  })
  .refine(isOneWish, notOneWish) satisfies z.ZodType<ScaleRequestBody>;
