/**
 * Moves the activities of dead workers to live workers. Temporal itself retries them once heartbeats have been missing for long
 * enough; an attempt that is failed from outside is retried at once, with its last heartbeat, and without an event in
 * the history.
 *
 * If the worker was alive after all, a read is made twice: its attempt learns with its next heartbeat that it was
 * failed, and its result is refused. A change of capacity must therefore not be among the named activities.
 */
import { ActivityNotFoundError, type Client, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import proto from '@temporalio/proto';
import { takenOver } from '../../domain/handed-on.js';
import { autoscaleWorkflowType } from '../../../workflows/autoscale/messages.js';
import { planWorkflowType } from '../../../workflows/plan/messages.js';
import { scaleWorkflowType } from '../../../workflows/scale/messages.js';
import { atMost } from './at-most.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

interface DeadWorkers {
  readonly taskQueue: string;
  /** The types of activities that may be started a second time. */
  readonly activities: readonly string[];
  readonly isDead: (identity: string) => boolean;
}

/**
 * The concurrency of descriptions: with thousands of runs, requests should neither be sequential nor all reach the
 * server at once.
 */
const describedAtOnce = 16;

/** @returns the number of activities that were taken over, by the identity of the dead worker. */
export async function takeOverActivities(
  client: Client,
  { taskQueue, activities, isDead }: DeadWorkers,
): Promise<Map<string, number>> {
  const takenOverFrom = new Map<string, number>();
  const types = [autoscaleWorkflowType, planWorkflowType, scaleWorkflowType].map((type) => `'${type}'`).join(', ');
  const query = `TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus = 'Running' AND WorkflowType IN (${types})`;
  await atMost(describedAtOnce, client.workflow.list({ query }), async ({ workflowId, runId }) => {
    const described = await client.workflow.getHandle(workflowId, runId).describe().catch(unlessNotFound);
    for (const { activityId, activityType, lastWorkerIdentity, state } of described?.raw.pendingActivities ?? []) {
      if (state !== PENDING_ACTIVITY_STATE_STARTED || !activities.includes(activityType?.name ?? '')) continue;
      if (!activityId || !lastWorkerIdentity || !isDead(lastWorkerIdentity)) continue;
      await client.activity
        .fail({ workflowId, runId, activityId }, workerDied(lastWorkerIdentity))
        .catch(unlessNotFound);
      takenOverFrom.set(lastWorkerIdentity, (takenOverFrom.get(lastWorkerIdentity) ?? 0) + 1);
    }
  });
  return takenOverFrom;
}

function workerDied(identity: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: takenOver,
    message: `the worker ${identity} has died`,
    category: ApplicationFailureCategory.BENIGN,
    // The backoff of the retry policy grows with every worker that this activity has had.
    nextRetryDelay: '100 milliseconds',
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** It has ended since it was listed, or another worker has taken it over. */
function unlessNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError || error instanceof ActivityNotFoundError) return undefined;
  throw error;
}
