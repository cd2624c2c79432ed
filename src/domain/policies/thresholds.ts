/**
 * Fixed amounts at two edges, as the queue-backpressure pool scales: at or above `up.at` add, at or below `down.at`
 * remove, in between stay. The amount does not depend on how far the value is beyond the edge.
 */
import { z } from 'zod';
import { isAbove, isBelow } from '../round-off.js';
import { shown } from '../shown.js';
import type { Advice, Load } from './policy.js';

export const thresholdsSchema = z
  .strictObject({
    type: z.literal('thresholds'),
    value: z.string(),
    up: z.strictObject({ at: z.number(), add: z.number().int().min(0) }),
    down: z.strictObject({ at: z.number(), remove: z.number().int().min(0) }),
  })
  .refine(({ up, down }) => down.at < up.at, {
    path: ['down', 'at'],
    message: 'down.at must be below up.at; one value would ask for both',
  });

export type ThresholdsSettings = z.output<typeof thresholdsSchema>;

export function adviseByThresholds({ up, down }: ThresholdsSettings, { value, capacity }: Load): Advice {
  if (!isBelow(value, up.at)) {
    return { capacity: capacity + up.add, reason: `${shown(value)} is at or above ${up.at}, which adds ${up.add}` };
  }
  if (!isAbove(value, down.at)) {
    return {
      capacity: Math.max(0, capacity - down.remove),
      reason: `${shown(value)} is at or below ${down.at}, which removes ${down.remove}`,
    };
  }
  return { capacity, reason: `${shown(value)} is between ${down.at} and ${up.at}` };
}
