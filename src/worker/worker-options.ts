/** How a worker of Escapement differs from the defaults of the SDK. */
import type { WorkerOptions } from '@temporalio/worker';

/**
 * A server splits a task queue into four partitions by default. With five pollers, every partition has at least one
 * poller of this worker, including the partition whose pollers the server reports.
 */
const pollers = { type: 'autoscaling', minimum: 5, initial: 5, maximum: 50 } as const;

export const workerOptions = {
  // Workflows that a killed worker had cached wait this long before another worker gets them (measured: 3 s instead of
  // 12 s in total).
  stickyQueueScheduleToStartTimeout: '1s',
  // A cancellation reaches an activity with the next heartbeat that is actually sent, and the status shows the last one
  // sent.
  maxHeartbeatThrottleInterval: '5s',
  // Watches and waits sleep nearly all the time: slots cost memory, not CPU (measured: 10,000 of them on 11 % of a
  // core).
  maxConcurrentActivityTaskExecutions: 12_000,
  maxConcurrentWorkflowTaskExecutions: 100,
  maxCachedWorkflows: 500,
  workflowTaskPollerBehavior: pollers,
  activityTaskPollerBehavior: pollers,
} satisfies Partial<WorkerOptions>;
