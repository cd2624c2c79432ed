/** What of a namespace is open, by one list: autoscalers and scale runs. Temporal's visibility may lag a moment behind. */
import type { Client } from '@temporalio/client';
import { autoscaleWorkflowType } from '../../workflows/autoscale/messages.js';
import { scaleWorkflowId, scaleWorkflowType } from '../../workflows/scale/messages.js';
import { type KnownAutoscaler, known } from './autoscale/client.js';

/** For a list. One that is paused in Temporal is open as well; a server that knows no pause refuses the name of that status. */
export const isOpen =
  "ExecutionStatus NOT IN ('Completed', 'Failed', 'Canceled', 'Terminated', 'ContinuedAsNew', 'TimedOut')";

export interface OpenWorkflows {
  /** By resource. */
  readonly autoscalers: ReadonlyMap<string, KnownAutoscaler>;
  /** By resource: the task queue of its open scale run. */
  readonly scaleRuns: ReadonlyMap<string, { readonly runId: string; readonly taskQueue: string }>;
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
      scaleRuns.set(workflowId.slice(scaleWorkflowId('').length), { runId, taskQueue });
    }
  }
  return { autoscalers, scaleRuns };
}
