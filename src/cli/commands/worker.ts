/** `escapement worker`: carries out scale runs, close to the platforms that it changes. */
import { Command } from 'commander';
import { taskQueuesOf, type Config } from '../../config/config.js';
import { ConfigError } from '../../config/problem.js';
import { checkPorts } from '../../process/ports.js';
import { connectClient } from '../../client/temporal/connection.js';
import { prose } from '../terminal.js';
import { howARoleEnds, refuseDemo, runRole, type Role } from '../role/role.js';
import { serveHealth } from '../role/serve-health.js';

/** A deployment waits until changes in flight have finished, so that none has an unknown outcome. */
const shutdownGraceMs = 20_000;
const deadlineMs = 28_000;

export function workerCommand(): Command {
  return new Command('worker')
    .summary('run a worker, which carries out scale runs')
    .description(
      prose(`
Runs a worker: it observes and changes resources, so it must reach their platforms (for a sidecar, run it on the same
host). Run any number of workers; each resource is still changed by one run at a time.

Temporal: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and so on, or a profile, as for the
temporal command. Default: 127.0.0.1:7233. The worker waits until the server answers. GET /healthz, /readyz and /metrics are
served on ESCAPEMENT_WORKER_PORT (3001).

${howARoleEnds}`),
    )
    .option('--task-queue <name...>', 'serve only resources of these task queues (default: all task queues)')
    .action(({ taskQueue }: { taskQueue?: string[] }) => runRole((role) => work(role, taskQueue), { deadlineMs }));
}

async function work(role: Role, taskQueues: readonly string[] | undefined): Promise<void> {
  refuseDemo(role);
  const { config, settings, temporal, shutdown } = role;
  const select = (all: Config['resources']) => (taskQueues ? resourcesOn(taskQueues, all) : all);
  const resources = select(config.resources);
  const { listen: host, workerPort: port } = settings;
  await checkPorts([{ use: 'health of the worker', host, port, setting: 'ESCAPEMENT_WORKER_PORT' }]);
  const connection = connectClient(temporal);
  shutdown.onStop('the connection', () => connection.close());
  const { serveWorker } = await import('../role/serve-worker.js');
  const worker = await serveWorker(role, { resources, select, temporal, connection, shutdownGraceMs });
  await serveHealth(role, worker);
}

function resourcesOn(taskQueues: readonly string[], resources: Config['resources']): Config['resources'] {
  const all = Object.entries(resources);
  const unknown = taskQueues.filter((name) => !all.some(([, { taskQueue }]) => taskQueue === name));
  if (unknown.length > 0) {
    const problem = `no resource has the task queue ${unknown.join(', ')}`;
    const fix = `use ${taskQueuesOf(resources).join(', ')}`;
    throw new ConfigError([{ path: '--task-queue', problem, fix }]);
  }
  return Object.fromEntries(all.filter(([, { taskQueue }]) => taskQueues.includes(taskQueue)));
}
