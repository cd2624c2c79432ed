/** The configuration of this folder beside the Temporal server that it is compared with. */
import { Client } from '@temporalio/client';
import { connectClient, readTemporalSettings } from '../../client/temporal/connection.js';
import type { LoadedConfig } from '../../config/config.js';
import { loadConfig } from '../../config/load.js';
import { formatProblem } from '../../config/problem.js';
import { refuseDemo } from '../role/role.js';

/** @throws ConfigError */
export async function withConfigAndTemporal(
  work: (config: LoadedConfig, client: Client) => Promise<void>,
): Promise<void> {
  const config = await loadConfig(process.env, process.cwd());
  refuseDemo({ config });
  for (const warning of config.warnings) console.error(`warning: ${formatProblem(warning)}`);
  const temporal = readTemporalSettings(process.env);
  const connection = connectClient(temporal);
  try {
    await work(config, new Client({ connection, namespace: temporal.namespace }));
  } finally {
    await connection.close();
  }
}
