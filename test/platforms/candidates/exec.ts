/** A program that keeps its number in a file. */
import { exec } from '../../../src/adapters/platforms/exec/exec.js';
import { poolScript } from '../fixtures/pool-script.js';
import { requestTimeoutMs, type Candidate } from './candidate.js';

export const execCandidate: Candidate = {
  name: 'exec',
  takesChanges: 'anyTime',
  // Exit codes.
  throttled: { status: 75 },
  denied: { status: 77 },
  open: async () => ({
    resource: async (resource, size) => {
      const pool = await poolScript(size);
      const context = { resource, requestTimeoutMs, allowedPrograms: [pool.program] };
      return {
        platform: exec.create(exec.settings.parse(pool.settings), context),
        gate: pool.gate,
        capacity: () => pool.size(),
        moveTo: (to) => pool.setSize(to),
        fail: () => pool.fail(),
        remove: () => pool.remove(),
      };
    },
    close: async () => undefined,
  }),
};
