/** How the commands for a running Escapement reach it: over its API, or straight through Temporal. */
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
  const client = temporal ? await EscapementClient.overTemporal() : new EscapementClient({ server });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
