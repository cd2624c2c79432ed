/** `escapement up`: everything in one process, on one machine. */
import { Client } from '@temporalio/client';
import { Command } from 'commander';
import { ConfigError } from '../../config/problem.js';
import { serverVariables } from '../../config/environment/process.js';
import { checkPorts, type PortNeed } from '../../process/ports.js';
import { connectClient } from '../../client/temporal/connection.js';
import { startDemoWorld } from '../role/demo-world.js';
import { endLeftoverTemporal, startEmbeddedTemporal } from '../role/embedded-temporal.js';
import { greet } from '../role/greeting.js';
import { prose } from '../terminal.js';
import { howARoleEnds, runRole, type Role } from '../role/role.js';
import { serveApi } from '../role/serve-api.js';

/** A person waits at the terminal: the server takes 3 s to stop, and the worker gets the rest. */
const shutdownGraceMs = 4000;
const deadlineMs = 10_000;

export function upCommand(): Command {
  return new Command('up')
    .summary('run everything on this machine: Temporal, a worker and the API')
    .description(
      prose(`
Runs everything on this machine: a Temporal server with its Web UI, a worker, and the API.

Temporal: an embedded server with its data in ESCAPEMENT_DATA_DIR (.escapement), unless TEMPORAL_ADDRESS or a profile of
the temporal command names another server. Kill this process at any time and start it again: every run continues where
it was.

Resources: from escapement.yaml (or ESCAPEMENT_CONFIG), or from AUTOSCALER_TARGET_RESOURCE and the related variables.
Without any of them this is a demo: a simulated sidecar replaces the real one, on a separate embedded server, and nothing
real is scaled.

${howARoleEnds}`),
    )
    .addHelpText('after', settingsHelp)
    .action(() => runRole(up, { deadlineMs }));
}

/** Generated from the schema, so that it lists every setting. */
function settingsHelp(): string {
  const defaults = new Map<string, unknown>(Object.entries(serverVariables.parse({})));
  const lines = Object.entries(serverVariables.shape).map(([name, { description = '' }]) => {
    const value = defaults.get(name);
    return `  ${name.padEnd(34)}${description}${value === undefined ? '' : ` Default: ${JSON.stringify(value)}.`}`;
  });
  return ['', 'Settings, from the environment:', ...lines].join('\n');
}

async function up(role: Role): Promise<void> {
  const { config, temporal, shutdown, tracing } = role;
  refuseDemoOnConfiguredServer(role);
  if (!temporal.isConfigured) await endLeftoverTemporal(role);
  await checkPorts(portsOf(role));

  const isSimulated = config.source === 'demo';
  const resources = isSimulated ? await startDemoWorld(role) : config.resources;
  const embedded = temporal.isConfigured ? null : await startEmbeddedTemporal(role);
  const settings = embedded ? { ...temporal, address: embedded.address } : temporal;
  const connection = connectClient(settings);
  shutdown.onStop('the connection', () => connection.close());

  const { serveWorker } = await import('../role/serve-worker.js');
  const worker = await serveWorker(role, { resources, temporal: settings, connection, shutdownGraceMs });
  const url = await serveApi(role, {
    client: new Client({ connection, namespace: settings.namespace, ...(tracing && { interceptors: tracing.client }) }),
    webUiUrl: embedded?.webUiUrl,
    workerStatus: worker.status,
    observe: async (resource, signal) => worker.adapters.platformOf(resource).observe(signal),
    lastLookAt: (resource) => worker.adapters.lastLookAt(resource),
  });
  greet(role, { url, webUiUrl: embedded?.webUiUrl, temporalAddress: settings.address, isSimulated });
}

/** The demo's resource may have the same name and task queue as a real one on that server. @throws ConfigError */
function refuseDemoOnConfiguredServer({ config, temporal }: Role): void {
  if (config.source !== 'demo' || !temporal.isConfigured) return;
  const fix =
    'write an escapement.yaml, or set AUTOSCALER_TARGET_RESOURCE, or unset TEMPORAL_ADDRESS (and the profile) for the demo';
  const problem = 'no resource is configured, and the demo runs only on its own Temporal server';
  throw new ConfigError([{ path: 'TEMPORAL_ADDRESS', problem, fix }]);
}

function portsOf({ config, settings, temporal }: Role): PortNeed[] {
  const loopback = '127.0.0.1';
  const needs = [{ use: 'API', host: settings.listen, port: settings.port, setting: 'PORT' }];
  if (!temporal.isConfigured) {
    const { temporalPort, temporalUiPort } = settings;
    needs.push({ use: 'Temporal', host: loopback, port: temporalPort, setting: 'ESCAPEMENT_TEMPORAL_PORT' });
    needs.push({
      use: 'Temporal Web UI',
      host: loopback,
      port: temporalUiPort,
      setting: 'ESCAPEMENT_TEMPORAL_UI_PORT',
    });
  }
  if (config.source === 'demo') {
    const setting = 'ESCAPEMENT_SIMULATOR_PORT';
    needs.push({ use: 'simulated sidecar', host: loopback, port: settings.simulatorPort, setting });
  }
  return needs;
}
