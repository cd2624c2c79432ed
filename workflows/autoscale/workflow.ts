/** The autoscale workflow: one long run per autoscaled resource. */
import { ApplicationFailure, makeContinueAsNewFunc, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { invalidText } from '../../src/domain/checks.js';
import {
  type AutoscaleInput,
  type AutoscaleRunState,
  checkConfiguration,
  configureSignal,
  evaluateSignal,
  overrideSignal,
  pauseSignal,
  removeSignal,
} from './messages.js';
import { AutoscaleRun, type Autoscaler } from './run.js';
import { memoOf, temporalAutoscaleWorld } from './temporal-world.js';

export async function autoscale(input: AutoscaleInput): Promise<void> {
  const wrong = checkConfiguration(input);
  if (wrong !== undefined) throw ApplicationFailure.nonRetryable(invalidText(wrong), 'InvalidInput');
  const state = stateOf(input);
  const world = temporalAutoscaleWorld(state);
  const run = new AutoscaleRun(state, world);
  listen(run);

  if ((await run.run()) === 'removed') {
    world.publish();
    return;
  }
  const { resource, settings, limits, taskQueue, revision, ...carried } = state;
  await makeContinueAsNewFunc<typeof autoscale>({ memo: { ...memoOf(state) }, ...(taskQueue && { taskQueue }) })({
    resource,
    settings,
    limits,
    taskQueue,
    revision,
    carried,
  });
}

function listen(run: AutoscaleRun): void {
  setHandler(configureSignal, (configuration) => run.configure(configuration));
  setHandler(removeSignal, (removal) => run.remove(removal));
  setHandler(pauseSignal, (pause) => run.pause(pause));
  setHandler(overrideSignal, (override) => run.override(override));
  setHandler(evaluateSignal, () => run.evaluate());
  setDefaultSignalHandler((name) => run.ignore(`signal "${name}" is not supported`));
}

function stateOf({ carried, ...configured }: AutoscaleInput): Autoscaler {
  return { ...newState, decisions: [], ...carried, ...configured };
}

const newState: AutoscaleRunState = {
  pause: null,
  override: null,
  watched: null,
  lastAsked: null,
  decisions: [],
  refusedRequests: 0,
  lastError: null,
  ignored: null,
  insteadOf: null,
  removedBy: null,
  heededRun: null,
};
