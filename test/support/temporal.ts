/** Real Temporal servers for tests, from the programs that `npm pretest` has put in place. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { findTemporalBinary } from '../../src/dev-server/binary.js';

/** The `temporal` command. */
export async function temporalCli(): Promise<string> {
  return findTemporalBinary('temporal', { env: process.env, progress: console.log });
}

/** A dev server of its own on free ports: exact about heartbeats, continue-as-new and races, in real time. */
export async function devServerEnvironment({
  extraArgs = [],
  ...options
}: { dbFilename?: string; port?: number; extraArgs?: string[] } = {}): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await temporalCli() },
      log: { format: 'pretty', level: 'never' },
      extraArgs,
      ...options,
    },
  });
}

/** A server that skips the time nobody is working: minutes of cooldown pass in milliseconds. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await findTemporalBinary('temporal-test-server', { env: process.env, progress: console.log });
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}
