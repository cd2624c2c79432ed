/** The activities of a scale run, bound to Temporal: heartbeats, cancellation, and the fence before a change. */
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

/** From the question to the write: a worker that was frozen for longer in between must not send. */
const permitLastsMs = 2000;
/** The SDK passes on what is newest, no more often than the worker's throttle says. */
const heartbeatEveryMs = 1000;

export interface CapacityActivities {
  observe(order: ObserveOrder): Promise<ObserveResult>;
  change(order: ChangeOrder): Promise<ChangeResult>;
  confirm(order: ConfirmOrder): Promise<Confirmation>;
}

export interface CapacityDependencies {
  /** @throws Error where this worker's configuration has no such resource: tried again, for it may be added. */
  platformOf(resource: string): Platform;
}

/** @param stopping aborts when the worker is about to stop: looks are handed over, a change is finished. */
export function capacityActivities(adapters: CapacityDependencies, stopping: AbortSignal): CapacityActivities {
  return {
    observe: (order) =>
      withHeartbeat('looking', (world) =>
        unlessStopping(stopping, world, (mortal) =>
          lookUntilActive(adapters.platformOf(order.resource), order, mortal),
        ),
      ),
    confirm: (order) =>
      withHeartbeat('confirming', (world) =>
        unlessStopping(stopping, world, (mortal) =>
          lookUntilConfirmed(adapters.platformOf(order.resource), order, mortal),
        ),
      ),
    change: (order) =>
      withHeartbeat('sending', (world) =>
        sendChange(adapters.platformOf(order.resource), order, changeSurroundings(world)),
      ),
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
    // What is newest goes along with a failure: the next attempt goes on from it.
    beat();
  }
}

/** A look that its worker has no time for goes on elsewhere, with what it has spent of its time-out. */
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

function changeSurroundings(world: PollWorld): ChangeWorld {
  const context = Context.current();
  const outOfTime = new AbortController();
  context.cancellationSignal.addEventListener('abort', () => {
    // A cancelled run still wants to know what became of its change; a worker whose grace time is over cannot wait.
    if (context.cancellationDetails?.workerShutdown) outOfTime.abort();
  });
  return { ...world, requestSendPermit, outOfTime: outOfTime.signal };
}

/** The fence: the server alone knows whether it has given this attempt up. */
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
    // Both clocks: the monotonic one stands still in a frozen virtual machine, the other may be set.
    isValid: () =>
      performance.now() - asked.monotonicMs < permitLastsMs && Math.abs(Date.now() - asked.wallMs) < permitLastsMs,
  };
}
