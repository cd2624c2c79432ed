/**
 * The state that one evaluation leaves for the next. The state is plain JSON of bounded size, and the heartbeat of the
 * watch stores it.
 */
import type { PolicyMemory, Units } from '../policies/policy.js';
import type { Counter } from './counter.js';
import type { RefusalMemory } from './refusal.js';
import type { AutoscaleSpec } from './spec.js';

export interface SignalMemory {
  readonly value: number | null;
  readonly atMs: number | null;
  readonly failingSinceMs: number | null;
  /** Set for a signal that is a counter. */
  readonly counter?: Counter;
}

export interface AutoscaleState {
  readonly evaluatedAtMs: number;
  readonly capacity: number;
  /** The target of the open scale run, or the capacity if no run is open. Absent in a heartbeat of an older version. */
  readonly asked?: number;
  /** The target that the evaluation requested. Absent in a heartbeat of an older version. */
  readonly target?: number;
  /** When the last change by Escapement was sent, as far as this time is known. */
  readonly changedAtMs?: number | null;
  /** By signal. */
  readonly signals: Readonly<Record<string, SignalMemory>>;
  /** By the policy's name. */
  readonly policies: Readonly<Record<string, PolicyMemory>>;
  /** The recommendations before limits. An evaluation without data adds none. */
  readonly recommendations: readonly { readonly atMs: number; readonly capacity: number }[];
  readonly scaleUps: readonly PastChange[];
  readonly scaleDowns: readonly PastChange[];
  readonly idle: IdleMemory;
  /** Absent in a heartbeat of an older version. */
  readonly refusal?: RefusalMemory | null;
}

/** A change of the requested capacity, as a positive number of units. */
export interface PastChange {
  readonly atMs: number;
  readonly change: number;
}

export interface IdleMemory {
  /** The last time that there was need, or that need was not known. */
  readonly neededAtMs: number;
  /** False from the first evaluation until need is seen. Until then it is not known whether there was any load. */
  readonly hasBeenNeeded: boolean;
}

/** A state that an evaluation can continue from. */
export type ResumedState = AutoscaleState & { readonly asked: number };

export const noPolicyMemory: PolicyMemory = { failures: 0, window: [], burst: null };

/** After more intervals than this without an evaluation, what happened in between is not known. */
const intervalsWithoutWatch = 3;
/**
 * The longest gap that is bridged where intervals are short. A dead worker is replaced within this time, which includes
 * the evaluations that the dead worker had not yet sent in a heartbeat.
 */
const shortGapMs = 60_000;

/**
 * Returns the state as it applies at `nowMs`. A start, a restart or a gap is never a reason to scale in. For time that
 * is not known, the requested capacity counts as recommended and as needed until now. In a short gap, the last
 * recommendation continues, so that no window starts again: with capacity 6, a recommendation of 4 for 50 s followed by
 * a gap of 10 s counts as 4 for 60 s.
 */
export function resumeState(
  { settings }: AutoscaleSpec,
  state: AutoscaleState | null,
  nowMs: number,
  { capacity, asked }: Units,
): ResumedState {
  if (state === null) return freshState(nowMs, { capacity, asked });
  const known = { ...state, asked: state.asked ?? state.capacity };
  const elapsedMs = nowMs - known.evaluatedAtMs;
  if (elapsedMs < 0) return moveInTime(known, elapsedMs);
  if (elapsedMs <= settings.intervalMs * intervalsWithoutWatch) return known;
  if (elapsedMs <= shortGapMs) return extendLastEvaluation(known, nowMs);
  return {
    ...known,
    recommendations: [...known.recommendations, { atMs: nowMs, capacity: asked }],
    idle: { ...known.idle, neededAtMs: nowMs },
  };
}

/** The last recommendation, and the last need, apply until now. */
function extendLastEvaluation(state: ResumedState, nowMs: number): ResumedState {
  const { idle, evaluatedAtMs, recommendations } = state;
  const last = recommendations.filter(({ atMs }) => atMs === evaluatedAtMs);
  return {
    ...state,
    recommendations: [...recommendations, ...last.map((recommendation) => ({ ...recommendation, atMs: nowMs }))],
    idle: idle.neededAtMs === evaluatedAtMs ? { ...idle, neededAtMs: nowMs } : idle,
  };
}

function freshState(nowMs: number, { capacity, asked }: Pick<Units, 'capacity' | 'asked'>): ResumedState {
  return {
    evaluatedAtMs: -Infinity,
    capacity,
    asked,
    signals: {},
    policies: {},
    recommendations: [{ atMs: nowMs, capacity: asked }],
    scaleUps: [],
    scaleDowns: [],
    idle: { neededAtMs: nowMs, hasBeenNeeded: false },
  };
}

/** The clock was set back. Every remembered time keeps its age. */
function moveInTime(state: ResumedState, byMs: number): ResumedState {
  const move = <Event extends { readonly atMs: number }>(event: Event): Event => ({
    ...event,
    atMs: event.atMs + byMs,
  });
  const movePolicy = ([name, memory]: [string, PolicyMemory]): [string, PolicyMemory] => [
    name,
    {
      ...memory,
      window: memory.window.map(([atMs, sum, count]) => [atMs + byMs, sum, count] as const),
      burst: memory.burst && { ...memory.burst, lastAboveMs: memory.burst.lastAboveMs + byMs },
    },
  ];
  return {
    ...state,
    changedAtMs: typeof state.changedAtMs === 'number' ? state.changedAtMs + byMs : null,
    policies: Object.fromEntries(Object.entries(state.policies).map(movePolicy)),
    recommendations: state.recommendations.map(move),
    scaleUps: state.scaleUps.map(move),
    scaleDowns: state.scaleDowns.map(move),
    idle: { ...state.idle, neededAtMs: state.idle.neededAtMs + byMs },
  };
}
