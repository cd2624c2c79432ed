/**
 * One evaluation of an autoscaled resource, as a pure function of the samples, the capacity, the state that the last
 * evaluation returned, and the time.
 *
 * The stages run in this order: policies, combine, idle, status, floors and ceilings, override, behavior, the
 * platform's reasons against scaling in, `[min, max]`, pause, refusal. The last stages, step and cooldown, show what a
 * scale run would do about the result. `limitedBy` names each stage that changed the number.
 */
import { largestCapacity } from '../scale/request.js';
import { clampToBounds, nextCapacity, widenedTo } from '../scale/step.js';
import { type ScaleSettings, takesChangesAtAnyTime } from '../scale/settings.js';
import { shownTime } from '../numbers.js';
import { combine } from './combine.js';
import { type Evaluation, type EvaluationInput, isOver, type Override, type PolicyReport } from './evaluation.js';
import { applyIdle } from './idle.js';
import { judge, type Verdict } from './judge.js';
import { nextChange } from './next-change.js';
import { keepPace, rememberMove, rememberRecommendation } from './pace.js';
import { readSignals } from './signals.js';
import { withStandIns } from './stand-in.js';
import type { AutoscaleSpec } from './spec.js';
import { noPolicyMemory, resumeState, type AutoscaleState } from './state.js';
import { sentence } from './sentence.js';
import type { LimitChain } from './limit-chain.js';
import type { Units } from '../policies/policy.js';

export function evaluate(
  spec: AutoscaleSpec,
  input: EvaluationInput,
): { readonly evaluation: Evaluation; readonly state: AutoscaleState } {
  const { nowMs, capacity, lastChange } = input;
  const units = unitsOf(input);
  const { asked } = units;
  const state = resumeState(spec, input.state, nowMs, units);
  const signals = withStandIns(spec.settings, readSignals(spec, input, state.signals), nowMs);
  const { values, hints, standIns, pods } = signals;
  const changedAtMs = lastChangeMs(state, input);
  const beforeChangeMs = ofBefore(changedAtMs, signals.datedAtMs);
  const circumstances = {
    nowMs,
    units,
    values,
    hints,
    standIns,
    pods,
    beforeChangeMs,
    isNewInstant: nowMs !== state.evaluatedAtMs,
  };
  const verdicts = spec.policies.map((policy) =>
    judge(policy, state.policies[policy.name] ?? noPolicyMemory, circumstances),
  );

  const { chain, isAdvice, isEverythingKnown, inFallback, reason } = combine(spec, verdicts, units);
  const recommended = chain.number;
  const idle = applyIdle(spec, state.idle, chain, {
    nowMs,
    asked,
    elapsedMs: Math.max(0, nowMs - state.evaluatedAtMs),
    values,
    hints,
    standIns,
    isEverythingKnown,
    inFallback,
    isHeldUp: verdicts.some(({ result }) => result.kind === 'bounds' && (result.bounds.floor ?? 0) > 0),
  });
  const undecided = isUndecided(spec, input);
  if (undecided) chain.move('status', asked, `the resource is ${input.status}`);
  applyFloorsAndCeilings(chain, verdicts);

  const pace = { nowMs, asked, lastChange };
  const history = rememberMove(spec, state, pace);
  const recommendations =
    isAdvice && !undecided
      ? rememberRecommendation(spec, history.recommendations, { atMs: nowMs, capacity: chain.number })
      : history.recommendations;
  const override = applyOverride(spec, chain, input);
  if (override === null) {
    if (idle.atOnce !== chain.number) keepPace(spec, history, chain, pace);
    holdScaleIn(chain, units, input);
  }
  applyBounds(override?.beyondBounds === true ? { min: 0, max: null } : spec.limits, chain);
  applyPause(spec, chain, input);
  applyRefusal(chain, input, override);
  // A run that was requested for any other target would fail at once, and the autoscaler would request it again at
  // every evaluation.
  if (input.status === 'FAILED') chain.move('status', asked, `the resource is ${input.status}`);
  const target = chain.number;
  const next = nextChange(spec, chain, input);

  const limitedBy = chain.limitedBy;
  return {
    evaluation: {
      atMs: nowMs,
      capacity,
      asked,
      ready: input.ready ?? null,
      samples: signals.reports,
      policies: verdicts.map(toReport),
      recommended,
      target,
      limits: chain.limits,
      limitedBy,
      next,
      reason: sentence({ capacity, asked, target, why: reason, limits: chain.limits, next, nowMs }),
    },
    state: {
      evaluatedAtMs: nowMs,
      capacity,
      asked,
      target,
      changedAtMs,
      signals: signals.memory,
      policies: Object.fromEntries(verdicts.map(({ policy, memory }) => [policy, memory])),
      recommendations,
      scaleUps: history.scaleUps,
      scaleDowns: history.scaleDowns,
      idle: idle.memory,
      refusal: input.refusal,
    },
  };
}

/** The state keeps this time, because not every evaluation queries the run that sent the change. */
function lastChangeMs({ changedAtMs }: AutoscaleState, { lastChange }: EvaluationInput): number | null {
  if (lastChange === null) return changedAtMs ?? null;
  return Math.max(lastChange.sentAtMs, changedAtMs ?? lastChange.sentAtMs);
}

function ofBefore(changedAtMs: number | null, datedAtMs: Readonly<Record<string, number>>): Record<string, number> {
  if (changedAtMs === null) return {};
  return Object.fromEntries(Object.entries(datedAtMs).filter(([, atMs]) => atMs <= changedAtMs));
}

/**
 * A resource that is not `ACTIVE` takes no change on a platform of the `whenActive` kind. Units that are starting carry
 * no load yet, so the samples say nothing about them. A resource that has failed takes no change on any platform,
 * from any requester.
 */
