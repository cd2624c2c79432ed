/** Requests to a run: each is refused, or applied exactly once and answered. Mutates the state, which is plain data. */
import { invalidText } from '../../src/domain/checks.js';
import { type ScaleRequest, checkScaleRequest, fingerprintOf, outOfBounds } from '../../src/domain/scale/request.js';
import type { Refusal, RetargetAnswer, ScaleState } from './messages.js';
import { appendTo } from '../bounded-log.js';
import { report } from './report.js';

const rememberedAnswers = 100;

/** Why a request is refused, or undefined. The update validator calls this: a refusal there adds no events. */
export function whyRefused(state: ScaleState, request: ScaleRequest): Pick<Refusal, 'refused' | 'message'> | undefined {
  const invalid = checkScaleRequest(request);
  if (invalid !== undefined) return { refused: 'InvalidRequest', message: invalidText(invalid) };
  const { id, targetCapacity, settings } = request;
  const earlier = answerTo(state, id);
  if (earlier && earlier.fingerprint !== fingerprintOf(request)) {
    return { refused: 'IdempotencyConflict', message: `the id ${earlier.id} was already used for another request` };
  }
  const wrong = targetCapacity === undefined ? undefined : outOfBounds(targetCapacity, settings ?? state.settings);
  return wrong === undefined || earlier ? undefined : { refused: 'OutOfBounds', message: wrong };
}

/**
 * Applies a request that was not refused, once per id.
 * @returns true when the run must decide again.
 */
export function applyRequest(state: ScaleState, request: ScaleRequest, nowMs: number): boolean {
  if (answerTo(state, request.id) || state.unresolved.some(({ id }) => id !== undefined && id === request.id))
    return false;
  if (request.settings) state.settings = request.settings;
  if (request.targetCapacity !== undefined) {
    for (const overtaken of state.unresolved.splice(0)) {
      const message = 'a later request set a target before the capacity was known';
      refuse(state, overtaken, { refused: 'NotResolved', message }, nowMs);
    }
    return setTarget(state, request, request.targetCapacity, nowMs);
  }
  // In order of arrival: the next relative request starts from the result of one that is not resolved yet.
  if (state.unresolved.length === 0) {
    if (!isOver(state) && !state.isCalledOff && state.target !== null)
      return setTarget(state, request, state.target + unitsOf(request), nowMs);
    // A cancelled run cannot look again, and it does not close before every request has an answer.
    if (state.wasCancelled) return setTargetFromLastObservation(state, request, nowMs);
  }
  state.unresolved.push(request);
  return true;
}

/** Relative requests that arrived while no scaling was in progress start from the observed capacity. */
export function resolveRequests(state: ScaleState, observedCapacity: number, nowMs: number): void {
  let base = observedCapacity;
  for (const request of state.unresolved.splice(0)) {
    setTarget(state, request, base + unitsOf(request), nowMs);
    base = state.target ?? base;
  }
}

/** Answers every unresolved request when a run ends before it has observed the capacity. */
export function refuseUnresolved(state: ScaleState, why: string, nowMs: number): void {
  for (const request of state.unresolved.splice(0)) {
    refuse(state, request, { refused: 'NotResolved', message: why }, nowMs);
  }
}

export function answerTo(state: ScaleState, id: string | undefined): RetargetAnswer | Refusal | undefined {
  return id === undefined ? undefined : state.answers.find((answer) => answer.id === id);
}

/** No scaling is in progress: the run only waits to close. */
export function isOver({ phase }: ScaleState): boolean {
  return phase === 'settled' || phase === 'cancelled' || phase === 'failed';
}

function setTargetFromLastObservation(state: ScaleState, request: ScaleRequest, nowMs: number): boolean {
  if (state.observed) return setTarget(state, request, state.observed.capacity + unitsOf(request), nowMs);
  const message = 'the run was cancelled before it observed the capacity; send the request again';
  refuse(state, request, { refused: 'NotResolved', message }, nowMs);
  return false;
}

function setTarget(state: ScaleState, request: ScaleRequest, targetCapacity: number, nowMs: number): boolean {
  const wrong = outOfBounds(targetCapacity, state.settings);
  if (wrong !== undefined) {
    refuse(state, request, { refused: 'OutOfBounds', message: wrong }, nowMs);
    return false;
  }
  const isFirst = state.target === null;
  const isSame = state.target === targetCapacity;
  state.target = targetCapacity;
  state.reason = request.reason ?? null;
  answer(state, request, { targetCapacity, outcome: isFirst ? 'started' : isSame ? 'unchanged' : 'retargeted' });
  // The same target matters to a run that has stopped looking or was cancelled.
  return !isSame || isOver(state) || state.isCalledOff;
}

function answer(
  state: ScaleState,
  request: ScaleRequest,
  given: Pick<RetargetAnswer, 'targetCapacity' | 'outcome'>,
): void {
  if (request.id === undefined) return;
  appendTo(state.answers, { id: request.id, fingerprint: fingerprintOf(request), ...given }, rememberedAnswers);
}

function refuse(
  state: ScaleState,
  request: ScaleRequest,
  refusal: Pick<Refusal, 'refused' | 'message'>,
  nowMs: number,
): void {
  state.lastError = refusal.message;
  report(state, 'request.refused', nowMs, { reason: refusal.message });
  if (request.id === undefined) return;
  appendTo(state.answers, { id: request.id, fingerprint: fingerprintOf(request), ...refusal }, rememberedAnswers);
}

function unitsOf(request: ScaleRequest): number {
  return (request.add ?? 0) - (request.remove ?? 0);
}
