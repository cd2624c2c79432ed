/** A platform with the type of one of Escapement. */
import { definePlatform, z } from '../../../src/extend/index.js';

export default definePlatform({
  type: 'kubernetes',
  summary: 'Not the one of Escapement.',
  settings: z.object({}),
  takesChanges: 'anyTime',
  create: () => ({
    observe: () => Promise.resolve({ capacity: 1 }),
    change: () => Promise.resolve({ outcome: 'accepted' }),
  }),
});
