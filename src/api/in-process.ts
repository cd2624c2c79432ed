/** The API in the process of its only caller, on a port that nobody else can use: every rule of the API applies there too. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import { connectClient, readTemporalSettings } from '../client/temporal/connection.js';
import { type TemporalOptions, withTemporalOptions } from '../client/temporal/options.js';
import type { Config } from '../config/config.js';
import { fileConfig } from '../config/file/file-config.js';
import { loadConfig } from '../config/load.js';
import { ConfigError, nothingConfigured } from '../config/problem.js';
import { createLogger } from '../process/logger.js';
import { createApi } from './server.js';

export interface InProcessOptions {
  /** The `escapement.yaml` to read. Default: as for the `escapement` command in the current folder. */
  readonly configFile?: string | undefined;
  /** What an `escapement.yaml` contains, in place of a file. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Default: the server that the environment or the Temporal profile names, as for the `temporal` command. */
  readonly temporal?: TemporalOptions | undefined;
}

export interface InProcessApi {
  readonly server: string;
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** @throws ConfigError */
export async function serveInProcess(options: InProcessOptions): Promise<InProcessApi> {
  const env = withTemporalOptions(process.env, options.temporal ?? {});
  const config = await configOf(options, env);
  if (config.source === 'demo') throw new ConfigError([nothingConfigured]);
  const settings = readTemporalSettings(env);
  const connection = connectClient(settings);
  const stopping = new AbortController();
  const token = randomBytes(32).toString('hex');
  const client = new Client({ connection, namespace: settings.namespace });
  const log = createLogger('silent', undefined, process.stderr);
  const api = createServer(createApi({ config, client, log, token, stopping: stopping.signal }));
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  const { port } = api.address() as AddressInfo; // always an object when the server listens on TCP
  return {
    server: `http://127.0.0.1:${port}`,
    token,
    close: async () => {
      stopping.abort();
      api.closeAllConnections();
      api.close();
      await connection.close();
    },
  };
}

async function configOf({ config, configFile }: InProcessOptions, env: NodeJS.ProcessEnv): Promise<Config> {
  // JSON is YAML.
  if (config) return fileConfig(JSON.stringify(config), 'config', env);
  return loadConfig(configFile === undefined ? env : { ...env, ESCAPEMENT_CONFIG: configFile }, process.cwd());
}
