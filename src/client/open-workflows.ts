/**
 * The open autoscalers, scale runs, events workflows and plans of a namespace, from one list. Temporal's visibility may be slightly out of date.
 */
import type { Client } from '@temporalio/client';
import { autoscaleWorkflowType } from '../../workflows/autoscale/messages.js';
import { eventsWorkflowId, eventsWorkflowType } from '../../workflows/events/messages.js';
import { planWorkflowType } from '../../workflows/plan/messages.js';
import { scaleWorkflowId, scaleWorkflowType } from '../../workflows/scale/messages.js';
import { type KnownAutoscaler, known } from './autoscale/client.js';
import { type PlanView, viewOf } from './plan/client.js';

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
  readonly scaleRuns: ReadonlyMap<string, RunPlace>;
  /** The open events workflow and its task queue, keyed by resource. */
  readonly events: ReadonlyMap<string, RunPlace>;
  readonly plans: readonly PlanView[];
}

interface RunPlace {
  readonly runId: string;
  readonly taskQueue: string;
}

/** The names of the resources whose scale run is open, or has closed since that time. */
export async function resourcesInMotion(client: Client, sinceMs: number): Promise<ReadonlySet<string>> {
  const resources = new Set<string>();
  const since = new Date(sinceMs).toISOString();
  const query = `WorkflowType = '${scaleWorkflowType}' AND (${isOpen} OR CloseTime > '${since}')`;
  for await (const { workflowId } of client.workflow.list({ query })) resources.add(resourceOf(workflowId));
  return resources;
}

/** The scale runs and autoscalers that are open, or have closed since a given time. */
export interface RecentWorkflows {
  /** The names of the resources with such a scale run. */
  readonly scaleRuns: ReadonlySet<string>;
  /**
   * By resource: what the server lists of the autoscaler. Two equal texts mean that no message has changed it: its
   * memo, its status and its run are the same.
   */
  readonly autoscalers: ReadonlyMap<string, string>;
}

export async function recentWorkflows(client: Client, sinceMs: number): Promise<RecentWorkflows> {
  const scaleRuns = new Set<string>();
  const autoscalers = new Map<string, string>();
  const since = new Date(sinceMs).toISOString();
  const types = `WorkflowType IN ('${scaleWorkflowType}', '${autoscaleWorkflowType}')`;
  // A resource may have several autoscalers in the list, of which at most one is open: all of them count.
  for await (const info of client.workflow.list({ query: `${types} AND (${isOpen} OR CloseTime > '${since}')` })) {
    const { workflowId, runId, status, memo, type } = info;
    if (type === scaleWorkflowType) scaleRuns.add(resourceOf(workflowId));
    else {
      const { resource } = known(info);
      const listed = JSON.stringify([runId, status.name, memo]);
      autoscalers.set(resource, `${autoscalers.get(resource) ?? ''}${listed}`);
    }
  }
  return { scaleRuns, autoscalers };
}

export async function openWorkflows(client: Client): Promise<OpenWorkflows> {
  const autoscalers = new Map<string, KnownAutoscaler>();
  const scaleRuns = new Map<string, RunPlace>();
  const events = new Map<string, RunPlace>();
  const plans: PlanView[] = [];
  const types = [autoscaleWorkflowType, scaleWorkflowType, eventsWorkflowType, planWorkflowType];
  const query = `${isOpen} AND WorkflowType IN (${types.map((type) => `'${type}'`).join(', ')})`;
  for await (const info of client.workflow.list({ query })) {
    const { workflowId, runId, taskQueue } = info;
    if (info.type === autoscaleWorkflowType) {
      const autoscaler = known(info);
      autoscalers.set(autoscaler.resource, autoscaler);
    } else if (info.type === eventsWorkflowType) {
      events.set(workflowId.slice(eventsWorkflowId('').length), { runId, taskQueue });
    } else if (info.type === planWorkflowType) {
      plans.push(viewOf(info));
    } else {
      scaleRuns.set(resourceOf(workflowId), { runId, taskQueue });
    }
  }
  return { autoscalers, scaleRuns, events, plans };
}

function resourceOf(scaleWorkflow: string): string {
  return scaleWorkflow.slice(scaleWorkflowId('').length);
}
