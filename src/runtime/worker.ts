/** Serves task queues for as long as the process runs: whatever ends a worker, there is another one. */
import type { QueueStatus } from './poll-watch.js';
import { TaskQueueWorker, type TaskQueueSettings } from './task-queue-worker.js';

export interface WorkerSettings extends Omit<TaskQueueSettings, 'taskQueue'> {
  readonly taskQueues: readonly string[];
}

export interface RunningWorker {
  /** By task queue. The worker is ready when all of them are polled. */
  status(): Readonly<Record<string, QueueStatus>>;
  /** Takes no new work, gives running activities their grace time, and lets go of the connections. */
  stop(): Promise<void>;
}

/** Returns at once: a server that is not there yet is waited for. */
export function startWorker(settings: WorkerSettings): RunningWorker {
  const workers = settings.taskQueues.map((taskQueue) => new TaskQueueWorker({ ...settings, taskQueue }));
  return {
    status: () => Object.fromEntries(workers.map((worker) => [worker.taskQueue, worker.status])),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
