/**
 * Gives away the activities of workers that died. Temporal itself does so once heartbeats have been missing for long
 * enough; an attempt that is failed from outside is tried again at once, with its last heartbeat, and without an event
 * in the history.
 *
 * A wrong guess costs a look that is made twice: an attempt that was failed and lives learns of it with its next
 * heartbeat, and what it returns is refused. So a change of capacity must not be among the activities that are named.
 */
import { ActivityNotFoundError, type Client, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import proto from '@temporalio/proto';
import { takenOver } from '../../domain/handed-on.js';
import { autoscaleWorkflowType } from '../../../workflows/autoscale/messages.js';
import { scaleWorkflowType } from '../../../workflows/scale/messages.js';
import { atMost } from './at-most.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

interface Estate {
  readonly taskQueue: string;
  /** The types of activities that may be begun a second time. */
  readonly activities: readonly string[];
  readonly isDead: (identity: string) => boolean;
}

/** So that thousands of runs neither take a round trip each nor ask the server all at once. */
const describedAtOnce = 16;

/** @returns how many activities were given away, by the identity of the worker that had them. */
export async function handOn(client: Client, { taskQueue, activities, isDead }: Estate): Promise<Map<string, number>> {
  const given = new Map<string, number>();
  const types = [autoscaleWorkflowType, scaleWorkflowType].map((type) => `'${type}'`).join(', ');
  const query = `TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus = 'Running' AND WorkflowType IN (${types})`;
  await atMost(describedAtOnce, client.workflow.list({ query }), async ({ workflowId, runId }) => {
    const described = await client.workflow.getHandle(workflowId, runId).describe().catch(unlessNotFound);
    for (const { activityId, activityType, lastWorkerIdentity, state } of described?.raw.pendingActivities ?? []) {
      if (state !== PENDING_ACTIVITY_STATE_STARTED || !activities.includes(activityType?.name ?? '')) continue;
      if (!activityId || !lastWorkerIdentity || !isDead(lastWorkerIdentity)) continue;
      await client.activity.fail({ workflowId, runId, activityId }, goneWith(lastWorkerIdentity)).catch(unlessNotFound);
      given.set(lastWorkerIdentity, (given.get(lastWorkerIdentity) ?? 0) + 1);
    }
  });
  return given;
}

function goneWith(identity: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: takenOver,
    message: `the worker ${identity} has died`,
    category: ApplicationFailureCategory.BENIGN,
    // The retry policy's own pause grows with every worker that this activity has seen.
    nextRetryDelay: '100 milliseconds',
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** It has ended since it was listed, or somebody else has taken over. */
function unlessNotFound(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError || error instanceof ActivityNotFoundError) return undefined;
  throw error;
}
