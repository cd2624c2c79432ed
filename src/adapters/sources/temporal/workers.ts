/**
 * The tasks that the workers of a task queue run, from the heartbeats that workers send to the server, by default every
 * 60 s. The server itself does not count dispatched tasks.
 */
import type { QueueAsked, WorkflowService } from './queues.js';

type ListedWorkers = Awaited<ReturnType<WorkflowService['listWorkers']>>;
type Heartbeat = NonNullable<ListedWorkers['workersInfo'][number]['workerHeartbeat']>;
type Slots = Heartbeat['activityTaskSlotsInfo'];

export interface WorkersSeen {
  /** Number of workers with a recent heartbeat. */
  readonly workers: number;
  /** Tasks that they run. */
  readonly running: number;
  /** Whether any worker ran a task since its previous heartbeat. */
  readonly wereBusy: boolean;
  /** The oldest of the workers' last heartbeats. Infinity if there is none. */
  readonly oldestAtMs: number;
}

/** Longer than two heartbeats at the longest interval. The last heartbeat of a killed worker remains on the server. */
const goneAfterMs = 150_000;
/** Value of an enumeration that the client does not export. */
const runningStatus = 1;

export async function workersSeen(service: WorkflowService, asked: QueueAsked, nowMs: number): Promise<WorkersSeen> {
  const heartbeats = (await allHeartbeats(service, asked)).filter((heartbeat) => isOf(asked, heartbeat, nowMs));
  const slots = heartbeats.flatMap((heartbeat) => slotsOf(heartbeat, asked));
  return {
    workers: heartbeats.length,
    running: sum(slots.map((each) => each?.currentUsedSlots ?? 0)),
    wereBusy: slots.some((each) => (each?.lastIntervalProcessedTasks ?? 0) > 0),
    // A worker that shuts down sends no more heartbeats.
    oldestAtMs: Math.min(...heartbeats.filter(({ status }) => Number(status) === runningStatus).map(timeOf)),
  };
}

async function allHeartbeats(service: WorkflowService, { namespace, taskQueue }: QueueAsked): Promise<Heartbeat[]> {
  // A name with a quote cannot be put into the query, so isOf() filters all workers.
  const query = taskQueue.includes("'") ? '' : `TaskQueue='${taskQueue}'`;
  const found: Heartbeat[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await service.listWorkers({ namespace, query, ...(nextPageToken && { nextPageToken }) });
    found.push(...page.workersInfo.flatMap(({ workerHeartbeat }) => workerHeartbeat ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  return found;
}

function isOf({ taskQueue, version }: QueueAsked, heartbeat: Heartbeat, nowMs: number): boolean {
  if (heartbeat.taskQueue !== taskQueue || nowMs - timeOf(heartbeat) > goneAfterMs) return false;
  const { deploymentName, buildId } = heartbeat.deploymentVersion ?? {};
  return version === undefined || (deploymentName === version.deployment && buildId === version.buildId);
}

function slotsOf(heartbeat: Heartbeat, { kinds }: QueueAsked): Slots[] {
  return [
    ...(kinds.has('activity') ? [heartbeat.activityTaskSlotsInfo] : []),
    ...(kinds.has('workflow') ? [heartbeat.workflowTaskSlotsInfo, heartbeat.localActivitySlotsInfo] : []),
  ];
}

/** Protobuf's 64-bit numbers are objects, which Number() converts. */
function timeOf({ heartbeatTime }: Heartbeat): number {
  return Number(heartbeatTime?.seconds ?? 0) * 1000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
