/** The worker of this process: it serves the task queues of all resources it knows. */
import { Client, type Connection } from '@temporalio/client';
import { createActivities, repeatableActivities } from '../../activities/index.js';
import { taskQueuesOf, type Config } from '../config/config.js';
import { lookAtEveryResource } from '../runtime/first-look.js';
import { workflowBundlePath } from '../runtime/package-root.js';
import { createAdapters, type ResourceAdapters } from '../runtime/resource-adapters.js';
import type { TemporalSettings } from '../runtime/temporal-connection.js';
import { type RunningWorker, startWorker } from '../runtime/worker.js';
import { installTemporalRuntime } from '../runtime/worker-sdk.js';
import { reconcileWhenReachable } from './autoscales.js';
import type { Role } from './role.js';

export interface WorkerParts {
  /** What it serves: the resources of one site, or all. */
  readonly resources: Config['resources'];
  /** Which resources of a configuration that is read again are its own; default: all. */
  readonly select?: (resources: Config['resources']) => Config['resources'];
  readonly temporal: TemporalSettings;
  readonly connection: Connection;
  /** How long a change that is in flight may take to finish when the worker is stopped. */
  readonly shutdownGraceMs: number;
}

export interface ServedWorker extends Pick<RunningWorker, 'status'> {
  readonly adapters: ResourceAdapters;
}

/** Answers at once; Temporal and the platforms are waited for. */
export async function serveWorker({ env, live, log, shutdown }: Role, parts: WorkerParts): Promise<ServedWorker> {
  const { resources, select = everything, ...connected } = parts;
  installTemporalRuntime(log);
  const adapters = await createAdapters(resources, env);
  shutdown.onStop('the adapters', () => adapters.close());
  void lookAtEveryResource(Object.keys(resources), { adapters, log, signal: shutdown.stopping });

  const taskQueues = taskQueuesOf(resources);
  const handOver = new AbortController();
  const worker = startWorker({
    ...connected,
    log,
    taskQueues,
    activities: createActivities(adapters, handOver.signal),
    repeatable: repeatableActivities,
    workflowBundle: workflowBundlePath(),
  });
  shutdown.onStop('the worker', async () => {
    const stopped = worker.stop();
    // Not before it has begun to withdraw its polls, or it may be given again what it hands over.
    handOver.abort();
    await stopped;
  });
  const client = new Client({ connection: parts.connection, namespace: parts.temporal.namespace });
  let reconciled = Promise.resolve();
  const reconcile = (configured: Config['resources']): void => {
    // Also on those that it has served since the start, and that no resource is left on.
    const sites = [...new Set([...taskQueues, ...taskQueuesOf(configured)])];
    const parts = { client, taskQueues: sites, log, signal: shutdown.stopping };
    // One after the other: what an older configuration starts must not come after a newer one has ended it.
    reconciled = reconciled.then(() => reconcileWhenReachable(configured, parts));
  };
  reconcile(resources);
  live.onReload(async (all) => {
    const next = select(all);
    await adapters.reload(next);
    const unserved = taskQueuesOf(next).filter((queue) => !taskQueues.includes(queue));
    if (unserved.length > 0) log.warn({ unserved }, 'Task queues that are new are served after a restart');
    reconcile(next);
  });
  return { adapters, status: () => worker.status() };
}

const everything = (all: Config['resources']): Config['resources'] => all;
