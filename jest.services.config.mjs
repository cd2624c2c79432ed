/** `npm run test:services`: every source and platform against its real server, which `scripts/services/prepare.ts` has installed. */
import { base } from './jest.config.mjs';

export default {
  ...base,
  // No workflow runs here: there is nothing to bundle.
  globalSetup: null,
  testMatch: ['<rootDir>/test/services/**/*.test.ts'],
  // A test file that is run alone installs what it needs, which may take minutes the first time; starting a server takes seconds.
  testTimeout: 180_000,
  reporters: ['default', '<rootDir>/test/services/conformance-reporter.mjs'],
};
