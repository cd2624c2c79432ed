/**
 * Escapement in this process, in a temporary folder: Temporal, a worker, an autoscaled resource. Its sidecar is
 * simulated.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { createActivities, repeatableActivities } from '../../activities/index.js';
import { AutoscaleClient } from '../client/autoscale/client.js';
import { autoscaledIn } from '../config/autoscaled.js';
import { fileConfig } from '../config/file/file-config.js';
import { startDevServer } from '../dev-server/dev-server.js';
import type { Logger } from '../process/logger.js';
import { workflowBundlePath } from '../process/package-root.js';
import { createAdapters } from '../worker/resource-adapters.js';
import type { Shutdown } from '../process/shutdown.js';
import { findTemporalBinary } from '../dev-server/binary.js';
import { connectClient, type TemporalSettings } from '../client/temporal/connection.js';
import { startWorker } from '../worker/worker.js';
import type { SimulatedResource } from '../simulator/resource.js';
import { startSimulator } from '../simulator/simulator.js';
import { bounds, resource, spikeConfig } from './spike-config.js';

export interface DemoProduct {
  readonly client: Client;
  /** The true state of the simulated resource. */
  readonly simulated: SimulatedResource;
  readonly webUiUrl: string;
  readonly yaml: string;
}

interface DemoHost {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly shutdown: Shutdown;
  /** Called with a line of text when a program is downloaded. */
  readonly progress: (line: string) => void;
}

/** The time from a change until its units exist. */
const startTimeMs = 1000;
const shutdownGraceMs = 1000;

/** @param signal the YAML of the signal that samples the depth of the queue. */
export async function startProduct(host: DemoHost, signal: string): Promise<DemoProduct> {
  const { env, log, shutdown } = host;
  const simulator = await startSimulator({ resources: { [resource]: bounds.min }, startTimeMs });
  shutdown.onStop('the simulator', () => simulator.close());
  const simulated = simulator.resources.get(resource);
  if (!simulated) throw new Error(`The simulator has no ${resource}`);
  const yaml = spikeConfig(simulator.url, signal);
  const { resources } = await fileConfig(yaml, 'escapement.yaml', env);

  const { webUiUrl, ...temporal } = await startTemporal(host);
  const connection = connectClient(temporal);
  shutdown.onStop('the connection', () => connection.close());
  const adapters = await createAdapters(resources, env, log);
  shutdown.onStop('the adapters', () => adapters.close());
  const worker = startWorker({
    temporal,
    connection,
    log,
    shutdownGraceMs,
    taskQueues: Object.values(resources).map(({ taskQueue }) => taskQueue),
    activities: createActivities(adapters),
    repeatable: repeatableActivities,
    workflowBundle: workflowBundlePath(),
  });
  shutdown.onStop('the worker', () => worker.stop());

  const client = new Client({ connection });
  const writing = { owner: 'demo', file: 'the demo', host: hostname(), atMs: Date.now() };
  for (const each of autoscaledIn(resources, writing)) await new AutoscaleClient(client).configure(each);
  return { client, simulated, webUiUrl, yaml };
}

/** On free ports, so that the demo runs beside other servers on this machine. */
async function startTemporal({
  env,
  log,
  shutdown,
  progress,
}: DemoHost): Promise<TemporalSettings & { webUiUrl: string }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'escapement-demo-'));
  shutdown.onStop('the folder', () => rm(dataDirectory, { recursive: true, force: true }));
  const [port, uiPort] = [await freePort(), await freePort()];
  const settings = {
    binary: await findTemporalBinary('temporal', { env, progress }),
    ...{ dataDirectory, port, uiPort, namespace: 'default', log },
    onGivenUp: ({ message }: Error) => shutdown.begin(message, 1),
  };
  const server = await startDevServer(settings, shutdown.stopping);
  shutdown.onStop('the Temporal server', () => server.stop());
  const { address, webUiUrl } = server;
  return { address, webUiUrl, namespace: 'default', isConfigured: false, options: {} };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // always an object when the server listens on TCP
  await once(server.close(), 'close');
  return port;
}
