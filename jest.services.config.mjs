/** `npm run test:services`: every source and platform against its real server, which `scripts/services/prepare.ts` has installed. */
import { base } from './jest.config.mjs';

export default {
  ...base,
  // No workflow runs here: there is nothing to bundle.
  globalSetup: null,
  // These tests wait for servers most of the time: more files, and more tests of a file, than there are cores.
  maxWorkers: 3,
  maxConcurrency: 12,
  testMatch: ['<rootDir>/test/services/**/*.test.ts'],
  // A test file that is run alone installs what it needs, which may take minutes the first time; starting a server takes seconds.
  testTimeout: 180_000,
  reporters: ['default', '<rootDir>/test/services/conformance-reporter.mjs'],
};
