/** Starts, controls, finds and removes autoscale workflows. No call here waits for a worker. */
import {
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Override, Pause } from '../../domain/autoscale/evaluation.js';
import type { Revision, Writing } from '../../domain/autoscale/revision.js';
import {
  type AutoscaleConfiguration,
  type AutoscaleInput,
  type AutoscaleMemo,
  autoscaleWorkflowId,
  autoscaleWorkflowType,
  configureSignal,
  evaluateSignal,
  overrideSignal,
  pauseSignal,
  removeSignal,
} from '../../../workflows/autoscale/messages.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

export interface AutoscaledResource extends AutoscaleConfiguration {
  readonly resource: string;
  readonly taskQueue: string;
  readonly revision: Revision;
}

/** An autoscaler as the server describes it. The autoscaler itself is not queried. */
export interface KnownAutoscaler {
  readonly resource: string;
  /** The task queue on which the autoscaler runs. */
  readonly taskQueue: string;
  readonly isOpen: boolean;
  /** The status of the workflow: `RUNNING`, `TERMINATED` and so on. */
  readonly status: string;
  readonly closedAtMs: number | null;
  readonly memo: Partial<AutoscaleMemo>;
  /**
   * The autoscaler has received a message that it has not handled yet, so its memo may be out of date. Always false in
   * a list.
   */
  readonly isBusy: boolean;
}

export interface FoundAutoscaler extends KnownAutoscaler {
  /** A live worker is running its watch. */
  readonly isWatched: boolean;
}

/** The resource is not autoscaled: it has no open autoscale workflow. */
export class NotAutoscaled extends Error {
  override readonly name = 'NotAutoscaled';
}

export class AutoscaleClient {
  constructor(private readonly client: Client) {}

  /**
   * The open autoscaler of a resource, or the last one. Undefined when there never was one, or when the server has
   * deleted it.
   */
  async find(resource: string): Promise<FoundAutoscaler | undefined> {
    try {
      const described = await this.handle(resource).describe();
      const { pendingActivities, pendingWorkflowTask } = described.raw;
      const isWatched = (pendingActivities ?? []).some(
        ({ activityType, state }) => activityType?.name === 'watch' && state === PENDING_ACTIVITY_STATE_STARTED,
      );
      return { ...known(described), isBusy: Boolean(pendingWorkflowTask), isWatched };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /**
   * Starts the autoscaler when there is none. The configuration is durable when this returns, even when an autoscaler
   * ends at the same moment.
   */
  async configure({ resource, taskQueue, settings, limits, revision }: AutoscaledResource): Promise<void> {
    const configuration: AutoscaleConfiguration = { settings, limits, taskQueue, revision };
    const input: AutoscaleInput = { resource, ...configuration };
    await this.client.workflow.signalWithStart(autoscaleWorkflowType, {
      workflowId: autoscaleWorkflowId(resource),
      taskQueue,
      args: [input],
      memo: { resource, revision },
      staticSummary: `autoscale ${resource}`,
      signal: configureSignal,
      signalArgs: [configuration],
    });
  }

  /** The autoscaler then ends, unless it has another owner or is configured again meanwhile. @throws NotAutoscaled */
  async remove(resource: string, writing: Writing): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(removeSignal, writing));
  }

  async pause(resource: string, pause: Pause | null): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(pauseSignal, pause));
  }

  async override(resource: string, override: Override | null): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(overrideSignal, override));
  }

  /** Evaluates now instead of at the end of the interval. */
  async evaluate(resource: string): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(evaluateSignal));
  }

  /** @throws NotAutoscaled */
  private async send(resource: string, message: (autoscale: WorkflowHandle) => Promise<void>): Promise<void> {
    try {
      await message(this.handle(resource));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new NotAutoscaled(`${resource} is not autoscaled`);
      throw error;
    }
  }

  private handle(resource: string): WorkflowHandle {
    return this.client.workflow.getHandle(autoscaleWorkflowId(resource));
  }
}

/** From a list of workflows, or from a description. */
export function known({ workflowId, taskQueue, status, closeTime, memo }: Described): KnownAutoscaler {
  return {
    resource: workflowId.slice(autoscaleWorkflowId('').length),
    taskQueue,
    isOpen: status.name === 'RUNNING' || status.name === 'PAUSED',
    status: status.name,
    closedAtMs: closeTime?.getTime() ?? null,
    // Only the workflow and its starter write the memo, always in this form.
    memo: memo ?? {},
    isBusy: false,
  };
}

type Described = Pick<WorkflowExecutionInfo, 'workflowId' | 'taskQueue' | 'status' | 'closeTime' | 'memo'>;
