/** How the commands for a running Escapement reach it: over its API, or straight through Temporal. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { EscapementClient } from '../../library/client.js';

export interface RemoteOptions {
  readonly server?: string;
  readonly temporal?: true;
}

const remoteHelp = `
Where Escapement runs: --server, or ESCAPEMENT_SERVER, or http://127.0.0.1:3000. The token is ESCAPEMENT_API_TOKEN.
With --temporal, no API is needed: the command reads the configuration of this folder and talks to the Temporal server
of TEMPORAL_ADDRESS, as escapement api does.`;

/** A command that talks to a running Escapement. */
export function remoteCommand(name: string): Command {
  return new Command(name)
    .option('--server <url>', 'the API (default: ESCAPEMENT_SERVER, or http://127.0.0.1:3000)')
    .option('--temporal', 'go straight through Temporal, with the configuration of this folder, and without an API')
    .addHelpText('after', remoteHelp);
}

/** Runs the work with a client, and ends what was started for it. */
export async function withEscapement<T>(
  { server, temporal }: RemoteOptions,
  work: (client: EscapementClient) => Promise<T>,
): Promise<T> {
  return temporal ? throughTemporal(work) : work(new EscapementClient({ server }));
}

/** The API in this process, on a port that nobody else can use: every rule of the API applies here too. */
async function throughTemporal<T>(work: (client: EscapementClient) => Promise<T>): Promise<T> {
  const [{ Client }, { connectClient, readTemporalSettings }, { loadConfig }, { createApi }, { createLogger }] =
    await Promise.all([
      import('@temporalio/client'),
      import('../../client/temporal/connection.js'),
      import('../../config/load.js'),
      import('../../api/server.js'),
      import('../../process/logger.js'),
    ]);
  const { refuseDemo } = await import('../role/role.js');
  const config = await loadConfig(process.env, process.cwd());
  refuseDemo({ config });
  const settings = readTemporalSettings(process.env);
  const connection = connectClient(settings);
  const stopping = new AbortController();
  const token = randomBytes(32).toString('hex');
  const client = new Client({ connection, namespace: settings.namespace });
  const log = createLogger('silent', undefined, process.stderr);
  const api = createServer(createApi({ config, client, log, token, stopping: stopping.signal }));
  try {
    await once(api.listen(0, '127.0.0.1'), 'listening');
    const { port } = api.address() as AddressInfo;
    return await work(new EscapementClient({ server: `http://127.0.0.1:${port}`, token }));
  } finally {
    stopping.abort();
    api.closeAllConnections();
    api.close();
    await connection.close();
  }
}
