import { describe, expect, it } from '@jest/globals';
import { exploreProtocol, findMutant } from './explore.js';
import { mutants } from './mutants.js';

// A busy machine takes a minute for what an idle one does in two seconds.
const patienceMs = 300_000;

describe('every schedule with one fault, message or death, and two where the run is short', () => {
  it(
    'keeps capacity where it was asked to be, and ends in its target or with the right failure',
    async () => {
      const { schedules, found } = await exploreProtocol(2, () => undefined);
      expect(found).toEqual([]);
      // Fewer would mean that the search has lost sight of something.
      expect(schedules).toBeGreaterThan(13_000);
    },
    patienceMs,
  );
});

describe('the explorer notices a protocol that', () => {
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s',
    async (_name, mutant) => {
      const shown = await findMutant(mutant);
      expect(shown?.story).not.toHaveLength(0);
      expect(shown?.violation).toBeDefined();
    },
    patienceMs,
  );
});
