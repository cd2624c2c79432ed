/** The autoscale workflow: one long run per autoscaled resource: watch, decide, ask for a scale. */
import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setDefaultSignalHandler,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { autoscaleReason, type WatchResult } from '../src/domain/autoscale/watch.js';
import { widenedTo } from '../src/domain/scale-step.js';
import {
  type AutoscaleConfiguration,
  type AutoscaleInput,
  type AutoscaleMemo,
  type AutoscaleRunState,
  checkConfiguration,
  checkOverride,
  checkPause,
  configureSignal,
  evaluateSignal,
  overrideSignal,
  pauseSignal,
} from './autoscale-messages.js';
import { remember } from './scale-ledger.js';

const rememberedDecisions = 50;

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

export async function autoscale(input: AutoscaleInput): Promise<void> {
  const { resource } = input;
  const wrong = checkConfiguration(input);
  if (wrong !== undefined) throw ApplicationFailure.nonRetryable(wrong, 'InvalidInput');
  let { settings, limits } = input;
  const state = input.carried ?? newState();
  let watching: CancellationScope | undefined;
  let atOnce = true;
  let configurations = 0;
  let configured = 0;
  listen();

  while (!workflowInfo().continueAsNewSuggested) {
    const result = await watch();
    if (result) await act(result);
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof autoscale>({ resource, settings, limits, carried: state });

  /** Undefined when a message called it off: its successor takes over its state from its heartbeat. */
  async function watch(): Promise<WatchResult | undefined> {
    const scope = new CancellationScope();
    watching = scope;
    const { pause, override, watched, lastAsked } = state;
    const order = { resource, settings, limits, pause, override, last: watched, lastAsked, atOnce };
    const options = {
      summary: `watch every ${settings.intervalMs / 1000} s${pause ? ', paused' : ''}${override ? `, override ${override.capacity}` : ''}`,
      // As good as for ever; a worker that died is noticed by its heartbeat.
      startToCloseTimeout: '3650 days',
      // Two in a row are missing: they are sent after each look, but no more often than every 5 s.
      heartbeatTimeout: Math.max(15_000, settings.intervalMs * 2 + 5000),
      retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    } as const;
    try {
      const result = await scope.run(() => activities.watch.executeWithOptions(options, [order]));
      atOnce = false;
      return result;
    } catch (error) {
      if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
      atOnce = true;
      return undefined;
    } finally {
      watching = undefined;
    }
  }

  /** Through the same door as everybody else's requests. */
  async function act(result: WatchResult): Promise<void> {
    const { evaluation } = result;
    const { capacity, target, atMs, reason } = evaluation;
    state.watched = result;
    state.lastAsked = target;
    const answer = await activities.askForScale.executeWithOptions({ summary: `ask for ${target}: ${reason}` }, [
      {
        resource,
        taskQueue: workflowInfo().taskQueue,
        // Beyond the bounds only where an override says so, or a pause stops a walk outside of them.
        limits: widenedTo(target, limits),
        targetCapacity: target,
        reason: `${autoscaleReason}${reason}`.slice(0, 500),
        key: `autoscale/${workflowInfo().runId}/${atMs}`,
      },
    ]);
    state.lastError = 'refused' in answer ? answer.refused : null;
    const runId = 'runId' in answer ? answer.runId : null;
    remember(state.decisions, { evaluation, runId, ...('refused' in answer && answer) }, rememberedDecisions);
    if (target > capacity) state.scaleUps += 1;
    if (target < capacity) state.scaleDowns += 1;
    publish(resource, state);
  }

  function listen(): void {
    setHandler(configureSignal, configure);
    setHandler(pauseSignal, (pause) => {
      if (isSensible('pause', checkPause(pause))) control({ pause });
    });
    setHandler(overrideSignal, (override) => {
      if (isSensible('override', checkOverride(override))) control({ override });
    });
    setHandler(evaluateSignal, () => watching?.cancel());
    setDefaultSignalHandler((name) => ignore(`there is no signal "${name}"`));
  }

  async function configure(next: AutoscaleConfiguration): Promise<void> {
    const arrived = ++configurations;
    const isSame = JSON.stringify(next) === JSON.stringify({ settings, limits });
    if (!isSame && !(await isUsable(next))) return;
    // The newest counts, whichever was found usable first.
    if (arrived < configured) return;
    configured = arrived;
    if (isSame) return;
    ({ settings, limits } = next);
    watching?.cancel();
  }

  /** A watch that is given settings it does not understand would ask for a worker that does, for ever. */
  async function isUsable(next: AutoscaleConfiguration): Promise<boolean> {
    if (!isSensible('configure', checkConfiguration(next))) return false;
    const wrong = await activities.whyNotWatched(next.settings);
    return isSensible('configure', wrong ?? undefined);
  }

  function isSensible(name: string, wrong: string | undefined): boolean {
    if (wrong !== undefined) ignore(`ignored ${name}: ${wrong}`);
    return wrong === undefined;
  }

  function control(change: Partial<Pick<AutoscaleRunState, 'pause' | 'override'>>): void {
    Object.assign(state, change);
    publish(resource, state);
    watching?.cancel();
  }

  function ignore(message: string): void {
    state.lastError = message;
    publish(resource, state);
  }
}

function publish(resource: string, { pause, override, scaleUps, scaleDowns, lastError }: AutoscaleRunState): void {
  const memo: AutoscaleMemo = { resource, pause, override, scaleUps, scaleDowns, lastError };
  upsertMemo({ ...memo });
}

function newState(): AutoscaleRunState {
  return {
    pause: null,
    override: null,
    watched: null,
    lastAsked: null,
    decisions: [],
    scaleUps: 0,
    scaleDowns: 0,
    lastError: null,
  };
}
