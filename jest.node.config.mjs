/** `npm run test:node`: what depends on the Node it runs on, that is processes, sockets, workflow replay and the built commands. */
import { base } from './jest.config.mjs';

export default {
  ...base,
  testMatch: [
    '<rootDir>/test/e2e/{start,killed}.test.ts',
    '<rootDir>/test/{network,process,simulator,worker}/**/*.test.ts',
    '<rootDir>/test/workflows/{replay,scale}.test.ts',
    '<rootDir>/test/platforms/omnistrate*.test.ts',
    '<rootDir>/test/sources/failures.test.ts',
  ],
  maxWorkers: 3,
  testTimeout: 300_000,
};
