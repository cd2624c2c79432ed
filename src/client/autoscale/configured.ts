/** The configuration of an autoscaler, read from its history, so that no worker is needed. */
import { setTimeout } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { defaultOwner, isOverruled, type Revision, type Writing } from '../../domain/autoscale/revision.js';
import {
  type AutoscaleConfiguration,
  type AutoscaleInput,
  autoscaleWorkflowId,
  configureSignal,
  removeSignal,
} from '../../../workflows/autoscale/messages.js';
import { firstOf } from '../temporal/payloads.js';

const { PENDING_WORKFLOW_TASK_STATE_STARTED } = proto.temporal.api.enums.v1.PendingWorkflowTaskState;

export interface Configured {
  /** Undefined when the history does not contain it. */
  readonly inForce: AutoscaleConfiguration | undefined;
  /** Its removal has arrived after every configuration. A worker may not have handled it yet. */
  readonly isBeingRemoved: boolean;
}

/** @param revision of the configuration in force, from the memo; null when it is not known. */
export async function readConfigured(client: Client, resource: string, revision: Revision | null): Promise<Configured> {
  const handle = client.workflow.getHandle(autoscaleWorkflowId(resource));
  await taskHasEnded(handle);
  const { events } = await handle.fetchHistory();
  const configurations: AutoscaleConfiguration[] = [];
  let isBeingRemoved = false;
  for (const { workflowExecutionStartedEventAttributes: started, ...event } of events ?? []) {
    const { workflowExecutionSignaledEventAttributes: signal } = event;
    if (started) configurations.push(firstOf(started.input?.payloads) as AutoscaleInput);
    if (signal?.signalName === configureSignal.name) {
      configurations.push(firstOf(signal.input?.payloads) as AutoscaleConfiguration);
      isBeingRemoved = false;
    }
    if (signal?.signalName === removeSignal.name) {
      isBeingRemoved ||= isObeyed(firstOf(signal.input?.payloads) as Writing, revision);
    }
  }
  return {
    inForce: configurations.findLast((each) => each.revision?.digest === revision?.digest),
    isBeingRemoved,
  };
}

/** As the autoscaler decides: only its owner removes it, and only after the configuration in force was written. */
function isObeyed(removal: Writing, revision: Revision | null): boolean {
  const isOwn = removal.owner === (revision?.owner ?? defaultOwner);
  return isOwn && !(revision && isOverruled(removal, revision));
}

/** A workflow task takes milliseconds, or as long as the server waits for a worker that has died: 10 s. */
const taskTakesAtMostMs = 12_000;
const lookEveryMs = 200;

/** A message that arrives during a workflow task enters the history only after the task. */
async function taskHasEnded(handle: WorkflowHandle): Promise<void> {
  const deadlineMs = performance.now() + taskTakesAtMostMs;
  while (performance.now() < deadlineMs) {
    const { raw } = await handle.describe();
    if (raw.pendingWorkflowTask?.state !== PENDING_WORKFLOW_TASK_STATE_STARTED) return;
    await setTimeout(lookEveryMs);
  }
}
