/** The events workflow: keeps the events of one resource until every receiver has them, and closes when none waits. */
import {
  ApplicationFailure,
  CancellationScope,
  log,
  makeContinueAsNewFunc,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { fields, invalidText, text, whole } from '../../src/domain/checks.js';
import { type EventsInput, type EventsState, moveEventsSignal, publishSignal } from './messages.js';
import { EventsRun } from './run.js';
import { eventsMemo, temporalEventsWorld } from './temporal-world.js';

export async function events(input: EventsInput): Promise<void> {
  const wrong = checkInput(input);
  if (wrong !== undefined) throw ApplicationFailure.nonRetryable(invalidText(wrong), 'InvalidInput');
  const state = input.carried ?? newState(input);
  const run = new EventsRun(state, temporalEventsWorld(state, input.taskQueue));
  listen(state, run);
  // A cancelled run ends when no event waits: an event that has arrived is delivered.
  if ((await CancellationScope.nonCancellable(() => run.run())) === 'done') return;

  const { resource, site } = state;
  const taskQueue = site?.taskQueue ?? input.taskQueue;
  await makeContinueAsNewFunc<typeof events>({ memo: { ...eventsMemo(state) }, taskQueue })({
    resource,
    taskQueue,
    carried: state,
  });
}

function listen(state: EventsState, run: EventsRun): void {
  setHandler(publishSignal, (published) => run.take(published));
  setHandler(moveEventsSignal, (site) => {
    if (checkSite(site) === undefined && site.atMs >= (state.site?.atMs ?? 0)) state.site = site;
  });
  setDefaultSignalHandler((name) => log.warn(`${state.resource}: signal "${name}" is not supported`));
}

const checkSite = fields({ taskQueue: text(1, 1000), atMs: whole(0) });
const checkInput = fields({ resource: text(1, 255), taskQueue: text(1, 1000) });

function newState({ resource }: EventsInput): EventsState {
  const { runId } = workflowInfo();
  return {
    resource,
    firstRunId: runId,
    queue: [],
    known: [],
    dropped: {},
    undelivered: 0,
    lastProblem: null,
  };
}
