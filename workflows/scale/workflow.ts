/**
 * The scale workflow: one run owns one resource, takes it to its target, and closes when the cooldown of its last
 * change is over.
 */
import {
  ApplicationFailure,
  CancelledFailure,
  CancellationScope,
  condition,
  log,
  makeContinueAsNewFunc,
  patched,
  setDefaultSignalHandler,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { HandlerUnfinishedPolicy } from '@temporalio/common';
import { fields, optional, text, whole, invalidText } from '../../src/domain/checks.js';
import { metricFamilies } from '../../src/domain/metrics.js';
import { type ScaleRequest, checkScaleRequest } from '../../src/domain/scale/request.js';
import { checkScaleSettings } from '../../src/domain/scale/settings.js';
import {
  type RetargetAnswer,
  type ScaleInput,
  type ScaleMemo,
  type ScaleState,
  type ScaleStatus,
  moveSignal,
  retargetSignal,
  retargetUpdate,
  statusQuery,
} from './messages.js';
import { appendTo } from '../bounded-log.js';
import { count } from '../meter.js';
import { report } from './report.js';
import { answerTo, applyRequest, whyRefused } from './requests.js';
import { type Ending, ScaleRun } from './run.js';
import { newState, statusOf } from './state.js';
import { temporalWorld } from './temporal-world.js';

export async function scale(input: ScaleInput): Promise<ScaleStatus> {
  const state = input.carried ?? checkedState(input);
  // The memo of a new run already has the first target. The memo of a continued run is complete.
  const memo = new TargetMemo(state, input.carried ? state.target : (input.request?.targetCapacity ?? null));
  // Taken from the input: a replay has no task queue.
  const home = input.taskQueue ?? workflowInfo().taskQueue;
  const world = temporalWorld(state, home, () => memo.update());
  const run = new ScaleRun(state, world);
  const take = (request: ScaleRequest) => {
    if (applyRequest(state, request, Date.now())) run.reconsider();
    memo.update();
  };
  // Apply the request of the start first. Messages that arrived before the worker started are applied as the handlers
  // are set.
  if (!input.carried && input.request) take(input.request);
  listen(state, run, take);
  setHandler(moveSignal, (site) => {
    const wrong = checkSite(site);
    if (wrong !== undefined) ignore(state, `move: ${invalidText(wrong)}`);
    else if (site.atMs >= (state.site?.atMs ?? 0)) {
      state.site = site;
      if (site.taskQueue !== home) world.interrupt();
    }
  });

  // A cancellation is handled like any other message: it must not interrupt a change, or the cooldown after it.
  const ending = await CancellationScope.nonCancellable(() => run.run());
  if (ending.how === 'continued') {
    const { resource, settings, site } = state;
    const goOn = makeContinueAsNewFunc<typeof scale>({
      memo: { ...memoOf(state) },
      ...(site && { taskQueue: site.taskQueue }),
    });
    // Without the request: the new run may have dropped its id and would apply it again.
    return goOn({ resource, settings, taskQueue: site?.taskQueue ?? home, carried: { ...state, wasCancelled: false } });
  }
  return close(state, ending);
}

function listen(state: ScaleState, run: ScaleRun, take: (request: ScaleRequest) => void): void {
  setHandler(statusQuery, () => statusOf(state));
  setHandler(
    retargetUpdate,
    // A cancelled run still answers updates, and continues when a request asks for that.
    async (request) =>
      CancellationScope.nonCancellable(async () => {
        take(request);
        await condition(() => answerTo(state, request.id) !== undefined);
        return answerOrThrow(state, request.id);
      }),
    {
      // The request is carried over unresolved. Its sender learns that the run continued without the update, and sends
      // the same id again.
      unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON,
      validator: (request: ScaleRequest) => {
        const refusal = whyRefused(state, request);
        if (refusal) throw ApplicationFailure.nonRetryable(refusal.message, refusal.refused);
        if (request.id === undefined)
          throw ApplicationFailure.nonRetryable('an update requires an id', 'InvalidRequest');
      },
    },
  );
  setHandler(retargetSignal, (request) => {
    const refusal = whyRefused(state, request);
    if (refusal) {
      ignore(state, `retarget: ${refusal.message}`);
      report(state, 'request.refused', Date.now(), { reason: refusal.message });
    } else take(request);
  });
  setDefaultSignalHandler((name) =>
    ignore(state, `signal "${name}" is not supported; send retarget with {"targetCapacity": 3}`),
  );
  CancellationScope.current().cancelRequested.catch(() => run.cancel());
}

/** Keeps the target in the memo up to date, also for lists of runs, and logs each new target. */
class TargetMemo {
  private logged: number | null;

  constructor(
    private readonly state: ScaleState,
    private shown: number | null,
  ) {
    this.logged = state.target;
  }

  update(): void {
    const { target } = this.state;
    this.log();
    if (target === this.shown) return;
    // The target of a relative request is known after the first observation. Histories recorded before this patch did
    // not publish it.
    const isShown = this.shown !== null || patched(resolvedTarget);
    this.shown = target;
    if (isShown) publish(this.state);
  }

  private log(): void {
    const { resource, target, reason, answers } = this.state;
    if (target === this.logged) return;
    const before = this.logged === null ? {} : { before: this.logged };
    // The newest answer is that of the request which set the target.
    const fields = { resource, target, ...before, ...(reason !== null && { reason }), request: answers.at(-1)?.id };
    log.info(`${resource}: target ${target}`, fields);
    this.logged = target;
  }
}

const resolvedTarget = 'resolved-target-is-shown';

function answerOrThrow(state: ScaleState, id: string | undefined): RetargetAnswer {
  const answer = answerTo(state, id);
  if (!answer) throw ApplicationFailure.nonRetryable('the request was not answered', 'NotResolved');
  if ('refused' in answer) throw ApplicationFailure.nonRetryable(answer.message, answer.refused);
  return answer;
}

function ignore(state: ScaleState, message: string): void {
  log.warn(`${state.resource}: ignored ${message}`, { resource: state.resource });
  appendTo(state.ignored, { atMs: Date.now(), message });
}

/** The result of a run is readable without its history, and a failed run includes its last status. */
function close(state: ScaleState, ending: Exclude<Ending, { how: 'continued' }>): ScaleStatus {
  publish(state, {
    outcome: ending.how === 'failed' ? ending.type : ending.how,
    capacity: state.observed?.capacity ?? null,
    stepsMade: state.stepsMade,
    lastError: state.lastError,
    answers: state.answers,
  });
  logEnd(state, ending);
  const { resource } = state;
  count(metricFamilies.runs, { resource, outcome: ending.how === 'failed' ? ending.type : ending.how });
  const status = statusOf(state);
  switch (ending.how) {
    case 'reached':
      return status;
    case 'cancelled':
      throw new CancelledFailure(`scaling ${state.resource} was cancelled`, [status]);
    case 'failed':
      throw ApplicationFailure.create({
        message: ending.reason,
        type: ending.type,
        nonRetryable: true,
        details: [status],
      });
  }
}

function logEnd(state: ScaleState, ending: Exclude<Ending, { how: 'continued' }>): void {
  const { resource, target, observed, stepsMade } = state;
  const fields = { resource, target, capacity: observed?.capacity ?? null, stepsMade };
  if (ending.how === 'failed') {
    log.warn(`${resource}: run failed, ${ending.type}`, { ...fields, outcome: ending.type, reason: ending.reason });
  } else log.info(`${resource}: run ended, ${ending.how}`, { ...fields, outcome: ending.how });
}

function publish(state: ScaleState, closing: Partial<ScaleMemo> = {}): void {
  upsertMemo({ ...memoOf(state), ...closing });
}

function memoOf({ resource, target, reason }: ScaleState): ScaleMemo {
  return { resource, targetCapacity: target, reason };
}

const checkSite = fields({ taskQueue: text(1, 1000), atMs: whole(0) });

const checkInput = fields({
  resource: text(1, 255),
  settings: checkScaleSettings,
  taskQueue: optional(text(1, 1000)),
  request: checkScaleRequest,
});

function checkedState(input: ScaleInput): ScaleState {
  const wrong = checkInput(input);
  if (wrong !== undefined) throw ApplicationFailure.nonRetryable(invalidText(wrong), 'InvalidInput');
  const { runId, startTime } = workflowInfo();
  return newState(input, { runId, startedAtMs: startTime.getTime() });
}
