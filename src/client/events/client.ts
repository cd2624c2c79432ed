/** Hands events to the events workflow of their resource, which delivers them. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { AddressedEvent } from '../../domain/events/event.js';
import {
  type EventsInput,
  type EventsSite,
  eventsWorkflowId,
  eventsWorkflowType,
  moveEventsSignal,
  publishSignal,
} from '../../../workflows/events/messages.js';

export interface EventsTarget {
  readonly resource: string;
  /** The task queue that serves the resource: its workers deliver the events. */
  readonly taskQueue: string;
}

const usuallyWithinMs = 10_000;

/**
 * When this returns, the events are durable. An event that was handed over before is ignored.
 * @throws ServiceError when Temporal does not take them.
 */
export async function publish(
  client: Client,
  target: EventsTarget,
  events: readonly AddressedEvent[],
  withinMs = usuallyWithinMs,
): Promise<void> {
  const { resource, taskQueue } = target;
  await client.withDeadline(Date.now() + withinMs, () =>
    client.workflow.signalWithStart(eventsWorkflowType, {
      workflowId: eventsWorkflowId(resource),
      taskQueue,
      args: [{ resource, taskQueue }] as [EventsInput],
      memo: { resource },
      staticSummary: `events of ${resource}`,
      signal: publishSignal,
      signalArgs: [events],
    }),
  );
}

/** Does nothing when no events workflow of the resource is open. */
export async function moveEvents(client: Client, resource: string, site: EventsSite): Promise<void> {
  try {
    await client.workflow.getHandle(eventsWorkflowId(resource)).signal(moveEventsSignal, site);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
