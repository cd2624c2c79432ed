/** One capacity, whatever happens. */
import { z } from 'zod';
import type { Advice } from './policy.js';

export const fixedSchema = z.strictObject({ type: z.literal('fixed'), capacity: z.number().int().min(0) });

export type FixedSettings = z.output<typeof fixedSchema>;

export function adviseFixed({ capacity }: FixedSettings): Advice {
  return { capacity, reason: `always ${capacity}` };
}
