/**
 * Fixed amounts at two edges, as the queue-backpressure pool scales: at or above `up.at` add, at or below `down.at`
 * remove, in between stay. The amount does not depend on how far the value is beyond the edge.
 *
 * The amount is added to the units that the value came from, not to those that were asked for: otherwise every look
 * while units are on their way would add the amount once more.
 */
import { z } from 'zod';
import { isAbove, isBelow, shown } from '../numbers.js';
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

export function adviseByThresholds({ up, down }: ThresholdsSettings, load: Load): Advice {
  const { value, capacity, asked, isAskedByOthers } = load;
  if (!isBelow(value, up.at)) {
    // A high value never lowers what was asked for, nor what there is.
    const most = Math.max(asked, capacity, (load.loaded ?? capacity) + up.add);
    return { capacity: most, reason: `${shown(value)} is at or above ${up.at}, which adds ${up.add}` };
  }
  if (!isAbove(value, down.at)) {
    return {
      capacity: Math.max(0, Math.min(asked, capacity - down.remove)),
      reason: `${shown(value)} is at or below ${down.at}, which removes ${down.remove}`,
    };
  }
  // As in the pool, an edge that was crossed earlier counts no more. What somebody else asked for stands.
  const stays = isAskedByOthers ? asked : capacity;
  return { capacity: stays, reason: `${shown(value)} is between ${down.at} and ${up.at}` };
}
