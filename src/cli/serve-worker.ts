/** The worker of this process: it serves the task queues of all resources it knows. */
import type { Connection } from '@temporalio/client';
import { createActivities } from '../../activities/index.js';
import type { Config } from '../config/config.js';
import { lookAtEveryResource } from '../runtime/first-look.js';
import { workflowBundlePath } from '../runtime/package-root.js';
import { createAdapters, type ResourceAdapters } from '../runtime/resource-adapters.js';
import type { TemporalSettings } from '../runtime/temporal-connection.js';
import { type RunningWorker, startWorker } from '../runtime/worker.js';
import type { Role } from './role.js';

export interface WorkerParts {
  /** What it serves: the resources of one site, or all. */
  readonly resources: Config['resources'];
  readonly temporal: TemporalSettings;
  readonly connection: Connection;
  /** How long a change that is in flight may take to finish when the worker is stopped. */
  readonly shutdownGraceMs: number;
}

export interface ServedWorker extends Pick<RunningWorker, 'status'> {
  readonly adapters: ResourceAdapters;
}

/** Answers at once; Temporal and the platforms are waited for. */
export async function serveWorker({ env, log, shutdown }: Role, parts: WorkerParts): Promise<ServedWorker> {
  const { resources, ...connected } = parts;
  const adapters = await createAdapters(resources, env);
  shutdown.onStop('the adapters', () => adapters.close());
  void lookAtEveryResource(Object.keys(resources), { adapters, log, signal: shutdown.stopping });

  const worker = startWorker({
    ...connected,
    log,
    taskQueues: [...new Set(Object.values(resources).map(({ taskQueue }) => taskQueue))],
    activities: createActivities(adapters),
    workflowBundle: workflowBundlePath(),
  });
  shutdown.onStop('the worker', () => worker.stop());
  return { adapters, status: () => worker.status() };
}
