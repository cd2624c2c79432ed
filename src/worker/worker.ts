/** Serves task queues for as long as the process runs: whatever ends a worker, there is another one. */
import type { QueueStatus } from './poll-watch.js';
import { TaskQueueWorker, type TaskQueueSettings } from './task-queue-worker.js';

export interface WorkerSettings extends Omit<TaskQueueSettings, 'taskQueue'> {
  readonly taskQueues: readonly string[];
}

export interface RunningWorker {
  /** By task queue. The worker is ready when all of them are polled. */
  status(): Readonly<Record<string, QueueStatus>>;
  /** Serves these too from now on. */
  serve(taskQueues: readonly string[]): void;
  /**
   * Carries out the workflows of these task queues, and of no others besides those it serves. None of their activities:
   * for workflows that are to leave a task queue that nobody serves any more.
   */
  serveWorkflowsOf(taskQueues: readonly string[]): void;
  /** Takes no new work, gives running activities their grace time, and lets go of the connections. */
  stop(): Promise<void>;
}

/** Returns at once: a server that is not there yet is waited for. */
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
        // A process may have one worker a task queue.
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

  /** Of one that only carries out workflows. */
  function end(taskQueue: string): Promise<void> | undefined {
    const worker = leaving.get(taskQueue);
    if (!worker) return undefined;
    leaving.delete(taskQueue);
    const ended = worker.stop().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  }
}
