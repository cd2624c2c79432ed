/**
 * One evaluation of an autoscaled resource, as a pure function of the samples, the capacity, the state that the last
 * evaluation left, and the time.
 *
 * The order of the stages: policies, combine, idle (nothing while the resource is not ACTIVE), floors and ceilings, override, behavior, `[min, max]`, pause; then what
 * a scale run would make of it: step and cooldown. A stage that changes the number is named in `limitedBy`.
 */
import { largestCapacity } from '../scale-request.js';
import { clampToBounds, nextCapacity } from '../scale-step.js';
import { shownTime } from '../shown.js';
import { combine } from './combine.js';
import type { Evaluation, EvaluationInput, PolicyReport } from './evaluation.js';
import { applyIdle } from './idle.js';
import { judge, type Verdict } from './judge.js';
import { nextChange } from './next-change.js';
import { keepPace, rememberMove, rememberRecommendation } from './pace.js';
import { readSignals } from './signals.js';
import type { AutoscaleSpec } from './spec.js';
import { noPolicyMemory, resumeState, type AutoscaleState } from './state.js';
import { sentence } from './sentence.js';
import type { Trail } from './trail.js';

export function evaluate(
  spec: AutoscaleSpec,
  input: EvaluationInput,
): { readonly evaluation: Evaluation; readonly state: AutoscaleState } {
  const { nowMs, capacity } = input;
  const state = resumeState(spec, input.state, nowMs, capacity);
  const signals = readSignals(spec, input, state.signals);
  const circumstances = { nowMs, capacity, values: signals.values, isNewInstant: nowMs !== state.evaluatedAtMs };
  const verdicts = spec.policies.map((policy) =>
    judge(policy, state.policies[policy.name] ?? noPolicyMemory, circumstances),
  );

  const { trail, isEverythingKnown, reason } = combine(spec, verdicts, capacity);
  const recommended = trail.number;
  const idle = applyIdle(spec, state.idle, trail, { nowMs, capacity, values: signals.values, isEverythingKnown });
  waitUntilActive(trail, input);
  applyFloorsAndCeilings(trail, verdicts);

  const history = rememberMove(spec, state, input);
  const recommendations = rememberRecommendation(spec, history.recommendations, {
    atMs: nowMs,
    capacity: trail.number,
  });
  if (!applyOverride(trail, input)) keepPace(spec, history, trail, input);
  applyBounds(spec, trail);
  applyPause(spec, trail, input);
  const target = trail.number;
  const next = nextChange(spec, trail, input);

  const limitedBy = trail.limitedBy;
  return {
    evaluation: {
      atMs: nowMs,
      capacity,
      samples: signals.reports,
      policies: verdicts.map(toReport),
      recommended,
      target,
      limits: trail.limits,
      limitedBy,
      next,
      reason: sentence({ capacity, target, why: reason, limits: trail.limits, next, nowMs }),
    },
    state: {
      evaluatedAtMs: nowMs,
      capacity,
      signals: signals.memory,
      policies: Object.fromEntries(verdicts.map(({ policy, memory }) => [policy, memory])),
      recommendations,
      scaleUps: history.scaleUps,
      scaleDowns: history.scaleDowns,
      idle,
    },
  };
}

/** Units that are starting carry no load yet: what is measured meanwhile says nothing about the capacity there will be. */
function waitUntilActive(trail: Trail, { status, run, capacity }: EvaluationInput): void {
  if (status === 'ACTIVE') return;
  trail.move('status', run?.target ?? capacity, `the resource is ${status}`);
}

function applyFloorsAndCeilings(trail: Trail, verdicts: readonly Verdict[]): void {
  for (const { policy, opinion } of verdicts) {
    if (opinion.kind !== 'bounds' || opinion.bounds.floor === null) continue;
    trail.raise('floor', opinion.bounds.floor, `${policy}, ${opinion.bounds.reason}`);
  }
  for (const { policy, opinion } of verdicts) {
    if (opinion.kind !== 'bounds' || opinion.bounds.ceiling === null) continue;
    trail.lower('ceiling', opinion.bounds.ceiling, `${policy}, ${opinion.bounds.reason}`);
  }
}

/** A person's word is not slowed down by behavior; @returns whether there is one. Bounds, steps and cooldowns hold. */
function applyOverride(trail: Trail, { override, nowMs }: EvaluationInput): boolean {
  if (override === null || isOver(override, nowMs)) return false;
  trail.move('override', override.capacity, `${override.capacity} ${until(override)}`);
  return true;
}

/** Without a max it is that of any request: what lies beyond is a mistake of a signal. */
function applyBounds({ limits }: AutoscaleSpec, trail: Trail): void {
  const bounded = clampToBounds(trail.number, { min: limits.min, max: limits.max ?? largestCapacity });
  trail.move(
    bounded > trail.number ? 'min' : 'max',
    bounded,
    `${bounded > trail.number ? 'min' : 'max'} is ${bounded}`,
  );
}

/** Nothing moves a resource that a person has paused in that direction, not even its bounds. */
function applyPause(spec: AutoscaleSpec, trail: Trail, input: EvaluationInput): void {
  const { pause, nowMs, capacity } = input;
  if (pause === null || isOver(pause, nowMs)) return;
  const stands = whatStands(spec, input);
  const paused = pause.direction === 'both' ? 'paused' : `scaling ${pause.direction} is paused`;
  const reason = `${paused} ${until(pause)}${stands === capacity ? '' : `; a run is under way to ${stands}`}`;
  if (pause.direction !== 'up') trail.raise('pause', stands, reason);
  if (pause.direction !== 'down') trail.lower('pause', stands, reason);
}

/** What somebody else asks for while it is paused; a walk of our own ends with the step that is under way. */
function whatStands({ limits }: AutoscaleSpec, { capacity, status, run }: EvaluationInput): number {
  if (run === null) return capacity;
  if (!run.isOwn) return run.target;
  return status === 'ACTIVE' ? capacity : nextCapacity(capacity, run.target, limits);
}

function isOver({ untilMs }: { readonly untilMs: number | null }, nowMs: number): boolean {
  return untilMs !== null && nowMs >= untilMs;
}

function until({ untilMs }: { readonly untilMs: number | null }): string {
  return untilMs === null ? 'until it is taken back' : `until ${shownTime(untilMs)}`;
}

function toReport({ policy, value, opinion }: Verdict): PolicyReport {
  const bounds = opinion.kind === 'bounds' ? opinion.bounds : { floor: null, ceiling: null };
  return {
    policy,
    value,
    recommended: opinion.kind === 'capacity' ? opinion.capacity : null,
    floor: bounds.floor,
    ceiling: bounds.ceiling,
    reason: opinion.kind === 'bounds' ? opinion.bounds.reason : opinion.reason,
  };
}
