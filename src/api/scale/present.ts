/** Converts the state of runs to API responses: times as ISO 8601, and an explicit null for every missing value. */
import type { RunOutcome, RunSummary, RunView } from '../../client/scale/runs.js';
import { isFinished, workerAnswersWithinMs } from '../../client/scale/runs.js';
import type { ResourceConfig } from '../../config/config.js';
import type { Observation } from '../../domain/scale/capacity.js';
import type { Refused, ScaleStatus } from '../../../workflows/scale/messages.js';
import type { ResourceAnswer, RunAnswer } from './answers.js';
import { iso, isoOrNull } from '../http/iso-time.js';
import type { Links } from '../http/links.js';

type Phase = ResourceAnswer['phase'];

export function presentResource(config: ResourceConfig, run: RunView | undefined, links: Links): ResourceAnswer {
  const { alias, platform, settings } = config;
  const phase = phaseOf(run);
  return {
    resource: alias,
    platform: platform.type,
    bounds: { min: settings.min, max: settings.max },
    phase,
    notice: run?.isPaused ? pausedNotice(run) : run && phase === 'unattended' ? unattendedNotice(run, config) : null,
    ...progress(run),
    dryRun: run?.status?.dryRun ?? settings.dryRun,
    run: run
      ? {
          workflowId: run.workflowId,
          runId: run.runId,
          outcome: run.outcome,
          startedAt: iso(run.startedAtMs),
          closedAt: isoOrNull(run.closedAtMs),
        }
      : null,
    links: links.of(alias, run),
  };
}

export function presentRun(run: RunSummary, links: Links): RunAnswer {
  const { memo } = run;
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    outcome: run.outcome,
    targetCapacity: memo.targetCapacity ?? null,
    capacity: memo.capacity ?? null,
    stepsMade: memo.stepsMade ?? null,
    reason: memo.reason ?? null,
    lastError: memo.lastError ?? null,
    startedAt: iso(run.startedAtMs),
    closedAt: isoOrNull(run.closedAtMs),
    webUi: links.webUi(run),
  };
}

/** No scaling is in progress for the resource, and none starts without a request. */
export function isAtRest(phase: Phase): boolean {
  return phase === 'idle' || isFinished(phase);
}

export function phaseOf(run: RunView | undefined): Phase {
  if (!run) return 'idle';
  if (run.status) return run.status.phase;
  return run.isOpen ? 'unattended' : endedAs(run.outcome);
}

type Progress = Pick<
  ResourceAnswer,
  | 'observed'
  | 'targetCapacity'
  | 'reason'
  | 'startedFrom'
  | 'stepsMade'
  | 'changes'
  | 'cooldownUntil'
  | 'drift'
  | 'refused'
  | 'ignoredSignals'
  | 'lastError'
>;

function progress(run: RunView | undefined): Progress {
  if (!run?.status) return knownToServer(run);
  // The heartbeat of the current activity is the most recent source: the run learns of an error only when the activity
  // has ended.
  const { failure, lastError } = run.progress ?? {};
  return { ...progressOfStatus(run.status), lastError: failure ?? lastError ?? run.status.lastError };
}

function progressOfStatus(status: ScaleStatus): Progress {
  return {
    observed: presentObservation(status.observed),
    targetCapacity: status.targetCapacity,
    reason: status.reason,
    startedFrom: status.startedFrom,
    stepsMade: status.stepsMade,
    changes: status.changes.map(({ sentAtMs, ...change }) => ({ ...change, sentAt: iso(sentAtMs) })),
    cooldownUntil: {
      up: isoOfFuture(status.cooldownUntilMs?.up),
      down: isoOfFuture(status.cooldownUntilMs?.down),
    },
    drift: status.drift.map(({ atMs, from, to }) => ({ at: iso(atMs), from, to })),
    refused: presentRefused(status.refused ?? null),
    ignoredSignals: status.ignored.map(({ atMs, message }) => ({ at: iso(atMs), message })),
    lastError: status.lastError,
  };
}

function knownToServer(run: RunView | undefined): Progress {
  const tornDown = run && !run.isOpen ? `the run was ${run.outcome}` : null;
  return {
    observed: presentObservation(run?.progress?.observation ?? null),
    targetCapacity: run?.memo.targetCapacity ?? null,
    reason: run?.memo.reason ?? null,
    startedFrom: null,
    stepsMade: run?.memo.stepsMade ?? 0,
    changes: [],
    cooldownUntil: { up: null, down: null },
    drift: [],
    refused: null,
    ignoredSignals: [],
    lastError: run?.memo.lastError ?? run?.progress?.failure ?? run?.progress?.lastError ?? tornDown,
  };
}

/** @param run the task queue of the run, which may differ from the task queue of the resource in the configuration. */
export function unattendedNotice({ taskQueue }: Pick<RunSummary, 'taskQueue'>, config: ResourceConfig): string {
  const moves =
    taskQueue === config.taskQueue
      ? `when a worker of the task queue "${taskQueue}" is running ("escapement worker").`
      : `when a worker with this configuration, which has the resource on the task queue "${config.taskQueue}", is running ` +
        `("escapement worker"): it moves the run there from the task queue "${taskQueue}".`;
  return (
    `No worker answered within ${workerAnswersWithinMs / 1000} s. The request is durable and continues ` +
    `${moves} This is what the Temporal server knows.`
  );
}

function pausedNotice({ workflowId }: RunView): string {
  return (
    'The run is paused in Temporal: it changes nothing until it is resumed there ' +
    `("temporal workflow unpause --workflow-id ${workflowId}").`
  );
}

function endedAs(outcome: RunOutcome): Phase {
  if (outcome === 'reached') return 'settled';
  return outcome === 'cancelled' ? 'cancelled' : 'failed';
}

function presentObservation(observed: Pick<Observation, 'capacity' | 'status' | 'observedAtMs' | 'ready'> | null) {
  if (!observed) return null;
  const { capacity, status, ready = null, observedAtMs } = observed;
  return { capacity, status, ready, observedAt: iso(observedAtMs) };
}

function presentRefused(refused: Refused | null) {
  if (!refused) return null;
  const { atMs, from, to, reason } = refused;
  return { at: iso(atMs), from, to, reason };
}

function isoOfFuture(ms: number | undefined): string | null {
  return ms === undefined || ms <= Date.now() ? null : iso(ms);
}
