/** A fixed number in the settings: for trials, and for a constant share of the load. */
import { z } from 'zod';
import { makeSampler } from './sampler.js';
import { defineSource } from './source.js';

export const constant = defineSource({
  type: 'constant',
  summary: 'A fixed number.',
  settings: z.strictObject({ value: z.number().min(0).describe('The value of every sample.') }),
  create: (settings, context) =>
    makeSampler(context, { server: 'constant', secrets: [], look: async () => ({ value: settings.value }) }),
});
