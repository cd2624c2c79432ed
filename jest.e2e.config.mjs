/** `npm run test:e2e`: the built commands as processes, killed and started again. */
import { base } from './jest.config.mjs';

export default {
  ...base,
  // The commands bring their own bundle, made by the build.
  globalSetup: null,
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  // Each test starts several processes, and then waits for their timers.
  maxWorkers: 3,
  testTimeout: 300_000,
};
