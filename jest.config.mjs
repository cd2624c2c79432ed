/** One transform and one environment for every suite; a suite is a folder. `npm test` runs all but the slow ones. */
import { availableParallelism } from 'node:os';

const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }];

export const base = {
  testEnvironment: 'node',
  runtime: '<rootDir>/test/support/jest-runtime.cjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': swc },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  testTimeout: 30_000,
  // Most of them wait most of the time: for the timers of a real server, for processes. Jest's own is one less.
  maxWorkers: availableParallelism(),
  // Node does not free what a test file has loaded as ES modules. A worker that holds fifty files' worth needs longer to end
  // than the half second that Jest allows, and Jest then reports a leak of the tests.
  workerIdleMemoryLimit: '200MB',
};

export default {
  ...base,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(e2e|services|chaos|explore)/'],
};
