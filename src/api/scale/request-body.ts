/** The bodies of `POST /v1/resources/{r}/scale`, and of `POST /v1/scale` for many resources. */
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

const mostRequests = 100;

export const scaleOneOfManySchema = scaleRequestSchema.safeExtend({
  resource: z.string().describe('The alias of the resource in the configuration.'),
});

export const scaleManySchema = z
  .strictObject({ requests: z.array(scaleOneOfManySchema).min(1).max(mostRequests) })
  .superRefine(({ requests }, context) => {
    const first = new Map<string, number>();
    for (const [index, { resource }] of requests.entries()) {
      const earlier = first.get(resource);
      if (earlier === undefined) first.set(resource, index);
      else {
        const message = `is the resource of #/requests/${earlier} too; request one capacity for each resource`;
        context.addIssue({ code: 'custom', path: ['requests', index, 'resource'], message });
      }
    }
  })
  .describe('Capacities of several resources. Each request is carried out by itself.');
export type ScaleManyBody = z.input<typeof scaleManySchema>;