function isUndecided({ limits }: AutoscaleSpec, { status }: EvaluationInput): boolean {
  return status === 'FAILED' || (status !== 'ACTIVE' && !takesChangesAtAnyTime(limits));
}

/**
 * Holds scale-in while the platform reports a reason, for example during a deployment. A scale-in that the autoscaler
 * requested stops at the current capacity. A scale-in that another requester started continues.
 */
function holdScaleIn(chain: LimitChain, units: Units, { holdsScaleIn }: EvaluationInput): void {
  if (holdsScaleIn === undefined) return;
  const { asked, capacity, isAskedByOthers } = units;
  chain.raise('status', isAskedByOthers ? asked : Math.max(asked, capacity), `no scaling in: ${holdsScaleIn}`);
}

function applyFloorsAndCeilings(chain: LimitChain, verdicts: readonly Verdict[]): void {
  for (const { policy, result } of verdicts) {
    if (result.kind !== 'bounds' || result.bounds.floor === null) continue;
    chain.raise('floor', result.bounds.floor, `${policy}, ${result.bounds.reason}`);
  }
  for (const { policy, result } of verdicts) {
    if (result.kind !== 'bounds' || result.bounds.ceiling === null) continue;
    chain.lower('ceiling', result.bounds.ceiling, `${policy}, ${result.bounds.reason}`);
  }
}

/**
 * Applies the override of a person, which `behavior` does not slow down. Step and cooldown still apply. The bounds
 * still apply unless the override sets `beyondBounds`.
 * @returns the override that applies, or null.
 */
function applyOverride({ limits }: AutoscaleSpec, chain: LimitChain, input: EvaluationInput): Override | null {
  const { override, nowMs } = input;
  if (override === null || isOver(override, nowMs)) return null;
  const isBeyond = override.beyondBounds === true && clampToBounds(override.capacity, limits) !== override.capacity;
  const scope = isBeyond ? ', beyond the bounds' : '';
  chain.move('override', override.capacity, `${override.capacity} ${until(override)}${scope}`);
  return override;
}

/** If `max` is not set, the maximum for any request applies. A larger number is caused by an invalid signal value. */
function applyBounds({ min, max }: Pick<ScaleSettings, 'min' | 'max'>, chain: LimitChain): void {
  const bounded = clampToBounds(chain.number, { min, max: max ?? largestCapacity });
  chain.move(
    bounded > chain.number ? 'min' : 'max',
    bounded,
    `${bounded > chain.number ? 'min' : 'max'} is ${bounded}`,
  );
}

/** While a direction is paused, nothing moves the resource in that direction, not even `[min, max]`. */
function applyPause(spec: AutoscaleSpec, chain: LimitChain, input: EvaluationInput): void {
  const { pause, nowMs, capacity } = input;
  if (pause === null || isOver(pause, nowMs)) return;
  const stands = targetInForce(spec, input);
  const what = pause.direction === 'both' ? 'paused' : `scaling ${pause.direction} is paused`;
  const paused = pause.reason === undefined ? what : `paused itself (${pause.reason})`;
  const reason = `${paused} ${until(pause)}${stands === capacity ? '' : `, and a run to ${stands} is in progress`}`;
  if (pause.direction !== 'up') chain.raise('pause', stands, reason);
  if (pause.direction !== 'down') chain.lower('pause', stands, reason);
}

/**
 * Returns the capacity that stays in force during a pause. A target that another requester set stays. A run that the
 * autoscaler started ends with the step that is in progress.
 */
function targetInForce({ limits }: AutoscaleSpec, { capacity, status, run, lastChange }: EvaluationInput): number {
  if (run === null) return capacity;
  if (!run.isOwn) return run.target;
  const isStepInProgress = takesChangesAtAnyTime(limits) ? lastChange?.confirmed === false : status !== 'ACTIVE';
  return isStepInProgress ? nextCapacity(capacity, run.target, widenedTo(run.target, limits)) : capacity;
}

/**
 * After a refusal, the platform would refuse a request in the same direction again, so the capacity stays where it is
 * until the hold expires. An override that a person set after the refusal is still requested once.
 */
function applyRefusal(
  chain: LimitChain,
  { refusal, run, capacity, nowMs }: EvaluationInput,
  override: Override | null,
): void {
  if (refusal === null || run !== null || isOver(refusal, nowMs)) return;
  if (override && refusal.atMs < (override.sinceMs ?? Infinity)) return;
  const { direction, reason, atMs, untilMs } = refusal;
  const why = `${refusal.capacity} was refused at ${shownTime(atMs)}: ${reason}, and is not asked for again until ${shownTime(untilMs)}`;
  if (direction === 'up') chain.lower('refused', capacity, why);
  else chain.raise('refused', capacity, why);
}

function until({ untilMs }: { readonly untilMs: number | null }): string {
  return untilMs === null ? 'until it is taken back' : `until ${shownTime(untilMs)}`;
}

function toReport({ policy, value, result }: Verdict): PolicyReport {
  const bounds = result.kind === 'bounds' ? result.bounds : { floor: null, ceiling: null };
  return {
    policy,
    value,
    recommended: result.kind === 'capacity' ? result.capacity : null,
    floor: bounds.floor,
    ceiling: bounds.ceiling,
    reason: result.kind === 'bounds' ? result.bounds.reason : result.reason,
  };
}

/**
 * Returns the units that an evaluation is about: the current capacity, the requested capacity, and the units that the
 * samples were measured over.
 */
function unitsOf({ capacity, ready, status, run }: EvaluationInput): Units {
  return {
    capacity,
    asked: run?.target ?? capacity,
    isAskedByOthers: run !== null && !run.isOwn,
    loaded: ready ?? (status === 'ACTIVE' ? capacity : null),
  };
}
