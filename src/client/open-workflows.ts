/**
 * The open autoscalers and scale runs of a namespace, from one list. Temporal's visibility may be slightly out of date.
 */
import type { Client } from '@temporalio/client';
import { autoscaleWorkflowType } from '../../workflows/autoscale/messages.js';
import { scaleWorkflowId, scaleWorkflowType } from '../../workflows/scale/messages.js';
import { type KnownAutoscaler, known } from './autoscale/client.js';

/**
 * A list filter for open workflows. A workflow that is paused in Temporal is open too, but a server without that
 * feature rejects the name of its status.
 */
export const isOpen =
  "ExecutionStatus NOT IN ('Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut')";

export interface OpenWorkflows {
  /** Keyed by resource. */
  readonly autoscalers: ReadonlyMap<string, KnownAutoscaler>;
  /** The open scale run and its task queue, keyed by resource. */
  readonly scaleRuns: ReadonlyMap<string, { readonly runId: string; readonly taskQueue: string }>;
}

/** The names of the resources whose scale run is open, or has closed since that time. */
export async function resourcesInMotion(client: Client, sinceMs: number): Promise<ReadonlySet<string>> {
  const resources = new Set<string>();
  const since = new Date(sinceMs).toISOString();
  const query = `WorkflowType = '${scaleWorkflowType}' AND (${isOpen} OR CloseTime > '${since}')`;
  for await (const { workflowId } of client.workflow.list({ query })) resources.add(resourceOf(workflowId));
  return resources;
}

export async function openWorkflows(client: Client): Promise<OpenWorkflows> {
  const autoscalers = new Map<string, KnownAutoscaler>();
  const scaleRuns = new Map<string, { runId: string; taskQueue: string }>();
  const query = `${isOpen} AND WorkflowType IN ('${autoscaleWorkflowType}', '${scaleWorkflowType}')`;
  for await (const info of client.workflow.list({ query })) {
    const { workflowId, runId, taskQueue } = info;
    if (info.type === autoscaleWorkflowType) {
      const autoscaler = known(info);
      autoscalers.set(autoscaler.resource, autoscaler);
    } else {
      scaleRuns.set(resourceOf(workflowId), { runId, taskQueue });
    }
  }
  return { autoscalers, scaleRuns };
}

function resourceOf(scaleWorkflow: string): string {
  return scaleWorkflow.slice(scaleWorkflowId('').length);
}
