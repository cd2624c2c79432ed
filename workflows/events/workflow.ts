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
import { fields, invalidText, list, text, whole } from '../../src/domain/checks.js';
import { type EventsInput, type EventsState, moveEventsSignal, publishSignal } from './messages.js';
import { EventsRun, mostQueued } from './run.js';
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
  const ignore = (message: string) => log.warn(`${state.resource}: ignored ${message}`, { resource: state.resource });
  setHandler(publishSignal, (published) => {
    const wrong = checkPublished(published);
    if (wrong === undefined) run.take(published);
    else ignore(`publish: ${invalidText(wrong)}`);
  });
  setHandler(moveEventsSignal, (site) => {
    const wrong = checkSite(site);
    if (wrong !== undefined) ignore(`move: ${invalidText(wrong)}`);
    else if (site.atMs >= (state.site?.atMs ?? 0)) state.site = site;
  });
  setDefaultSignalHandler((name) => ignore(`signal "${name}": it is not supported`));
}

const checkPublished = list(
  fields({
    event: fields({
      id: text(1, 255),
      kind: text(1, 100),
      resource: text(1, 255),
      atMs: whole(0),
      data: fields({}),
    }),
    receivers: list(text(1, 63), mostQueued),
  }),
  mostQueued,
);
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
