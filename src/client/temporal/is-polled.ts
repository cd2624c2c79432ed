/** Whether any worker polls for the workflows of a task queue. */
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

/** The server lists a poller for minutes after its last poll, which lasts one minute. */
const pollsAtLeastEveryMs = 90_000;

export async function isPolled(client: Client, taskQueue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  // Compares two clocks. An incorrect result costs an unneeded worker, or a delay of a minute.
  const sinceMs = Date.now() - pollsAtLeastEveryMs;
  return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > sinceMs);
}
