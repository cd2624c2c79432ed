/** A platform: a file with a number, which another program follows. */
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { definePlatform, z } from 'escapement/extend';

export default definePlatform({
  type: 'size-file',
  summary: 'A file that contains the number of units.',
  settings: z.object({ path: z.string().min(1).describe('The path of the file, from the folder of the worker.') }),
  takesChanges: 'shownAtOnce',
  target: ({ path }) => String(path),
  create: ({ path }) => ({
    async observe() {
      return { capacity: Number(await readFile(path, 'utf8')) };
    },
    async change({ to }, { permit }) {
      const draft = `${path}.${randomUUID()}`;
      await writeFile(draft, String(to));
      // The write has taken time, and this process may have been suspended meanwhile.
      if (!permit.isValid()) return { outcome: 'rejected', final: false, reason: 'the send permit has expired' };
      // Whatever this throws, the outcome is unknown: the change counts as made, and is never sent again.
      await rename(draft, path);
      return { outcome: 'accepted' };
    },
  }),
});
