/** Why an autoscaled resource was or was not scaled, read from the server, so that no worker is needed. */
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
  /** The task queue on which the autoscaler runs. */
  readonly taskQueue: string;
  /** What its watch has seen: the last evaluation, whether it was acted on or not. Null before the first evaluation. */
  readonly progress: Omit<WatchProgress, 'isHandedOver'> | null;
  /** The time of the watch's last heartbeat that the server received. */
  readonly heardAtMs: number | null;
  /** Why the watch, or a request of the autoscaler, is being retried. */
  readonly failure: PendingFailure | null;
  /** The last sign of life of the autoscaler: its start, an evaluation, or a heartbeat of its watch. */
  readonly lastSignMs: number;
  /** The workflow is paused in Temporal. */
  readonly isPaused: boolean;
  /** Null while the autoscaler is open. */
  readonly ended: { readonly status: string; readonly atMs: number | null } | null;
}

/** The result of a watch is at the end of the history, followed by only a few events. */
const latestEvents = 40;

export class AutoscaleReader {
  constructor(private readonly client: Client) {}

  /** The open autoscaler, or the last one. Undefined when there never was one, or when the server has deleted it. */
  async view(resource: string): Promise<AutoscaleView | undefined> {
    try {
      const { memo, raw, status, taskQueue, startTime, closeTime } = await this.handle(resource).describe();
      // A watch that was cancelled runs beside its successor until it learns of the cancellation, and its heartbeat is
      // out of date.
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

  /** What the last watch returned. The view shows it between two watches: the next one continues from it. */
  async lastDecided(resource: string): Promise<AutoscaleView['progress']> {
    const { history } = await this.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: this.client.options.namespace,
      execution: { workflowId: autoscaleWorkflowId(resource) },
      maximumPageSize: latestEvents,
    });
    const decided = lastWatchIn(history?.events ?? []);
    return decided && { ...decided, problem: null };
  }

  /**
   * The decisions that were acted on, newest first: from the history of the run, and those carried over from the
   * previous run.
   */
  async decisions(resource: string, most: number): Promise<Decision[] | undefined> {
    try {
      const handle = this.handle(resource);
      // For a workflow that never existed, a request for its history fails with the same error as an unavailable
      // server; a description does not.
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
