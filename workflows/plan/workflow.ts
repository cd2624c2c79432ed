/** The plan workflow: scales several resources in order, and undoes what it did if a step fails. */
import {
  ApplicationFailure,
  CancelledFailure,
  CancellationScope,
  log,
  makeContinueAsNewFunc,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import { fields, invalidText, list, oneOf, optional, text, whole } from '../../src/domain/checks.js';
import { type PlanState, mostMoves, newPlan } from '../../src/domain/plan/plan.js';
import { planSentence } from '../../src/domain/plan/sentence.js';
import { largestCapacity, longestReason } from '../../src/domain/scale/request.js';
import { checkScaleSettings } from '../../src/domain/scale/settings.js';
import {
  type PlanInput,
  type PlanMemo,
  type PlanSite,
  movePlanSignal,
  planStatusQuery,
  stopSignal,
} from './messages.js';
import { PlanRun } from './run.js';
import { temporalPlanWorld } from './temporal-world.js';

export async function plan(input: PlanInput): Promise<PlanState> {
  const wrong = checkInput(input);
  if (wrong !== undefined) throw ApplicationFailure.nonRetryable(invalidText(wrong), 'InvalidInput');
  const state = input.carried ?? newPlan(input, input.requestedAtMs);
  let site: PlanSite | undefined;
  const run = new PlanRun(
    state,
    input.members,
    temporalPlanWorld(state, input.taskQueue, () => site),
  );
  listen(state, run);
  setHandler(movePlanSignal, (next) => {
    const invalid = checkSite(next);
    if (invalid !== undefined) ignore(state, `move: ${invalidText(invalid)}`);
    else if (next.atMs >= (site?.atMs ?? 0)) site = next;
  });
  CancellationScope.current().cancelRequested.catch(() => run.stop('undo'));

  // A cancellation is handled like a message: the undo needs activities.
  const ending = await CancellationScope.nonCancellable(() => run.run());
  if (ending === 'continued') {
    const taskQueue = site?.taskQueue ?? input.taskQueue;
    const goOn = makeContinueAsNewFunc<typeof plan>({ memo: { plan: state } satisfies PlanMemo, taskQueue });
    return goOn({ ...input, taskQueue, carried: state });
  }
  return close(state);
}

function listen(state: PlanState, run: PlanRun): void {
  setHandler(planStatusQuery, () => state);
  setHandler(stopSignal, (how) => {
    const invalid = checkStop(how);
    if (invalid === undefined) run.stop(how);
    else ignore(state, `stop: ${invalidText(invalid)}`);
  });
  setDefaultSignalHandler((name) => ignore(state, `signal "${name}": it is not supported`));
}

function ignore({ id }: PlanState, message: string): void {
  log.warn(`plan ${id}: ignored ${message}`, { plan: id });
}

/** A failed or cancelled plan includes its last status, as its memo does. */
function close(state: PlanState): PlanState {
  switch (state.phase) {
    case 'cancelled':
      // Temporal takes a run for cancelled only if it was asked to cancel it.
      if (CancellationScope.current().consideredCancelled) throw new CancelledFailure(planSentence(state), [state]);
      throw failure(state, 'PlanCancelled');
    case 'failed':
      throw failure(state, 'PlanFailed');
    case 'scaling':
    case 'undoing':
    case 'reached':
      return state;
  }
}

function failure(state: PlanState, type: string): ApplicationFailure {
  return ApplicationFailure.create({ message: planSentence(state), type, nonRetryable: true, details: [state] });
}

const checkStop = oneOf('undo', 'keep');
const checkSite = fields({ taskQueue: text(1, 1000), atMs: whole(0) });
const checkInput = fields({
  id: text(1, 100),
  reason: optional(text(0, longestReason)),
  timeoutMs: whole(1),
  steps: list(list(fields({ resource: text(1, 255), target: whole(0, largestCapacity) }), mostMoves), mostMoves),
  requestedAtMs: whole(0),
  members: list(fields({ resource: text(1, 255), taskQueue: text(1, 1000), settings: checkScaleSettings }), mostMoves),
  taskQueue: text(1, 1000),
});
