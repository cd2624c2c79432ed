/** `ScaleWorld` on Temporal: activities, durable timers, messages. */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  allHandlersFinished,
  condition,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { metricFamilies } from '../../src/domain/metrics.js';
import type {
  ChangeOrder,
  ChangeResult,
  Confirmation,
  ConfirmOrder,
  ObserveOrder,
} from '../../src/domain/scale/orders.js';
import { directionOf } from '../../src/domain/scale/step.js';
import { count } from '../meter.js';
import { handOverEvents, isHandedOver } from '../events/hand-over.js';
import type { ScaleState } from './messages.js';
import type { ScaleWorld } from './run.js';
import { detailsOf } from './state.js';

/** Reads may be retried without limit: the activity itself has the timeout. */
const readOptions = (order: ObserveOrder | ConfirmOrder, summary: string) => ({
  summary,
  startToCloseTimeout: order.waitForActive.timeoutMs + order.requestTimeoutMs + 60_000,
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** One attempt on every platform: only the run decides whether a change may be sent again. */
const changeOptions = (order: ChangeOrder) => ({
  summary: summaryOf(order),
  startToCloseTimeout: order.waitForActive.timeoutMs + order.settleMs + 2 * order.requestTimeoutMs + 60_000,
  heartbeatTimeout: '10 seconds',
  // A cancelled activity still returns what it did until then: the run needs that result.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
});

const activities = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });

interface TemporalScaleWorld extends ScaleWorld {
  /** Cancels the activity in progress, so that it is scheduled again on the task queue that serves the resource now. */
  interrupt(): void;
}

/**
 * @param home the task queue of the run.
 * @param shown is called whenever the run starts to wait: what others see of it should be up to date then.
 */
export function temporalWorld(state: ScaleState, home: string, shown: () => void): TemporalScaleWorld {
  // A cancellation of the run reaches only what is started in this scope.
  const cancellable = CancellationScope.current();
  let underWay: CancellationScope | undefined;
  const interruptibly = <T>(work: (scope: CancellationScope) => Promise<T>): Promise<T> =>
    cancellable.run(() => {
      const scope = new CancellationScope();
      underWay = scope;
      return scope.run(() => work(scope));
    });
  const taskQueue = () => state.site?.taskQueue ?? home;
  const timers = new Map<number, { isOver: boolean }>();
  const show = () => {
    setCurrentDetails(detailsOf(state));
    shown();
  };
  handOverEvents(state, taskQueue);

  return {
    now: () => Date.now(),

    observe: async (order, wake = () => false) => {
      show();
      const wait = order.awaitReady;
      const summary = wait ? `wait for ${wait.capacity} ready units` : `observe ${order.resource}`;
      const options = { ...readOptions(order, summary), taskQueue: taskQueue() };
      const observing = interruptibly(async (scope) => {
        const observeResult = activities.observe.executeWithOptions(options, [order]);
        return wait ? cancelledWhen(wake, scope, observeResult) : observeResult;
      });
      try {
        return await observing;
      } catch (error) {
        if (isCancellation(error)) return { seen: 'interrupted' };
        throw error;
      }
    },

    change: async (order) => {
      show();
      const options = { ...changeOptions(order), taskQueue: taskQueue() };
      const result = await interruptibly(() => activities.change.executeWithOptions(options, [order])).catch(
        withoutVerdict,
      );
      logChange(order, result);
      countChange(order, result);
      return result;
    },

    confirm: async (order) => {
      show();
      try {
        const options = { ...readOptions(order, `confirm ${order.from} -> ${order.to}`), taskQueue: taskQueue() };
        const confirmation = await interruptibly(() => activities.confirm.executeWithOptions(options, [order]));
        countStep(order, confirmation);
        return confirmation;
      } catch (error) {
        if (isCancellation(error)) return { shown: 'interrupted' };
        throw error;
      }
    },

    until: async (atMs, why, wake) => {
      show();
      const timer = timers.get(atMs) ?? startTimer(atMs, why);
      await condition(() => timer.isOver || wake());
    },

    drained: (wake) => condition(() => (allHandlersFinished() && isHandedOver(state)) || wake()),

    // A run that must leave its task queue continues as new, as a run with a long history does.
    historyIsLong: () => workflowInfo().continueAsNewSuggested || taskQueue() !== home,

    interrupt: () => underWay?.cancel(),
  };

  function startTimer(atMs: number, why: string): { isOver: boolean } {
    const timer = { isOver: false };
    timers.set(atMs, timer);
    const durationMs = atMs - Date.now();
    void sleep(durationMs, { summary: `${why}, ${Math.round(durationMs / 100) / 10} s` }).then(() => {
      timer.isOver = true;
      timers.delete(atMs);
    });
    return timer;
  }
}

/** Cancels the work of `scope` when `wake` returns true first. */
async function cancelledWhen<T>(wake: () => boolean, scope: CancellationScope, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const done = () => {
    state.isDone = true;
  };
  work.then(done, done);
  await condition(() => state.isDone || wake());
  if (!state.isDone) scope.cancel();
  return work;
}

function logChange(order: ChangeOrder, result: ChangeResult): void {
  const { resource, from, to, dryRun } = order;
  const fields = { resource, from, to, outcome: result.outcome, ...('reason' in result && { reason: result.reason }) };
  const message = `${resource}: ${summaryOf(order)} ${outcomeInWords[result.outcome]}`;
  log[result.outcome === 'accepted' ? 'info' : 'warn'](message, { ...fields, ...(dryRun && { dryRun }) });
}

function countChange(order: ChangeOrder, result: ChangeResult): void {
  const { resource, from, to, dryRun } = order;
  const outcome = result.outcome === 'accepted' && dryRun ? 'dry_run' : outcomeLabels[result.outcome];
  count(metricFamilies.changes, { resource, direction: directionOf(from, to), outcome });
  if ('confirmation' in result) countStep(order, result.confirmation);
}

const outcomeLabels = { accepted: 'accepted', rejected: 'rejected', notSent: 'not_sent', unknown: 'unknown' } as const;

function countStep({ resource, from, to }: ChangeOrder, confirmation: Confirmation): void {
  if (confirmation.shown === 'reached') count(metricFamilies.steps, { resource, direction: directionOf(from, to) });
}

const outcomeInWords = {
  accepted: 'accepted',
  rejected: 'rejected',
  notSent: 'not sent',
  unknown: 'has an unknown outcome',
} as const;

/** The activity ended without a result. Only a task that no worker had taken was certainly not sent. */
function withoutVerdict(error: unknown): ChangeResult {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof CancelledFailure) return { outcome: 'notSent', reason: 'cancelled before a worker took it' };
  if (cause instanceof ApplicationFailure && cause.type === 'NotSent') {
    return { outcome: 'notSent', reason: cause.message };
  }
  return {
    outcome: 'unknown',
    sentAtMs: Date.now(),
    reason: `the worker that had the change returned no result: ${cause instanceof Error ? cause.message : String(cause)}`,
    confirmation: { shown: 'interrupted' },
  };
}

function summaryOf({ from, to, dryRun }: ChangeOrder): string {
  const change = to > from ? `add ${to - from}` : `remove ${from - to}`;
  return `${dryRun ? 'dry run: ' : ''}${change}: ${from} -> ${to}`;
}
