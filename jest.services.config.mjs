/** `npm run test:services`: every source against its real server, which is fetched where it is not there. */
import { base } from './jest.config.mjs';

export default {
  ...base,
  // No workflow runs here: there is nothing to bundle.
  globalSetup: null,
  testMatch: ['<rootDir>/test/services/**/*.test.ts'],
  // Fetching a server may take minutes the first time, starting one some seconds.
  testTimeout: 180_000,
  reporters: [
    'default',
    '<rootDir>/test/services/conformance-table.mjs',
    '<rootDir>/test/services/platforms/conformance-table.mjs',
  ],
};
