/** The state of a task queue on the server: its backlog, and whether tasks are added or dispatched. */
import type { Connection } from '@temporalio/client';
import { AdapterError } from '../../net/errors.js';

export type WorkflowService = Connection['workflowService'];
type TaskQueueType = NonNullable<Parameters<WorkflowService['describeTaskQueue']>[0]['taskQueueType']>;

/** Values of Temporal's enumeration, which the client does not export. */
const numbers = { workflow: 1, activity: 2 };
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the client does not export the enumeration
const queueTypes = numbers as Record<keyof typeof numbers, TaskQueueType>;

export interface QueueAsked {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly kinds: ReadonlySet<keyof typeof numbers>;
  /** Undefined: all workers. */
  readonly version: WorkerVersion | undefined;
}

export interface WorkerVersion {
  readonly deployment: string;
  readonly buildId: string;
}

export interface QueueSeen {
  readonly backlog: number;
  /** Tasks added per second, over the last 30 s. */
  readonly addRate: number;
  /** Tasks were added or dispatched within the last 30 s. */
  readonly isMoving: boolean;
  readonly isPolled: boolean;
}

export async function queueSeen(service: WorkflowService, { version, ...asked }: QueueAsked): Promise<QueueSeen> {
  const types = new Set([...asked.kinds].map((kind) => queueTypes[kind]));
  const queues =
    version === undefined
      ? await queuesOfAll(service, asked, types)
      : await queuesOfVersion(service, asked, version, types);
  return combined(queues);
}

type Named = Pick<QueueAsked, 'namespace' | 'taskQueue'>;

/** A worker polls again after 60 s at most. The server lists a poller for five minutes. */
const longestPollMs = 90_000;

function combined(queues: readonly QueueSeen[]): QueueSeen {
  return {
    backlog: queues.reduce((total, { backlog }) => total + backlog, 0),
    addRate: queues.reduce((total, { addRate }) => total + addRate, 0),
    isMoving: queues.some(({ isMoving }) => isMoving),
    isPolled: queues.some(({ isPolled }) => isPolled),
  };
}

/** The request also loads the queue: after 5 min without a poller the server drops its metrics, but not its tasks. */
async function queuesOfAll(
  service: WorkflowService,
  { namespace, taskQueue }: Named,
  types: ReadonlySet<TaskQueueType>,
): Promise<QueueSeen[]> {
  const seen: QueueSeen[] = [];
  const nowMs = Date.now();
  for (const taskQueueType of types) {
    const question = { namespace, taskQueue: { name: taskQueue }, taskQueueType, reportStats: true };
    const { stats, pollers } = await service.describeTaskQueue(question);
    const isPolled = pollers.some(
      ({ lastAccessTime }) => nowMs - Number(lastAccessTime?.seconds ?? 0) * 1000 < longestPollMs,
    );
    seen.push(oneQueue(stats, isPolled));
  }
  return seen;
}

async function queuesOfVersion(
  service: WorkflowService,
  { namespace, taskQueue }: Named,
  version: WorkerVersion,
  types: ReadonlySet<TaskQueueType>,
): Promise<QueueSeen[]> {
  const { versionTaskQueues } = await service.describeWorkerDeploymentVersion({
    namespace,
    deploymentVersion: { deploymentName: version.deployment, buildId: version.buildId },
    reportTaskQueueStats: true,
  });
  const found = versionTaskQueues.filter(({ name, type }) => name === taskQueue && type != null && types.has(type));
  if (found.length === 0) {
    const advice = 'A worker of the version must have polled the queue once. Check taskQueue and version.';
    throw new AdapterError('missing', `version ${version.buildId} has no task queue ${taskQueue}. ${advice}`);
  }
  return found.map(({ stats }) => oneQueue(stats, false));
}

interface Stats {
  readonly approximateBacklogCount?: unknown;
  readonly tasksAddRate?: number | null;
  readonly tasksDispatchRate?: number | null;
}

/** Protobuf's 64-bit numbers are objects, which Number() converts. */
function oneQueue(stats: Stats | null | undefined, isPolled: boolean): QueueSeen {
  const count = stats?.approximateBacklogCount;
  if (count === undefined || count === null) {
    throw new AdapterError('malformed', 'did not report the backlog. This requires Temporal server 1.25 or later.');
  }
  const addRate = stats?.tasksAddRate ?? 0;
  const isMoving = addRate > 0 || (stats?.tasksDispatchRate ?? 0) > 0;
  return { backlog: Number(count), addRate, isMoving, isPolled };
}
