/**
 * HPA's ratio for a mean over the units: capacity x value / target, rounded up. Unlike the HPA, round-off of doubles
 * never buys a unit: 100 units at 1.1 times their target are 110, not 111.
 */
import { z } from 'zod';
import { unitsAtLeast } from '../round-off.js';
import { shown } from '../shown.js';
import { averagingFields, refuseBurstAlone } from './averaging.js';
import type { Advice, Load } from './policy.js';
import { isWithinTolerance, type Tolerance } from './tolerance.js';

export const utilizationSchema = z
  .strictObject({
    type: z.literal('utilization'),
    value: z.string(),
    target: z.number().positive('target must be above 0'),
    tolerance: z.number().min(0).default(0.1),
    ...averagingFields,
  })
  .superRefine(refuseBurstAlone);

export type UtilizationSettings = z.output<typeof utilizationSchema>;

export function adviseByUtilization(settings: UtilizationSettings, load: Load, tolerance: Tolerance): Advice {
  const { target } = settings;
  const { value, capacity } = load;
  if (capacity === 0) return { capacity, reason: 'no units, so no load of theirs to go by' };
  if (isWithinTolerance(value / target, tolerance)) {
    return { capacity, reason: `${shown(value)} is within tolerance of ${target}` };
  }
  const needed = neededByUtilization(settings, load);
  return { capacity: needed, reason: `${capacity} x ${shown(value)} / ${target} needs ${needed}` };
}

/** Without tolerance: what the load needs. */
export function neededByUtilization({ target }: UtilizationSettings, { value, capacity }: Load): number {
  return unitsAtLeast((capacity * value) / target);
}
