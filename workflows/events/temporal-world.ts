/** `EventsWorld` on Temporal: one activity per delivery, which the server retries without adding events. */
import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { EventsMemo, EventsState } from './messages.js';
import type { EventsWorld } from './run.js';

/** How long a receiver may be down before its events are dropped. */
const keptForMs = 3 * 24 * 3_600_000;
/** An event that is already older than `keptForMs`, because an earlier one was retried for so long, is tried once. */
const leastTimeMs = 60_000;
/** Long enough for every retry of an activity that may publish the same event again. */
const lingerMs = 2 * 60_000;

const activities = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });

/** @param home the task queue of the run. */
export function temporalEventsWorld(state: EventsState, home: string): EventsWorld {
  const taskQueue = () => state.site?.taskQueue ?? home;
  const inProgress = new Set<CancellationScope>();

  return {
    now: () => Date.now(),

    deliver: async (receiver, event, arrivedAtMs) => {
      const scope = new CancellationScope();
      inProgress.add(scope);
      const options = {
        summary: `${event.kind} to ${receiver}`,
        taskQueue: taskQueue(),
        scheduleToCloseTimeout: Math.max(leastTimeMs, arrivedAtMs + keptForMs - Date.now()),
        // A request that is being sent is completed, so that its event is not sent a second time.
        cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '2 minutes' } as const,
      };
      try {
        return await scope.run(() => activities.deliverEvent.executeWithOptions(options, [{ receiver, event }]));
      } catch (error) {
        if (isInterrupted(error)) return { how: 'interrupted' };
        return { how: 'expired', reason: `it was retried for as long as events are kept: ${causeOf(error)}` };
      } finally {
        inProgress.delete(scope);
      }
    },

    interrupt: () => {
      for (const scope of inProgress) scope.cancel();
    },

    until: (isReached) => condition(isReached),

    linger: (wake) => condition(wake, lingerMs),

    mustContinue: () => workflowInfo().continueAsNewSuggested || taskQueue() !== home,

    publish: () => upsertMemo({ ...eventsMemo(state) }),

    log: (message, fields) => log.warn(`${state.resource}: ${message}`, { resource: state.resource, ...fields }),
  };
}

export function eventsMemo({ resource, undelivered, lastProblem }: EventsState): EventsMemo {
  return { resource, undelivered, lastProblem };
}

/** A cancelled activity whose last attempt fails ends with that failure, and not as cancelled. */
function isInterrupted(error: unknown): boolean {
  return isCancellation(error) || (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED');
}

function causeOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
