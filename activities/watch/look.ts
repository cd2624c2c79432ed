/** One look of a watch: samples all sources in parallel and runs the policies. */
import { Context } from '@temporalio/activity';
import type { OpenRuns } from '../../src/client/scale/open-runs.js';
import { RunReader, type RunView } from '../../src/client/scale/runs.js';
import { evaluate } from '../../src/domain/autoscale/evaluate.js';
import type { Evaluation, EvaluationInput, Reading } from '../../src/domain/autoscale/evaluation.js';
import { type RefusedRun, rememberRefusal } from '../../src/domain/autoscale/refusal.js';
import type { AutoscaleSpec } from '../../src/domain/autoscale/spec.js';
import type { AutoscaleState } from '../../src/domain/autoscale/state.js';
import { countChanges, newTally } from '../../src/domain/autoscale/tally.js';
import {
  autoscaleReason,
  type WatchOrder,
  type WatchProgress,
  type WatchResult,
} from '../../src/domain/autoscale/watch.js';
import type { Observation } from '../../src/domain/scale/capacity.js';
import { takesChangesAtAnyTime } from '../../src/domain/scale/settings.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { AdapterError } from '../../src/adapters/net/errors.js';
import type { Source } from '../../src/adapters/sources/source.js';

export interface LookDependencies {
  platformOf(resource: string): Platform;
  /** Keyed by the name of the signal. */
  sourcesOf(resource: string): Readonly<Record<string, Source>>;
}

export interface LookContext extends LookDependencies {
  readonly openRuns: OpenRuns;
  /** The `performance.now()` of the previous look of this watch; null on its first look. */
  readonly lookedAtMs: number | null;
  /** Aborts when the watch has to end. */
  readonly signal: AbortSignal;
}

export interface Look {
  readonly progress: WatchProgress;
  /** Present when capacity should change. */
  readonly result?: WatchResult;
}

export async function look(
  { openRuns, lookedAtMs, signal, ...adapters }: LookContext,
  order: WatchOrder,
  spec: AutoscaleSpec,
  { state, problem, evaluation: before, tally = newTally(Date.now()) }: WatchProgress,
): Promise<Look> {
  const { client } = Context.current();
  const [seen, readings] = await Promise.all([
    adapters
      .platformOf(order.resource)
      .observe(signal)
      .catch((error: unknown) => messageOf(error)),
    sampleAll(spec, adapters.sourcesOf(order.resource), signal),
  ]);
  const nowMs = Date.now();
  if (typeof seen === 'string') {
    // Without the capacity no decision is possible. The policies keep their state.
    return {
      progress: { state, evaluation: before, tally, problem: { message: seen, sinceMs: problem?.sinceMs ?? nowMs } },
    };
  }
  const { pause, override } = order;
  const refusalBefore = state?.refusal ?? null;
  const { capacity, status, ready, holdsScaleIn } = seen;
  const input = { nowMs, readings, capacity, ready, status, holdsScaleIn, pause, override, state };
  const alone = evaluate(spec, { ...input, refusal: refusalBefore, run: null, lastChange: null });
  // Most looks end here. An open run may be moving the capacity elsewhere, after an older look or another caller's
  // request.
  const quietSinceMs = isQuiet(spec, seen, alone.evaluation, state) ? lookedAtMs : null;
  if (quietSinceMs !== null && !(await openRuns.mayInclude(order.resource, client, quietSinceMs))) {
    return { progress: { ...alone, tally, problem: null } };
  }
  const run = await new RunReader(client).newest(order.resource);
  const facts = runFacts(run);
  const refusal = rememberRefusal(refusalBefore, refusedRun(run), { nowMs, capacity });
  const counted = run?.status ? countChanges(tally, run.status) : tally;
  const informed = { ...evaluate(spec, { ...input, ...facts, refusal }), tally: counted };
  const { target } = informed.evaluation;
  const isAsked =
    target === (facts.run?.target ?? capacity) ||
    (facts.run === null && isReached(target, run, seen)) ||
    (order.limits.dryRun && target === order.lastAsked);
  const progress = { ...informed, problem: null };
  const wrongDirection = wrongDirectionOf(run, order);
  if (wrongDirection) return { progress, result: { ...informed, wrongDirection } };
  return { progress, ...(!isAsked && { result: informed }) };
}

/** The run has closed since this look read the capacity, and has seen the target since. */
function isReached(target: number, run: RunView | undefined, seen: Observation): boolean {
  const observed = run?.status?.observed;
  return observed?.capacity === target && observed.observedAtMs > seen.observedAtMs;
}

/** The policies need no change, and the capacity is the same as at the last look. */
function isQuiet(
  { limits }: AutoscaleSpec,
  { status, capacity }: Observation,
  { target }: Evaluation,
  state: AutoscaleState | null,
): boolean {
  return (status === 'ACTIVE' || takesChangesAtAnyTime(limits)) && capacity === target && state?.capacity === capacity;
}

function runFacts(run: RunView | undefined): Pick<EvaluationInput, 'run' | 'lastChange'> {
  if (!run?.status) return { run: null, lastChange: null };
  // A closed run still has the time of its last change: rates and cooldowns count from that time.
  const { phase, targetCapacity: target, reason, lastChange } = run.status;
  const isUnderWay = run.isOpen && !['settled', 'cancelled', 'failed'].includes(phase);
  const isOwn = reason?.startsWith(autoscaleReason) ?? false;
  return { run: isUnderWay && target !== null ? { target, isOwn } : null, lastChange };
}

/** Reported once per run: a person who resumes the autoscaler has seen it. */
function wrongDirectionOf(run: RunView | undefined, { heededRun }: WatchOrder): WatchResult['wrongDirection'] {
  if (run?.status?.failure !== 'WrongDirection' || run.runId === heededRun) return undefined;
  return { runId: run.runId, reason: run.status.lastError ?? 'capacity moved in the wrong direction' };
}

/** A run that failed because the platform refused its changes. It may still be open until its cooldown is over. */
function refusedRun(run: RunView | undefined): RefusedRun | null {
  if (run?.status?.failure !== 'ChangeFailed') return null;
  const { refused } = run.status;
  return refused ? { runId: run.runId, refused } : null;
}

async function sampleAll(
  spec: AutoscaleSpec,
  sources: Readonly<Record<string, Source>>,
  signal: AbortSignal,
): Promise<Record<string, Reading>> {
  const sampled = spec.signals.map(async (name): Promise<[string, Reading]> => {
    const source = sources[name];
    if (!source) return [name, { failure: `the configuration of this worker has no signal "${name}"` }];
    return [name, await source.sample(signal).catch(failureOf)];
  });
  return Object.fromEntries(await Promise.all(sampled));
}

function failureOf(error: unknown): Reading {
  const hint = error instanceof AdapterError ? error.hint : undefined;
  return { failure: messageOf(error), ...(hint !== undefined && { hint }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
