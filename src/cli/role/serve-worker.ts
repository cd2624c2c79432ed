/** The worker of this process: it serves the task queues of all resources that it has. */
import { Client, type Connection } from '@temporalio/client';
import { createActivities, repeatableActivities } from '../../../activities/index.js';
import type { Watching } from '../../../activities/watch/watch.js';
import { taskQueuesOf, type Config } from '../../config/config.js';
import { lookAtEveryResource } from '../../worker/first-look.js';
import { workflowBundlePath } from '../../process/package-root.js';
import { Reconciler } from '../../worker/reconciler.js';
import { createReceivers } from '../../worker/event-receivers.js';
import { createAdapters, type ResourceAdapters } from '../../worker/resource-adapters.js';
import { countCall, showPolls, showWatches, startAtZero } from '../../worker/worker-metrics.js';
import type { TemporalSettings } from '../../client/temporal/connection.js';
import { type RunningWorker, startWorker } from '../../worker/worker.js';
import { installTemporalRuntime } from '../../worker/sdk.js';
import type { Role } from './role.js';

export interface WorkerDependencies {
  /** The resources that it serves: those of one site, or all. */
  readonly resources: Config['resources'];
  /** Selects the resources of this worker from a reloaded configuration; default: all. */
  readonly select?: (resources: Config['resources']) => Config['resources'];
  readonly temporal: TemporalSettings;
  readonly connection: Connection;
  /** How long a change in flight may take to finish when the worker is stopped. */
  readonly shutdownGraceMs: number;
}

export interface ServedWorker extends Pick<RunningWorker, 'status'> {
  readonly adapters: ResourceAdapters;
}

/** Returns at once; the worker waits for Temporal and the platforms. */
export async function serveWorker(
  { env, config, live, log, metrics, shutdown, tracing }: Role,
  parts: WorkerDependencies,
): Promise<ServedWorker> {
  const { resources, select = everything, ...connected } = parts;
  installTemporalRuntime(log, metrics);
  const adapters = await createAdapters(resources, env, log, (call) => countCall(metrics, call), tracing?.call);
  const receivers = await createReceivers(config.events, env, log);
  shutdown.onStop('the adapters', () => adapters.close());
  void lookAtEveryResource(Object.keys(resources), { adapters, log, signal: shutdown.stopping });

  const watches = new Map<string, Watching>();
  const taskQueues = taskQueuesOf(resources);
  const handOver = new AbortController();
  const worker = startWorker({
    ...connected,
    log,
    taskQueues,
    activities: createActivities(
      { ...adapters, watches, ...(tracing && { traceLook: tracing.look }) },
      handOver.signal,
      receivers,
    ),
    repeatable: repeatableActivities,
    workflowBundle: workflowBundlePath(tracing ? 'traced' : 'plain'),
    ...(tracing && { tracing: tracing.worker }),
  });
  shutdown.onStop('the worker', async () => {
    const stopped = worker.stop();
    // Only after the worker has begun to cancel its polls; otherwise it may receive again what it hands over.
    handOver.abort();
    await stopped;
  });
  startAtZero(metrics, Object.keys(resources));
  showWatches(metrics, watches);
  showPolls(metrics, () => worker.status());
  const reconciler = new Reconciler({
    client: new Client({ connection: parts.connection, namespace: parts.temporal.namespace }),
    log,
    signal: shutdown.stopping,
    isServed: (taskQueue) => taskQueue in worker.status(),
    onLeft: (left) => worker.serveWorkflowsOf(left),
  });
  reconciler.use({ ...config, served: resources });
  live.onReload(async (next) => {
    const served = select(next.resources);
    const useReceivers = await receivers.prepare(next.events);
    await adapters.reload(served);
    useReceivers();
    worker.serve(taskQueuesOf(served));
    startAtZero(metrics, Object.keys(served));
    reconciler.use({ ...next, served });
  });
  return { adapters, status: () => worker.status() };
}

const everything = (all: Config['resources']): Config['resources'] => all;
