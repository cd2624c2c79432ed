import { afterAll } from '@jest/globals';
import { devServerEnvironment } from '../support/temporal.js';
import { Workbench } from './workbench.js';

/**
 * A server, a worker and a workbench for all tests of a file. Called before the tests are defined, because concurrent
 * tests do not wait for `beforeAll`.
 */
export async function openWorkbench(): Promise<Workbench> {
  const environment = await devServerEnvironment();
  const bench = new Workbench(environment);
  await bench.startWorker();
  afterAll(async () => {
    await bench.close();
    await environment.teardown();
  });
  return bench;
}
