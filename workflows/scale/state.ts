/** The state of a new run: only its input. */
import type { ScaleInput, ScaleState } from './messages.js';

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
    raisedTo: null,
    awaitReady: null,
    reach: null,
    refused: null,
    misdirected: 0,
    failure: null,
  };
}
