/** Why an autoscaled resource was scaled, or was not: read from the server, so that no worker is needed. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { WatchProgress } from '../../domain/autoscale/watch.js';
import { type AutoscaleMemo, type Decision, autoscaleWorkflowId } from '../../../workflows/autoscale/messages.js';
import { decisionsIn, lastWatchIn } from './decisions-in.js';
import { firstOf } from '../temporal/payloads.js';
import { type PendingFailure, failureOf } from '../temporal/pending-failure.js';
import { isOpenStatus } from '../scale/runs.js';

const { PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = proto.temporal.api.enums.v1.PendingActivityState;

export interface AutoscaleView {
  readonly memo: Partial<AutoscaleMemo>;
  /** Where it runs. */
  readonly taskQueue: string;
  /** What its watch has seen: the last evaluation, acted on or not. Null before the first one. */
  readonly progress: Omit<WatchProgress, 'isHandedOver'> | null;
  /** When the server last heard of the watch. */
  readonly heardAtMs: number | null;
  /** Why the watch, or a request of it, is tried again and again. */
  readonly failure: PendingFailure | null;
  /** The last thing that is known to have happened to it: it was started, or its watch looked or was heard of. */
  readonly lastSignMs: number;
  /** By somebody in Temporal. */
  readonly isPaused: boolean;
  /** Null while it is open. */
  readonly ended: { readonly status: string; readonly atMs: number | null } | null;
}

/** A watch that has decided is at the end of the history, with the few events that came since. */
const latestEvents = 40;

export class AutoscaleReader {
  constructor(private readonly client: Client) {}

  /** The open one or the last. Undefined where there never was one, or the server does not remember it. */
  async view(resource: string): Promise<AutoscaleView | undefined> {
    try {
      const { memo, raw, status, taskQueue, startTime, closeTime } = await this.handle(resource).describe();
      // One that was called off goes on beside its successor until it hears of it, and knows nothing of why.
      const pending = (raw.pendingActivities ?? []).filter(
        ({ state }) => state !== PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
      );
      const heartbeat = pending.map(heartbeatOf).find((each) => each !== undefined);
      const progress = heartbeat?.progress ?? (await this.lastDecided(resource));
      const signsMs = [startTime.getTime(), heartbeat?.heardAtMs ?? 0, progress?.evaluation?.atMs ?? 0];
      return {
        memo: memo ?? {},
        taskQueue,
        progress,
        heardAtMs: heartbeat?.heardAtMs ?? null,
        failure: pending.map(failureOf).find((failure) => failure !== null) ?? null,
        lastSignMs: Math.max(...signsMs),
        isPaused: status.name === 'PAUSED',
        ended: isOpenStatus(status.name) ? null : { status: status.name, atMs: closeTime?.getTime() ?? null },
      };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** While what a watch has decided is being asked for, and until the next one has begun: what that one will go on from. */
  private async lastDecided(resource: string): Promise<AutoscaleView['progress']> {
    const { history } = await this.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: this.client.options.namespace,
      execution: { workflowId: autoscaleWorkflowId(resource) },
      maximumPageSize: latestEvents,
    });
    const decided = lastWatchIn(history?.events ?? []);
    return decided && { ...decided, problem: null };
  }

  /** What was acted on, newest first: from the history of the run, and what it carried over from the one before. */
  async decisions(resource: string, most: number): Promise<Decision[] | undefined> {
    try {
      const handle = this.handle(resource);
      // Of a workflow that never was, a history is refused like by a server in trouble; a description is not.
      await handle.describe();
      const { events } = await handle.fetchHistory();
      return decisionsIn(events ?? [])
        .reverse()
        .slice(0, most);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private handle(resource: string) {
    return this.client.workflow.getHandle(autoscaleWorkflowId(resource));
  }
}

function heartbeatOf({ activityType, heartbeatDetails, lastHeartbeatTime }: PendingActivity) {
  const progress = firstOf(heartbeatDetails?.payloads) as WatchProgress | undefined;
  const heardAtMs = Number(lastHeartbeatTime?.seconds ?? 0) * 1000;
  return activityType?.name === 'watch' && progress ? { progress, heardAtMs } : undefined;
}

type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;
