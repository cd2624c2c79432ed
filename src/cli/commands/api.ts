/** `escapement api`: only the API. It needs Temporal and no platform. */
import { Client } from '@temporalio/client';
import { Command } from 'commander';
import { checkPorts } from '../../process/ports.js';
import { connectClient } from '../../client/temporal/connection.js';
import { greet } from '../role/greeting.js';
import { prose } from '../terminal.js';
import { howARoleEnds, refuseDemo, runRole, type Role } from '../role/role.js';
import { serveApi } from '../role/serve-api.js';

const deadlineMs = 10_000;

export function apiCommand(): Command {
  return new Command('api')
    .summary('run the API, which takes scale requests')
    .description(
      prose(`
Runs the API: it takes scale requests and shows their status. An answered request is stored by Temporal, even while no
worker is running. The API needs the same configuration as the workers, but none of its secrets. GET /metrics is served on
the same port, PORT (3000).

Temporal: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and so on, or a profile, as for the
temporal command. Default: 127.0.0.1:7233. To listen beyond this machine (ESCAPEMENT_LISTEN), ESCAPEMENT_API_TOKEN is
required.

${howARoleEnds}`),
    )
    .action(() => runRole(serve, { deadlineMs }));
}

async function serve(role: Role): Promise<void> {
  refuseDemo(role);
  const { settings, temporal, shutdown, tracing } = role;
  await checkPorts([{ use: 'API', host: settings.listen, port: settings.port, setting: 'PORT' }]);
  const connection = connectClient(temporal);
  shutdown.onStop('the connection', () => connection.close());
  const url = await serveApi(role, {
    client: new Client({ connection, namespace: temporal.namespace, ...(tracing && { interceptors: tracing.client }) }),
  });
  greet(role, { url, webUiUrl: undefined, temporalAddress: temporal.address, isSimulated: false });
}
