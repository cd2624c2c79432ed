/** Starts, controls and explains autoscale workflows. Nothing here waits for a worker. */
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { Override, Pause } from '../domain/autoscale/evaluation.js';
import {
  type AutoscaleConfiguration,
  type AutoscaleInput,
  autoscaleWorkflowId,
  autoscaleWorkflowType,
  configureSignal,
  evaluateSignal,
  overrideSignal,
  pauseSignal,
} from '../../workflows/autoscale-messages.js';

export interface AutoscaledResource extends AutoscaleConfiguration {
  readonly resource: string;
  readonly taskQueue: string;
}

export interface Reconciled {
  /** Has an autoscale workflow now that carries this configuration. */
  readonly configured: string[];
  /** Had one, and is not in the configuration any more. */
  readonly removed: string[];
}

/** Thousands of resources should not take a round trip each, nor ask the server all at once. */
const configuredAtOnce = 16;

/** The resource is not autoscaled: there is no open autoscale workflow. */
export class NotAutoscaled extends Error {
  override readonly name = 'NotAutoscaled';
}

export class AutoscaleClient {
  constructor(private readonly client: Client) {}

  /**
   * Makes what runs agree with the configuration. Policies that stay keep what they remember.
   * @param taskQueues of this site: autoscale workflows on others belong to other sites, and are left alone.
   */
  async reconcile(resources: readonly AutoscaledResource[], taskQueues: readonly string[]): Promise<Reconciled> {
    for (let first = 0; first < resources.length; first += configuredAtOnce) {
      await Promise.all(resources.slice(first, first + configuredAtOnce).map((resource) => this.configure(resource)));
    }
    const configured = resources.map(({ resource }) => resource);
    const wanted = new Set(configured.map(autoscaleWorkflowId));
    const removed: string[] = [];
    const query = `WorkflowType = '${autoscaleWorkflowType}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId, taskQueue } of this.client.workflow.list({ query })) {
      if (wanted.has(workflowId) || !taskQueues.includes(taskQueue)) continue;
      await this.client.workflow.getHandle(workflowId).cancel();
      removed.push(workflowId.slice(autoscaleWorkflowId('').length));
    }
    return { configured, removed };
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

  private async configure({ resource, taskQueue, settings, limits }: AutoscaledResource): Promise<void> {
    const input: AutoscaleInput = { resource, settings, limits };
    await this.client.workflow.signalWithStart(autoscaleWorkflowType, {
      workflowId: autoscaleWorkflowId(resource),
      taskQueue,
      args: [input],
      memo: { resource },
      staticSummary: `autoscale ${resource}`,
      signal: configureSignal,
      signalArgs: [{ settings, limits }],
    });
  }

  /** @throws NotAutoscaled */
  private async send(resource: string, message: (autoscale: WorkflowHandle) => Promise<void>): Promise<void> {
    try {
      await message(this.client.workflow.getHandle(autoscaleWorkflowId(resource)));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new NotAutoscaled(`${resource} is not autoscaled`);
      throw error;
    }
  }
}
