/** What an autoscaler of a pool in the same process does, from what this process knows: no call to Temporal. */
import type { WatchProgress } from '../domain/autoscale/watch.js';

export interface AutoscalerStats {
  /**
   * - `stopped`: not started, or stopped.
   * - `starting`: no evaluation in this process yet.
   * - `steady`: the pool has its target.
   * - `changing`: the pool has another size than its target.
   * - `coolingDown`: the cooldown of the last change is not over.
   * - `takenOver`: a newer process with the same name has the autoscaler. This one has stopped.
   */
  readonly phase: 'stopped' | 'starting' | 'steady' | 'changing' | 'coolingDown' | 'takenOver';
  /** The size of the pool when it was last read, in units. Null before the first read. */
  readonly capacity: number | null;
  /** The size that the last evaluation asked for, in units. Null before the first evaluation. */
  readonly target: number | null;
  /** Null before the first read, and while the length cannot be read. */
  readonly queueLength: number | null;
  /** The last evaluation in one sentence, whether it changed anything or not. Null before the first one. */
  readonly decision: string | null;
  readonly evaluatedAt: Date | null;
  /** When the next change may be made. Null: at once. */
  readonly cooldownUntil: Date | null;
  /** Changes since the autoscaler was first started under its name, also by earlier processes. */
  readonly scaleUps: number;
  readonly scaleDowns: number;
  /** Why there is no evaluation now, in words. Null: there is none. */
  readonly problem: string | null;
}

export interface Known {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly cooldownMs: number;
  readonly capacity: number | null;
  readonly queueLength: number | null;
  readonly resizedAtMs: number | null;
  /** Undefined: no watch has run in this process. */
  readonly progress: WatchProgress | undefined;
  /** Why the worker cannot work. Null: it can. */
  readonly problem: string | null;
}

export const stoppedStats: AutoscalerStats = {
  phase: 'stopped',
  capacity: null,
  target: null,
  queueLength: null,
  decision: null,
  evaluatedAt: null,
  cooldownUntil: null,
  scaleUps: 0,
  scaleDowns: 0,
  problem: null,
};

export function statsOf(known: Known): AutoscalerStats {
  const { nowMs, startedAtMs, capacity, queueLength, progress, problem } = known;
  const last = progress?.evaluation ?? null;
  // The evaluations of an earlier process are about another pool.
  const evaluation = last && last.atMs >= startedAtMs ? last : null;
  const cooldownUntilMs = Math.max(
    known.resizedAtMs === null ? 0 : known.resizedAtMs + known.cooldownMs,
    evaluation?.next?.notBeforeMs ?? 0,
  );
  const isCoolingDown = cooldownUntilMs > nowMs;
  return {
    phase: isCoolingDown ? 'coolingDown' : phaseOf(capacity, evaluation),
    capacity,
    target: evaluation?.target ?? null,
    queueLength,
    decision: evaluation?.reason ?? null,
    evaluatedAt: evaluation && new Date(evaluation.atMs),
    cooldownUntil: isCoolingDown ? new Date(cooldownUntilMs) : null,
    scaleUps: progress?.tally?.scaleUps ?? 0,
    scaleDowns: progress?.tally?.scaleDowns ?? 0,
    problem: progress?.problem?.message ?? problem,
  };
}

function phaseOf(capacity: number | null, evaluation: WatchProgress['evaluation']): AutoscalerStats['phase'] {
  if (!evaluation) return 'starting';
  return evaluation.target === capacity ? 'steady' : 'changing';
}
