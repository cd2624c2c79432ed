/** How the commands for a running Escapement reach it: over its API, or straight through Temporal. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command, Option } from 'commander';
import { EscapementClient } from '../../library/client.js';
import { clientFor, type ServerChoice } from './profiles.js';

export interface RemoteOptions extends ServerChoice {
  readonly temporal?: true;
}

const remoteHelp = `
Where Escapement runs: --server or --profile, or ESCAPEMENT_SERVER, or ESCAPEMENT_PROFILE, or the default profile, or
http://127.0.0.1:3000. The token is that of the profile, or ESCAPEMENT_API_TOKEN. Profiles are in
~/.config/escapement/profiles.yaml. With --temporal, no API is needed: the command reads the configuration of this
folder and talks to the Temporal server of TEMPORAL_ADDRESS, as escapement api does.

Exit code, unless said otherwise: 0: done; 1: failed, or a wrong use of the command; 2: the request is invalid; 4: it is
valid and was refused.`;

/** A command that talks to a running Escapement. */
export function remoteCommand(name: string): Command {
  return new Command(name)
    .option('--server <url>', 'the API (default: ESCAPEMENT_SERVER, or http://127.0.0.1:3000)')
    .addOption(
      new Option('--profile <name>', 'the API and the token of this profile (default: ESCAPEMENT_PROFILE)').conflicts([
        'server',
        'temporal',
      ]),
    )
    .option('--temporal', 'go straight through Temporal, with the configuration of this folder, and without an API')
    .addHelpText('after', remoteHelp);
}

/** Runs the work with a client, and ends what was started for it. */
export async function withEscapement<T>(
  { temporal, ...choice }: RemoteOptions,
  work: (client: EscapementClient) => Promise<T>,
): Promise<T> {
  return temporal ? throughTemporal(work) : work(new EscapementClient(await clientFor(choice, process.env)));
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
