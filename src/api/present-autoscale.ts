/** From what is known of an autoscale to what the API answers. */
import type { AutoscaleView } from '../client/autoscale-reader.js';
import type { RunView } from '../client/run-reader.js';
import type { Evaluation, Override, Pause } from '../domain/autoscale/evaluation.js';
import type { AutoscaleAnswer, EvaluationAnswer } from './autoscale-answers.js';
import { iso, isoOrNull } from './iso-time.js';

export function presentAutoscale(
  resource: string,
  { memo, progress, heardAtMs }: AutoscaleView,
  run: RunView | undefined,
): AutoscaleAnswer {
  const cooldownUntilMs = run?.status?.cooldownUntilMs;
  const problem = progress?.problem;
  return {
    resource,
    evaluation: progress?.evaluation ? presentEvaluation(progress.evaluation, Date.now()) : null,
    problem: problem ? { message: problem.message, since: iso(problem.sinceMs) } : null,
    pause: presentPause(memo.pause ?? null),
    override: presentOverride(memo.override ?? null),
    lastError: memo.lastError ?? null,
    stats: {
      currentSize: progress?.evaluation?.capacity ?? null,
      totalScaleUps: memo.scaleUps ?? 0,
      totalScaleDowns: memo.scaleDowns ?? 0,
      inCooldown: cooldownUntilMs ? Math.max(cooldownUntilMs.up, cooldownUntilMs.down) > Date.now() : false,
    },
    heardAt: heardAtMs === null ? null : iso(heardAtMs),
  };
}

/** @param nowMs for when the ages of its samples are told. */
export function presentEvaluation(evaluation: Evaluation, nowMs: number): EvaluationAnswer {
  const {
    atMs,
    capacity,
    asked = capacity,
    ready = null,
    samples,
    policies,
    limits,
    limitedBy,
    next,
    ...told
  } = evaluation;
  const sinceMs = nowMs - atMs;
  return {
    ...told,
    at: iso(atMs),
    capacity,
    asked,
    ready,
    samples: samples.map(({ signal, value, ageMs, failure, note }) => ({
      signal,
      value,
      ageSeconds: ageMs === null ? null : Math.round((ageMs + sinceMs) / 100) / 10,
      failure: failure && { message: failure.message, since: iso(failure.sinceMs) },
      note: note ?? null,
    })),
    policies: [...policies],
    limits: [...limits],
    limitedBy: [...limitedBy],
    next: next && {
      capacity: next.capacity,
      notBefore: iso(next.notBeforeMs),
      changes: next.changes,
      reachedAt: iso(next.reachedMs),
    },
  };
}

export function presentPause(pause: Pause | null): AutoscaleAnswer['pause'] {
  return pause && { direction: pause.direction, until: isoOrNull(pause.untilMs), reason: pause.reason ?? null };
}

export function presentOverride(override: Override | null): AutoscaleAnswer['override'] {
  if (override === null) return null;
  const { capacity, untilMs, beyondBounds = false } = override;
  return { capacity, until: isoOrNull(untilMs), beyondBounds };
}
