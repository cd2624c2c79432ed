/**
 * What the workers of a task queue have in hand, by the heartbeats that they send to the server: every 60 s as a rule. The
 * server itself counts a task that was handed out no more.
 */
import type { QueueAsked, WorkflowService } from './queues.js';

type ListedWorkers = Awaited<ReturnType<WorkflowService['listWorkers']>>;
type Heartbeat = NonNullable<ListedWorkers['workersInfo'][number]['workerHeartbeat']>;
type Slots = Heartbeat['activityTaskSlotsInfo'];

export interface WorkersSeen {
  /** How many workers are there by their heartbeats. */
  readonly workers: number;
  /** Tasks that they run. */
  readonly running: number;
  /** Some of them ran a task since the heartbeat before. */
  readonly wereBusy: boolean;
  /** The oldest of their last heartbeats. Infinity where there is none. */
  readonly oldestAtMs: number;
}

/** Longer than two heartbeats at their longest interval: a worker that was killed leaves its last one behind. */
const goneAfterMs = 150_000;
/** Of the enumeration that the client does not export. */
const runningStatus = 1;

export async function workersSeen(service: WorkflowService, asked: QueueAsked, nowMs: number): Promise<WorkersSeen> {
  const heartbeats = (await allHeartbeats(service, asked)).filter((heartbeat) => isOf(asked, heartbeat, nowMs));
  const slots = heartbeats.flatMap((heartbeat) => slotsOf(heartbeat, asked));
  return {
    workers: heartbeats.length,
    running: sum(slots.map((each) => each?.currentUsedSlots ?? 0)),
    wereBusy: slots.some((each) => (each?.lastIntervalProcessedTasks ?? 0) > 0),
    // One that shuts down sends no more.
    oldestAtMs: Math.min(...heartbeats.filter(({ status }) => Number(status) === runningStatus).map(timeOf)),
  };
}

async function allHeartbeats(service: WorkflowService, { namespace, taskQueue }: QueueAsked): Promise<Heartbeat[]> {
  // A name that would end the text of the query is looked for here.
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

/** Protobuf's 64-bit numbers come as objects, which Number() takes by their text. */
function timeOf({ heartbeatTime }: Heartbeat): number {
  return Number(heartbeatTime?.seconds ?? 0) * 1000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
