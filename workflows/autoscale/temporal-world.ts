/** The world of an autoscaler as Temporal gives it: activities, messages, what the server shows. */
import {
  CancellationScope,
  allHandlersFinished,
  condition,
  patched,
  proxyActivities,
  proxyLocalActivities,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { autoscaleReason, type WatchOrder } from '../../src/domain/autoscale/watch.js';
import { longestReason } from '../../src/domain/scale/request.js';
import { widenedTo } from '../../src/domain/scale/step.js';
import type { AutoscaleMemo } from './messages.js';
import type { Autoscaler, AutoscaleWorld } from './run.js';

const activities = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
/** In the worker that has the workflow: one event, and no way to a task queue. */
const localActivities = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds' },
});
/** Runs of before it called a watch off first. */
const seenFirst = 'seen-before-called-off';

export function temporalAutoscaleWorld(state: Autoscaler): AutoscaleWorld {
  /** Where this run is. By its start: a replay is on no task queue. */
  const home = state.taskQueue ?? workflowInfo().taskQueue;
  /** Where the resource is served now: this run may still be on its way there. */
  const taskQueue = () => state.taskQueue ?? home;
  const quick = () => ({
    taskQueue: taskQueue(),
    startToCloseTimeout: '1 minute' as const,
    retry: { initialInterval: '1 second' as const, maximumInterval: '30 seconds' as const },
  });

  return {
    now: () => Date.now(),

    watch: async (order, isCalledOff) => {
      const scope = new CancellationScope();
      const options = { ...quick(), ...watchOptions(order) };
      const watching = new Ending(scope.run(() => activities.watch.executeWithOptions(options, [order])));
      await condition(() => watching.hasEnded || isCalledOff());
      // Before it is called off: the heartbeat of one that no worker has at the moment goes with it.
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
          // Beyond the bounds only where an override says so, or a pause stops a walk outside of them.
          limits: widenedTo(target, state.limits),
          targetCapacity: target,
          reason: `${autoscaleReason}${reason}`.slice(0, longestReason),
          key: `autoscale/${workflowInfo().runId}/${atMs}`,
        },
      ]),

    // Where it would be watched.
    whyNotWatched: ({ settings, taskQueue: there = taskQueue() }) =>
      activities.whyNotWatched.executeWithOptions({ ...quick(), taskQueue: there }, [settings]),

    drained: (wake) => condition(() => allHandlersFinished() || wake()),

    mustContinue: () => workflowInfo().continueAsNewSuggested || taskQueue() !== home,

    publish: () => upsertMemo({ ...memoOf(state) }),
  };
}

/** Whether something has ended, and how, without waiting for it. */
class Ending<T> {
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;

  constructor(promise: Promise<T>) {
    promise.then(
      (value) => (this.#outcome = { value }),
      (error: unknown) => (this.#outcome = { error }),
    );
  }

  get hasEnded(): boolean {
    return this.#outcome !== undefined;
  }

  /** Of one that has ended. @throws what it has failed with. */
  result(): T {
    if (this.#outcome && 'value' in this.#outcome) return this.#outcome.value;
    throw this.#outcome?.error;
  }
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
    // As good as for ever; a worker that died is noticed by its heartbeat.
    startToCloseTimeout: '3650 days',
    // Two in a row are missing: they are sent after each look, but no more often than every 5 s.
    heartbeatTimeout: Math.max(15_000, settings.intervalMs * 2 + 5000),
  } as const;
}
