/** Has the Temporal programs that the tests talk to in place before they start: one implementation, in TypeScript, serves both. */
import { tsImport } from 'tsx/esm/api';

const { findTemporalBinary } = await tsImport('../src/dev-server/binary.ts', import.meta.url);

try {
  for (const program of ['temporal', 'temporal-test-server']) {
    await findTemporalBinary(program, { env: process.env, progress: console.log });
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
