/** Why an autoscaled resource was scaled, or was not: read from the server, so that no worker is needed. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { WatchProgress, WatchResult } from '../domain/autoscale/watch.js';
import {
  type AutoscaleInput,
  type AutoscaleMemo,
  type Decision,
  autoscaleWorkflowId,
} from '../../workflows/autoscale-messages.js';

const { PENDING_ACTIVITY_STATE_CANCEL_REQUESTED } = proto.temporal.api.enums.v1.PendingActivityState;

export interface AutoscaleView {
  readonly memo: Partial<AutoscaleMemo>;
  /** The heartbeat of the watch: the last evaluation, acted on or not. Null before the first one. */
  readonly progress: WatchProgress | null;
  /** When the server last heard of the watch. */
  readonly heardAtMs: number | null;
}

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

export class AutoscaleReader {
  constructor(private readonly client: Client) {}

  /** Undefined where the resource is not autoscaled. */
  async view(resource: string): Promise<AutoscaleView | undefined> {
    try {
      const { memo, raw, status } = await this.handle(resource).describe();
      if (status.name !== 'RUNNING') return undefined;
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
      const { events } = await this.handle(resource).fetchHistory();
      const watches = new Set<string>();
      const decisions: Decision[] = [];
      for (const event of events ?? []) {
        const started = event.workflowExecutionStartedEventAttributes;
        if (started)
          decisions.push(
            ...((firstOf(started.input?.payloads) as AutoscaleInput | undefined)?.carried?.decisions ?? []),
          );
        const isWatch = event.activityTaskScheduledEventAttributes?.activityType?.name === 'watch';
        if (isWatch) watches.add(String(event.eventId));
        const completed = event.activityTaskCompletedEventAttributes;
        if (!completed) continue;
        if (watches.has(String(completed.scheduledEventId))) {
          const result = firstOf(completed.result?.payloads) as WatchResult | undefined;
          if (result) decisions.push({ evaluation: result.evaluation, runId: null });
        } else {
          const last = decisions.pop();
          if (last)
            decisions.push({ ...last, ...(firstOf(completed.result?.payloads) as Partial<Decision> | undefined) });
        }
      }
      return decisions.reverse().slice(0, most);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private handle(resource: string) {
    return this.client.workflow.getHandle(autoscaleWorkflowId(resource));
  }
}

/** Cast by the callers: written by our own workflow and activities, which have no other form of it. */
function firstOf(payloads: Payload[] | null | undefined): unknown {
  return payloads?.[0] && defaultPayloadConverter.fromPayload(payloads[0]);
}
