/** `AutoscaleWorld` on Temporal: activities, messages, and the memo that the server shows. */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { autoscaleReason, requestKey, type WatchOrder } from '../../src/domain/autoscale/watch.js';
import { longestReason } from '../../src/domain/scale/request.js';
import { metricFamilies } from '../../src/domain/metrics.js';
import { directionOf, widenedTo } from '../../src/domain/scale/step.js';
import { Ending } from '../ending.js';
import { count } from '../meter.js';
import { handOverEvents, isHandedOver } from '../events/hand-over.js';
import type { AutoscaleMemo } from './messages.js';
import type { Autoscaler, AutoscaleWorld } from './run.js';

const activities = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
/** Runs in the worker that has the workflow: it costs one event and does not use a task queue. */
const localActivities = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds' },
});
/** Histories recorded before this patch cancel a watch without reading its heartbeat first. */
const seenFirst = 'seen-before-called-off';

export function temporalAutoscaleWorld(state: Autoscaler): AutoscaleWorld {
  /** The task queue of this run, taken from its input: a replay has no task queue. */
  const home = state.taskQueue ?? workflowInfo().taskQueue;
  /** The task queue that serves the resource now. This run may not have moved there yet. */
  const taskQueue = () => state.taskQueue ?? home;
  const quick = () => ({
    taskQueue: taskQueue(),
    startToCloseTimeout: '1 minute' as const,
    retry: { initialInterval: '1 second' as const, maximumInterval: '30 seconds' as const },
  });

  handOverEvents(state, taskQueue);

  return {
    runId: workflowInfo().runId,

    now: () => Date.now(),

    watch: async (order, isCalledOff) => {
      const scope = new CancellationScope();
      const options = { ...quick(), ...watchOptions(order) };
      const watching = new Ending(scope.run(() => activities.watch.executeWithOptions(options, [order])));
      await condition(() => watching.hasEnded || isCalledOff());
      // Read before the watch is cancelled: the cancellation of a watch that no worker is running at that moment
      // deletes its heartbeat.
      const seen = !watching.hasEnded && patched(seenFirst) ? await localActivities.lastSeen() : null;
      if (watching.hasEnded) return { how: 'decided', result: watching.result() };
      scope.cancel();
      return { how: 'calledOff', seen };
    },

    ask: ({ target, reason, atMs }) =>
      activities.askForScale.executeWithOptions({ ...quick(), summary: `ask for ${target}: ${reason}` }, [
        {
          resource: state.resource,
          taskQueue: taskQueue(),
          // Outside the bounds only when an override allows it, or when a pause stops a run that is outside them.
          limits: widenedTo(target, state.limits),
          targetCapacity: target,
          reason: `${autoscaleReason}${reason}`.slice(0, longestReason),
          key: requestKey(workflowInfo().runId, atMs),
        },
      ]),

    // Checked on the task queue on which the watch would run.
    whyNotWatched: ({ settings, taskQueue: there = taskQueue() }) =>
      activities.whyNotWatched.executeWithOptions({ ...quick(), taskQueue: there }, [settings]),

    drained: (wake) => condition(() => (allHandlersFinished() && isHandedOver(state)) || wake()),

    mustContinue: () => workflowInfo().continueAsNewSuggested || taskQueue() !== home,

    publish: () => upsertMemo({ ...memoOf(state) }),

    log: (level, message, fields = {}) =>
      log[level](`${state.resource}: ${message}`, { resource: state.resource, ...fields }),

    countDecision: ({ capacity, asked = capacity, target, limitedBy }, outcome) =>
      count(metricFamilies.decisions, {
        resource: state.resource,
        direction: directionOf(asked, target),
        limited_by: limitedBy.at(-1) ?? 'none',
        outcome,
      }),
  };
}

export function memoOf(state: Autoscaler): AutoscaleMemo {
  const { resource, pause, override, watched, refusedRequests, lastError, ignored, revision, insteadOf, removedBy } =
    state;
  return {
    resource,
    pause,
    override,
    tally: watched?.tally ?? null,
    refusedRequests,
    lastError: ignored ?? lastError,
    revision: revision ?? null,
    insteadOf,
    removedBy,
  };
}

function watchOptions({ settings, pause, override }: WatchOrder) {
  return {
    summary: `watch every ${settings.intervalMs / 1000} s${pause ? ', paused' : ''}${override ? `, override ${override.capacity}` : ''}`,
    // Practically unlimited. The heartbeat timeout detects a dead worker.
    startToCloseTimeout: '3650 days',
    // Two heartbeats in a row are missing. They are sent after each look, at most every 5 s.
    heartbeatTimeout: Math.max(15_000, settings.intervalMs * 2 + 5000),
  } as const;
}
