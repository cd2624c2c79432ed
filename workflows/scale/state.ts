/** The state of a run: as it begins, as data for the API, and as a few lines for a person in the Temporal Web UI. */
import type { Observation } from '../../src/domain/scale/capacity.js';
import { cooledDownAtMs } from '../../src/domain/scale/step.js';
import type { ScaleInput, ScaleState, ScaleStatus } from './messages.js';

export function newState(
  { resource, settings }: Pick<ScaleInput, 'resource' | 'settings'>,
  { runId, startedAtMs }: { runId: string; startedAtMs: number },
): ScaleState {
  return {
    resource,
    keyPrefix: runId,
    startedAtMs,
    settings,
    phase: 'observing',
    target: null,
    reason: null,
    unresolved: [],
    answers: [],
    observed: null,
    known: null,
    startedFrom: null,
    wasCancelled: false,
    isCalledOff: false,
    lastChange: null,
    step: null,
    stepsMade: 0,
    ineffective: 0,
    setbacks: 0,
    changes: [],
    drift: [],
    ignored: [],
    lastError: null,
    awaitReady: null,
    reach: null,
    refused: null,
    misdirected: 0,
    failure: null,
  };
}

export function statusOf(state: ScaleState): ScaleStatus {
  const { settings, lastChange } = state;
  return {
    resource: state.resource,
    phase: state.phase,
    targetCapacity: state.target,
    reason: state.reason,
    startedFrom: state.startedFrom,
    observed: state.observed,
    stepsMade: state.stepsMade,
    changes: state.changes,
    lastChange,
    cooldownUntilMs: lastChange && {
      up: cooledDownAtMs(lastChange, 'up', settings),
      down: cooledDownAtMs(lastChange, 'down', settings),
    },
    drift: state.drift,
    ignored: state.ignored,
    lastError: state.lastError,
    failure: state.failure ?? null,
    refused: state.refused ?? null,
    answers: state.answers,
    dryRun: settings.dryRun,
  };
}

/** Markdown. */
export function detailsOf(state: ScaleState): string {
  const lines = [
    `**${state.resource}**: ${state.phase}, target ${state.target ?? 'unknown'}${state.reason === null ? '' : ` (${state.reason})`}`,
    state.observed && `- observed: ${observed(state.observed)}`,
    `- steps made: ${state.stepsMade}${state.settings.dryRun ? ' (dry run: nothing was sent)' : ''}`,
    state.lastError !== null && `- last error: ${state.lastError}`,
    ...state.drift.map(({ atMs, from, to }) => `- moved by another writer: ${from} -> ${to} at ${timeOf(atMs)}`),
    ...state.ignored.map(({ atMs, message }) => `- ignored at ${timeOf(atMs)}: ${message}`),
  ];
  return lines.filter((line) => typeof line === 'string').join('\n');
}

function observed({ capacity, ready, status }: Observation): string {
  return `${capacity}${ready === undefined ? '' : `, ${ready} ready`}, ${status}`;
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
