/** Why an autoscaled resource was scaled, or was not: read from the server, so that no worker is needed. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { WatchProgress } from '../domain/autoscale/watch.js';
import { type AutoscaleMemo, type Decision, autoscaleWorkflowId } from '../../workflows/autoscale-messages.js';
import { decisionsIn } from './decisions-in.js';
import { firstOf } from './payloads.js';
import { isOpenStatus } from './run-reader.js';

const { PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = proto.temporal.api.enums.v1.PendingActivityState;

export interface AutoscaleView {
  readonly memo: Partial<AutoscaleMemo>;
  /** The heartbeat of the watch: the last evaluation, acted on or not. Null before the first one. */
  readonly progress: WatchProgress | null;
  /** When the server last heard of the watch. */
  readonly heardAtMs: number | null;
}

export class AutoscaleReader {
  constructor(private readonly client: Client) {}

  /** Undefined where the resource is not autoscaled. */
  async view(resource: string): Promise<AutoscaleView | undefined> {
    try {
      const { memo, raw, status } = await this.handle(resource).describe();
      if (!isOpenStatus(status.name)) return undefined;
      const heartbeats = (raw.pendingActivities ?? []).flatMap(
        ({ activityType, heartbeatDetails, lastHeartbeatTime, state }) => {
          const progress = firstOf(heartbeatDetails?.payloads) as WatchProgress | undefined;
          const heardAtMs = Number(lastHeartbeatTime?.seconds ?? 0) * 1000;
          const isCalledOff = state === PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
          return activityType?.name === 'watch' && progress ? [{ progress, heardAtMs, isCalledOff }] : [];
        },
      );
      // A watch that was called off goes on beside its successor until it hears of it, and knows nothing of why.
      const watch = heartbeats.find(({ isCalledOff }) => !isCalledOff) ?? heartbeats.at(-1);
      return { memo: memo ?? {}, progress: watch?.progress ?? null, heardAtMs: watch?.heardAtMs ?? null };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
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
