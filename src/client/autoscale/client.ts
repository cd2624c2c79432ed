/** Starts, controls, finds and removes autoscale workflows. Nothing here waits for a worker. */
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

/** An autoscaler as the server knows it, without asking it. */
export interface KnownAutoscaler {
  readonly resource: string;
  /** Where it runs. */
  readonly taskQueue: string;
  readonly isOpen: boolean;
  /** `RUNNING`, `TERMINATED` and so on. */
  readonly status: string;
  readonly closedAtMs: number | null;
  readonly memo: Partial<AutoscaleMemo>;
  /** It has been told something that it has not dealt with: what its memo says may be out of date. Never known of a list. */
  readonly isBusy: boolean;
}

export interface FoundAutoscaler extends KnownAutoscaler {
  /** A worker that lives has its watch. */
  readonly isWatched: boolean;
}

/** The resource is not autoscaled: there is no open autoscale workflow. */
export class NotAutoscaled extends Error {
  override readonly name = 'NotAutoscaled';
}

export class AutoscaleClient {
  constructor(private readonly client: Client) {}

  /** The open or the last one of a resource. Undefined where there never was one, or nobody remembers. */
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

  /** Starts it where there is none. Durable when it returns, also at the very moment at which one ends. */
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

  /** It ends by itself, unless its owner is another one, or somebody configures it meanwhile. @throws NotAutoscaled */
  async remove(resource: string, writing: Writing): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(removeSignal, writing));
  }

  async pause(resource: string, pause: Pause | null): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(pauseSignal, pause));
  }

  async override(resource: string, override: Override | null): Promise<void> {
    await this.send(resource, (autoscale) => autoscale.signal(overrideSignal, override));
  }

  /** Now, rather than when the interval is over. */
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

/** By a list, or a description of it. */
export function known({ workflowId, taskQueue, status, closeTime, memo }: Described): KnownAutoscaler {
  return {
    resource: workflowId.slice(autoscaleWorkflowId('').length),
    taskQueue,
    isOpen: status.name === 'RUNNING' || status.name === 'PAUSED',
    status: status.name,
    closedAtMs: closeTime?.getTime() ?? null,
    // Written by the workflow and its starter alone, which have no other form of it.
    memo: memo ?? {},
    isBusy: false,
  };
}

type Described = Pick<WorkflowExecutionInfo, 'workflowId' | 'taskQueue' | 'status' | 'closeTime' | 'memo'>;
