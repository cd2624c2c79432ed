/** Serves task queues as long as the process runs: a worker that ends is replaced. */
import type { QueueStatus } from './poll-watch.js';
import { TaskQueueWorker, type TaskQueueSettings } from './task-queue-worker.js';

export interface WorkerSettings extends Omit<TaskQueueSettings, 'taskQueue'> {
  readonly taskQueues: readonly string[];
}

export interface RunningWorker {
  /** Keyed by task queue. The process is ready when all of them are polled. */
  status(): Readonly<Record<string, QueueStatus>>;
  /** Serves these task queues too from now on. */
  serve(taskQueues: readonly string[]): void;
  /**
   * Runs the workflows of these task queues, in addition to those that are served, and stops doing so for all others.
   * Their activities do not run: this is for workflows that have to leave a task queue that no worker serves any more.
   */
  serveWorkflowsOf(taskQueues: readonly string[]): void;
  /** Accepts no new tasks, gives running activities their grace period, and closes the connections. */
  stop(): Promise<void>;
}

/** Returns at once. The workers wait for a server that is not running yet. */
export function startWorker(settings: WorkerSettings): RunningWorker {
  const serving = new Map<string, TaskQueueWorker>();
  const leaving = new Map<string, TaskQueueWorker>();
  const ending = new Set<Promise<void>>();
  let isStopping = false;

  const running: RunningWorker = {
    status: () => Object.fromEntries([...serving].map(([taskQueue, { status }]) => [taskQueue, status])),
    serve: (taskQueues) => {
      if (isStopping) return;
      for (const taskQueue of taskQueues) {
        if (serving.has(taskQueue)) continue;
        // A process may have one worker per task queue.
        const after = end(taskQueue);
        serving.set(taskQueue, new TaskQueueWorker({ ...settings, taskQueue, ...(after && { after }) }));
      }
    },
    serveWorkflowsOf: (taskQueues) => {
      if (isStopping) return;
      for (const taskQueue of leaving.keys()) if (!taskQueues.includes(taskQueue)) void end(taskQueue);
      for (const taskQueue of taskQueues) {
        if (serving.has(taskQueue) || leaving.has(taskQueue)) continue;
        leaving.set(taskQueue, new TaskQueueWorker({ ...settings, taskQueue, isLeaving: true }));
      }
    },
    stop: async () => {
      isStopping = true;
      await Promise.all([...[...serving.values(), ...leaving.values()].map((worker) => worker.stop()), ...ending]);
    },
  };
  running.serve(settings.taskQueues);
  return running;

  /** Stops a worker that runs only workflows. */
  function end(taskQueue: string): Promise<void> | undefined {
    const worker = leaving.get(taskQueue);
    if (!worker) return undefined;
    leaving.delete(taskQueue);
    const ended = worker.stop().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  }
}
