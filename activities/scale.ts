/** The activities of a scale run on Temporal: heartbeats, cancellation, and the fence before a change. */
import { Context } from '@temporalio/activity';
import proto from '@temporalio/proto';
import type {
  ChangeOrder,
  ChangeResult,
  Confirmation,
  ConfirmOrder,
  ObserveOrder,
  ObserveResult,
} from '../src/domain/scale/orders.js';
import type { Platform, SendPermit } from '../src/adapters/platforms/platform.js';
import { type ChangeWorld, sendChange } from './change.js';
import { Interruption } from './interruption.js';
import { type LookProgress, type PollWorld, lookUntilActive, lookUntilConfirmed } from './poll.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

/** From the question to the write. A worker that was suspended for longer in between must not send. */
const permitLastsMs = 2000;
/** The SDK sends the latest heartbeat, at most as often as the worker's throttle allows. */
const heartbeatEveryMs = 1000;

export interface CapacityActivities {
  observe(order: ObserveOrder): Promise<ObserveResult>;
  change(order: ChangeOrder): Promise<ChangeResult>;
  confirm(order: ConfirmOrder): Promise<Confirmation>;
}

export interface CapacityDependencies {
  /**
   * @throws Error when the configuration of this worker does not contain the resource. The error is retried: the
   * resource may be added.
   */
  platformOf(resource: string): Platform;
}

/** @param stopping aborts when the worker starts to shut down: reads are handed over, a change is finished. */
export function capacityActivities(adapters: CapacityDependencies, stopping: AbortSignal): CapacityActivities {
  return {
    observe: (order) =>
      withHeartbeat('looking', (world) =>
        unlessStopping(stopping, world, (interruptible) =>
          lookUntilActive(adapters.platformOf(order.resource), order, interruptible),
        ),
      ),
    confirm: (order) =>
      withHeartbeat('confirming', (world) =>
        unlessStopping(stopping, world, (interruptible) =>
          lookUntilConfirmed(adapters.platformOf(order.resource), order, interruptible),
        ),
      ),
    change: (order) =>
      withHeartbeat('sending', (world) => sendChange(adapters.platformOf(order.resource), order, changeWorld(world))),
  };
}

async function withHeartbeat<T>(phase: LookProgress['phase'], work: (world: PollWorld) => Promise<T>): Promise<T> {
  const context = Context.current();
  const earlier = context.info.heartbeatDetails as LookProgress | undefined;
  const elapsedBeforeMs = earlier?.elapsedMs ?? 0;
  let progress: LookProgress = { phase, elapsedMs: elapsedBeforeMs };
  const beat = () => context.heartbeat(progress);
  beat();
  const ticker = setInterval(beat, heartbeatEveryMs);
  try {
    return await work({
      now: () => Date.now(),
      sleep: (ms) => context.sleep(ms),
      stopped: context.cancellationSignal,
      report: (latest) => {
        progress = latest;
      },
      elapsedBeforeMs,
    });
  } finally {
    clearInterval(ticker);
    // The latest progress is sent with a failure: the next attempt continues from it.
    beat();
  }
}

/**
 * When its worker shuts down, a read continues on another worker and keeps the part of the timeout that it has used.
 */
async function unlessStopping<T>(
  stopping: AbortSignal,
  world: PollWorld,
  look: (world: PollWorld) => Promise<T>,
): Promise<T> {
  const interruption = new Interruption(Context.current(), stopping);
  try {
    const seen = await look({ ...world, sleep: (ms) => interruption.sleep(ms), stopped: interruption.signal });
    if (interruption.isHandOver) interruption.throwIfInterrupted();
    return seen;
  } finally {
    interruption.close();
  }
}

function changeWorld(world: PollWorld): ChangeWorld {
  const context = Context.current();
  const outOfTime = new AbortController();
  context.cancellationSignal.addEventListener('abort', () => {
    // A cancelled run still needs the effect of its change; a worker whose shutdown grace period is over cannot wait
    // for it.
    if (context.cancellationDetails?.workerShutdown) outOfTime.abort();
  });
  return { ...world, requestSendPermit, outOfTime: outOfTime.signal };
}

/** The fence: only the server knows whether it has timed out this attempt. */
async function requestSendPermit(): Promise<SendPermit | undefined> {
  const { client, info } = Context.current();
  if (!info.workflowExecution) return undefined;
  const { workflowId, runId } = info.workflowExecution;
  const asked = { monotonicMs: performance.now(), wallMs: Date.now() };
  const { raw } = await client.withDeadline(asked.wallMs + permitLastsMs, () =>
    client.workflow.getHandle(workflowId, runId).describe(),
  );
  const pending = raw.pendingActivities?.find(({ activityId }) => activityId === info.activityId);
  const isWanted = pending?.attempt === info.attempt && pending.state === PENDING_ACTIVITY_STATE_STARTED;
  if (!isWanted) return undefined;
  return {
    // Both clocks: the monotonic clock stops in a suspended virtual machine, and the wall clock may be set.
    isValid: () =>
      performance.now() - asked.monotonicMs < permitLastsMs && Math.abs(Date.now() - asked.wallMs) < permitLastsMs,
  };
}
