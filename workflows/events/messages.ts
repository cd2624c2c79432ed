/** Names, payloads and identifiers of the messages that the events workflow accepts. */
import { defineSignal } from '@temporalio/workflow';
import type { AddressedEvent, ScalingEvent } from '../../src/domain/events/event.js';

/** One workflow per resource keeps its events in order. */
export const eventsWorkflowId = (resource: string): string => `events:${resource}`;
export const eventsWorkflowType = 'events';

/** Events that happened, the oldest first. An event that has already arrived is ignored. */
export const publishSignal = defineSignal<[readonly AddressedEvent[]]>('publish');
/** The resource is served on another task queue from now on. Of two such signals, the one with the later time wins. */
export const moveEventsSignal = defineSignal<[EventsSite]>('move');

export interface EventsSite {
  readonly taskQueue: string;
  readonly atMs: number;
}

export interface EventsInput {
  readonly resource: string;
  readonly taskQueue: string;
  /** Present only when the run was continued as new. */
  readonly carried?: EventsState;
}

/** An event and the receivers that do not have it yet. */
export interface QueuedEvent {
  readonly event: ScalingEvent;
  readonly arrivedAtMs: number;
  waitingFor: string[];
}

/** The complete state of a run: plain data, and bounded. */
export interface EventsState {
  readonly resource: string;
  /** The ID of the first run: the start of the IDs of events that this workflow makes. */
  readonly firstRunId: string;
  /** Absent: the task queue of the run. */
  site?: EventsSite;
  /** The oldest first. */
  queue: QueuedEvent[];
  /** The IDs of the events that arrived last. */
  known: string[];
  /** By receiver: how many events were dropped for it that it does not know of yet. */
  dropped: Record<string, number>;
  /** The number of events that were not delivered to a receiver, whatever the reason. */
  undelivered: number;
  /** Why the last of them was not delivered. */
  lastProblem: string | null;
}

/** Stored by the Temporal server and readable when no worker can answer. */
export interface EventsMemo {
  readonly resource: string;
  readonly undelivered: number;
  readonly lastProblem: string | null;
}
