/** The embedded Temporal server of `escapement up`, used when no server is configured. */
import { devServerFiles, startDevServer } from '../../dev-server/dev-server.js';
import { endLeftoverServer } from '../../dev-server/leftover-server.js';
import { findTemporalBinary } from '../../dev-server/binary.js';
import { exitCodes } from '../terminal.js';
import type { Role } from './role.js';

export interface EmbeddedTemporal {
  readonly address: string;
  readonly webUiUrl: string;
}

export async function startEmbeddedTemporal(role: Role): Promise<EmbeddedTemporal> {
  const { env, settings, temporal, log, shutdown } = role;
  const server = await startDevServer(
    {
      binary: await findTemporalBinary('temporal', { env, progress: (line) => log.info(line) }),
      dataDirectory: settings.dataDir,
      port: settings.temporalPort,
      uiPort: settings.temporalUiPort,
      namespace: temporal.namespace,
      log,
      onGivenUp: (error) => {
        log.fatal({ err: error }, 'Escapement cannot run without the Temporal server');
        shutdown.begin('The Temporal server has stopped', exitCodes.failed);
      },
    },
    shutdown.stopping,
  );
  shutdown.onStop('the Temporal server', () => server.stop());
  return server;
}

/** Called before the port check, because a server of an earlier run may still hold the ports. */
export async function endLeftoverTemporal({ settings, log }: Role): Promise<void> {
  await endLeftoverServer(devServerFiles(settings.dataDir), log);
}
