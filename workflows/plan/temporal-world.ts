/** `PlanWorld` on Temporal: activities, durable timers, and the memo that the server shows. */
import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { PlanState } from '../../src/domain/plan/plan.js';
import { moveText, planSentence } from '../../src/domain/plan/sentence.js';
import { Ending } from '../ending.js';
import type { PlanMemo, PlanSite } from './messages.js';
import type { PlanWorld } from './run.js';

/** Any attempt may be made again: the time limit of the move ends them. */
const retry = { initialInterval: '1 second', maximumInterval: '30 seconds' } as const;
const activities = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });

/**
 * @param home the task queue of the run.
 * @param site where the first resource of the plan is served now; undefined: on `home`.
 */
export function temporalPlanWorld(state: PlanState, home: string, site: () => PlanSite | undefined): PlanWorld {
  const taskQueue = () => site()?.taskQueue ?? home;
  const publish = () => {
    upsertMemo({ plan: state } satisfies PlanMemo);
    setCurrentDetails(detailsOf(state));
  };

  return {
    now: () => Date.now(),

    look: (resource) => {
      const summary = `what was requested of ${resource} last`;
      return activities.lookAtStanding.executeWithOptions({ summary, taskQueue: taskQueue(), retry }, [resource]);
    },

    observe: async ({ resource, settings, taskQueue: there }, newerThanMs) => {
      const { waitForActive, requestTimeoutMs, takesChanges, settleMs, dryRun } = settings;
      const options = {
        summary: `observe ${resource}`,
        taskQueue: there,
        startToCloseTimeout: waitForActive.timeoutMs + requestTimeoutMs + 60_000,
        heartbeatTimeout: '15 seconds',
        retry,
      } as const;
      const order = { resource, waitForActive, requestTimeoutMs, takesChanges, newerThanMs, dryRun };
      const looked = await activities.observe.executeWithOptions(options, [{ ...order, patienceMs: settleMs }]);
      if (looked.seen === 'active') return { capacity: looked.observation.capacity };
      return { failed: looked.seen === 'interrupted' ? 'the observation was interrupted' : looked.reason };
    },

    request: ({ resource, taskQueue: there, settings }, { target, seen, ...request }) => {
      const { by, isCancelled } = seen;
      const options = {
        summary: `request ${target} of ${resource}`,
        taskQueue: taskQueue(),
        retry,
        // An undo must not be decided while the request is still being sent.
        cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      };
      const ask = {
        ...request,
        resource,
        taskQueue: there,
        limits: settings,
        targetCapacity: target,
        seen: { target: seen.target, by, isCancelled },
      };
      return activities.askForMove.executeWithOptions(options, [ask]);
    },

    arrival: (order) =>
      activities.awaitArrival.executeWithOptions(
        {
          summary: `wait for ${order.resource}`,
          taskQueue: taskQueue(),
          // The durable timer of the move ends the wait. The heartbeat timeout detects a dead worker.
          startToCloseTimeout: '3650 days',
          heartbeatTimeout: '30 seconds',
          retry,
        },
        [order],
      ),

    limited: async ({ atMs, why }, wake, work) => {
      const scope = new CancellationScope();
      const leftMs = Math.max(0, atMs - Date.now());
      const timer = new Ending(scope.run(() => sleep(leftMs, { summary: `${why}, ${Math.round(leftMs / 1000)} s` })));
      const working = new Ending(scope.run(work));
      await condition(() => working.hasEnded || timer.hasEnded || wake());
      const isLate = timer.hasEnded;
      const isDone = working.hasEnded;
      scope.cancel();
      await condition(() => working.hasEnded);
      try {
        return working.result();
      } catch (error) {
        // A cancelled activity whose worker has died ends with a timeout.
        if (isDone || !(isCancellation(error) || error instanceof ActivityFailure)) throw error;
        return isLate ? 'late' : 'interrupted';
      }
    },

    mustContinue: () => workflowInfo().continueAsNewSuggested || taskQueue() !== home,

    publish,

    log: (level, message) => log[level](`plan ${state.id}: ${message}`, { plan: state.id }),
  };
}

/** Markdown. */
function detailsOf(state: PlanState): string {
  return [planSentence(state), ...state.moves.map((move) => `- step ${move.step}: ${moveText(move)}`)].join('\n');
}
