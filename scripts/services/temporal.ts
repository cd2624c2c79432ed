/** Temporal's dev server, which keeps its tasks over a restart. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface TemporalService extends ServiceProcess {
  readonly port: number;
}

/** None: `npm pretest:services` has the `temporal` command in place, as all tests need it. */
export const needs = {};

/**
 * @param cli the `temporal` command.
 * @param settings values of the dynamic configuration, as JSON.
 */
export async function temporalService(
  cli: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TemporalService> {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-temporal-'));
  const database = join(folder, 'temporal.db');
  const service = new ServiceProcess({
    name: 'temporal',
    command: cli,
    args: [
      'server',
      'start-dev',
      '--headless',
      '--port',
      String(port),
      '--db-filename',
      database,
      '--log-level',
      'error',
      ...Object.entries(settings).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ],
    async isReady() {
      const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 1_000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
      return true;
    },
  });
  return Object.assign(service, { port });
}
