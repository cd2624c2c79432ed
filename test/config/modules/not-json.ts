/** A policy whose settings a watch cannot carry. */
import { definePolicy, z } from '../../../src/extend/index.js';

export default definePolicy({
  type: 'dated',
  summary: 'A capacity from a date on.',
  settings: z.object({ from: z.string().transform((text) => new Date(text)) }),
  evaluate: ({ settings, nowMs }) => ({ capacity: nowMs > settings.from.getTime() ? 2 : 1, reason: 'the date' }),
});
