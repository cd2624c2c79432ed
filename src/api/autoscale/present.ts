/** Converts the state of an autoscaler to API responses. */
import type { AutoscaleView } from '../../client/autoscale/reader.js';
import type { RunView } from '../../client/scale/runs.js';
import { type Evaluation, isOver, type Override, type Pause } from '../../domain/autoscale/evaluation.js';
import type { Writing } from '../../domain/autoscale/revision.js';
import type { AutoscaleAnswer, EvaluationAnswer } from './answers.js';
import { iso, isoOrNull } from '../http/iso-time.js';

/** @param notice what prevents the autoscaler from working. */
export function presentAutoscale(
  resource: string,
  view: AutoscaleView | undefined,
  run: RunView | undefined,
  notice: string | null,
): AutoscaleAnswer {
  const { memo, progress, heardAtMs, failure } = view ?? nothingKnown;
  const cooldownUntilMs = run?.status?.cooldownUntilMs;
  const problem = progress?.problem;
  const tally = progress?.tally ?? memo.tally;
  return {
    resource,
    evaluation: progress?.evaluation ? presentEvaluation(progress.evaluation, Date.now()) : null,
    problem: problem ? { message: problem.message, since: iso(problem.sinceMs) } : null,
    notice,
    pause: presentPause(unlessExpired(memo.pause)),
    override: presentOverride(unlessExpired(memo.override)),
    lastError: failure?.message ?? memo.lastError ?? null,
    stats: {
      currentSize: progress?.evaluation?.capacity ?? null,
      totalScaleUps: tally?.scaleUps ?? 0,
      totalScaleDowns: tally?.scaleDowns ?? 0,
      totalRefused: (tally?.refused ?? 0) + (memo.refusedRequests ?? 0),
      totalDryRuns: tally?.dryRuns ?? 0,
      inCooldown: cooldownUntilMs ? Math.max(cooldownUntilMs.up, cooldownUntilMs.down) > Date.now() : false,
    },
    configuration: memo.revision
      ? { ...presentWriting(memo.revision), insteadOf: memo.insteadOf ? presentWriting(memo.insteadOf) : null }
      : null,
    heardAt: heardAtMs === null ? null : iso(heardAtMs),
  };
}

const nothingKnown: Pick<AutoscaleView, 'memo' | 'progress' | 'heardAtMs' | 'failure'> = {
  memo: {},
  progress: null,
  heardAtMs: null,
  failure: null,
};

function presentWriting({ owner, file, host, atMs }: Writing) {
  return { owner, file, host, at: iso(atMs) };
}

/** A pause or an override that has expired is not shown. */
export function unlessExpired<T extends { readonly untilMs: number | null }>(word: T | null | undefined): T | null {
  return word && !isOver(word, Date.now()) ? word : null;
}

/** @param nowMs the time for which the ages of the samples are computed. */
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
