/** Always recommends the same capacity. */
import { z } from 'zod';
import { definePolicy } from './policy.js';

const schema = z
  .strictObject({ type: z.literal('fixed'), capacity: z.int().min(0).describe('The capacity to recommend.') })
  .meta({ title: 'fixed', description: 'A constant capacity.' });

export const fixed = definePolicy({
  type: 'fixed',
  says: 'capacity',
  schema,
  compile: ({ capacity }) => ({
    expression: null,
    evaluate: (_, memory) => ({
      value: null,
      memory,
      result: { kind: 'capacity', capacity, stable: capacity, reason: `always ${capacity}` },
    }),
  }),
  atZero: ({ capacity }) => (capacity > 0 ? 'recommends' : 'nothing'),
  capacities: ({ capacity }) => [{ path: ['capacity'], capacity }],
  onlyCapacity: ({ capacity }) => capacity,
});
