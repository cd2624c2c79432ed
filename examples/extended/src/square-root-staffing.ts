/** A policy: as many units as the load, and a reserve that grows with the square root of the load. */
import { definePolicy, z } from 'escapement/extend';

export default definePolicy({
  type: 'square-root-staffing',
  summary: 'The load, and a reserve that grows with its square root.',
  settings: z.object({
    value: z.string().min(1).describe('The load, in units that it keeps busy.'),
    comfort: z.number().min(0).default(1).describe('How many square roots of the load to keep in reserve.'),
  }),
  evaluate({ settings: { comfort }, value }) {
    const capacity = Math.ceil(value + comfort * Math.sqrt(value));
    return { capacity, reason: `${value} busy units and a reserve of ${comfort} x sqrt(${value}) need ${capacity}` };
  },
});
