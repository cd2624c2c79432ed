/** A source: the number of files in a folder. */
import { readdir } from 'node:fs/promises';
import { defineSource, z } from 'escapement/extend';

export default defineSource({
  type: 'folder-entries',
  summary: 'The number of files in a folder.',
  settings: z.object({ path: z.string().min(1).describe('The path of the folder, from the folder of the worker.') }),
  create: ({ path }) => ({
    // A folder that cannot be read is no data, and not zero files.
    sample: async () => (await readdir(path)).length,
  }),
});
