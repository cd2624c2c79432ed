/** What `import ... from 'escapement/activities'` offers: the activities of Escapement, for a worker of one's own. */
import { createActivities as activitiesOf, type Activities } from '../../activities/index.js';
import { taskQueuesOf } from '../config/config.js';
import { readServerSettings } from '../config/environment/process.js';
import { loadConfig } from '../config/load.js';
import { formatProblem } from '../config/problem.js';
import { createLogger } from '../process/logger.js';
import { createReceivers } from '../worker/event-receivers.js';
import { createAdapters } from '../worker/resource-adapters.js';
import { workerOptions as common } from '../worker/worker-options.js';

export type { Activities };

/** For `Worker.create`. A change in flight may take 20 s to finish when the worker is stopped. */
export const workerOptions = { ...common, shutdownGraceTime: '20s', shutdownForceTime: '22s' } as const;

export interface ActivitiesOptions {
  /** The path of the configuration file. */
  readonly config: string;
  /** The values of `${NAME}` in the file, and `LOG_LEVEL`. Default: `process.env`. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface OwnActivities {
  /** For `activities` of a worker. */
  readonly activities: Activities;
  /** The task queues of the resources: each needs a worker. */
  readonly taskQueues: readonly string[];
  /** Hands reads in progress over to other workers. Call it after `worker.shutdown()`. */
  handOver(): void;
  /** Closes the connections to platforms and sources. Call it when the workers have stopped. */
  close(): Promise<void>;
}

/**
 * Reads the configuration, and connects to its platforms, sources and receivers. It is read once: start the worker again
 * after a change.
 * @throws ConfigError (`code: 'CONFIG_INVALID'`) with every problem of the file.
 */
export async function createActivities({
  config: file,
  environment = process.env,
}: ActivitiesOptions): Promise<OwnActivities> {
  const { resources, events, warnings } = await loadConfig({ ...environment, ESCAPEMENT_CONFIG: file }, process.cwd());
  const log = createLogger(readServerSettings(environment).logLevel);
  for (const warning of warnings) log.warn(formatProblem(warning));
  const adapters = await createAdapters(resources, environment, log);
  const handOver = new AbortController();
  return {
    activities: activitiesOf(adapters, handOver.signal, await createReceivers(events, environment, log)),
    taskQueues: taskQueuesOf(resources),
    handOver: () => handOver.abort(),
    close: () => adapters.close(),
  };
}
