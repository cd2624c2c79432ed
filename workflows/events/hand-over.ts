/**
 * Hands the events in the outbox of a workflow over to the events workflow of its resource. It runs beside the loop of
 * the workflow and never delays it: the activity is one of its own, and no other command waits for it.
 */
import {
  ActivityFailure,
  CancellationScope,
  condition,
  log,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { ScalingEvent } from '../../src/domain/events/event.js';
import { type WithOutbox, remove } from '../../src/domain/events/outbox.js';

/**
 * The activity does not wait for a receiver, so it fails only if Temporal refuses the signal or the worker has an older
 * version. The attempts take about 8 minutes in total. A time without any worker does not count.
 */
const mostAttempts = 20;

const activities = proxyActivities<Activities>({ startToCloseTimeout: '15 seconds' });

/** Returns at once. A workflow that makes no events gets no history events from this. */
export function handOverEvents(state: WithOutbox & { readonly resource: string }, taskQueue: () => string): void {
  void CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => !isHandedOver(state));
      const events = [...(state.outbox?.waiting ?? [])];
      await handOver(state.resource, events, taskQueue());
      remove(state, events);
    }
  });
}

/** Whether no event waits. A workflow that closes waits for this first. */
export function isHandedOver({ outbox }: WithOutbox): boolean {
  return outbox === undefined || outbox.waiting.length === 0;
}

async function handOver(resource: string, events: readonly ScalingEvent[], taskQueue: string): Promise<void> {
  const { workflowId } = workflowInfo();
  const options = {
    summary: `hand over ${events.map(({ kind }) => kind).join(', ')}`.slice(0, 200),
    taskQueue,
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: mostAttempts } as const,
  };
  const signed = events.map((event) => ({ ...event, data: { workflowId, ...event.data } }));
  try {
    await activities.publishEvents.executeWithOptions(options, [{ resource, events: signed }]);
  } catch (error) {
    const reason = error instanceof ActivityFailure ? error.cause?.message : String(error);
    log.warn(`${resource}: ${events.length} events could not be handed over and are lost`, { resource, reason });
  }
}
