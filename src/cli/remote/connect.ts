/** How the commands for a running Escapement reach it: over its API, or straight through Temporal. */
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
  const client = temporal
    ? await EscapementClient.overTemporal()
    : new EscapementClient(await clientFor(choice, process.env));
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
