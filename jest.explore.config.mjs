/** `npm run test:explore`: every schedule of faults up to a bound, which takes all cores for a while. */
import { base } from './jest.config.mjs';

export default {
  ...base,
  // The explorer compiles what it needs: no workflow is bundled.
  globalSetup: null,
  testMatch: ['<rootDir>/test/explore/**/*.test.ts'],
  // One search after the other: each takes all cores.
  maxWorkers: 1,
};
