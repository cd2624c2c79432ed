/** What one evaluation leaves for the next: plain JSON of bounded size, kept in the watch's heartbeat. */
import type { Burst } from '../policies/burst.js';
import type { ForecastMemory } from '../policies/forecast.js';
import type { Window } from '../policies/window.js';
import type { AutoscaleSpec } from './spec.js';

export interface PolicyMemory {
  /** Evaluations in a row without a value. */
  readonly failures: number;
  readonly window: Window;
  readonly burst: Burst | null;
  readonly forecast?: ForecastMemory;
}

export interface SignalMemory {
  readonly value: number | null;
  readonly atMs: number | null;
  readonly failingSinceMs: number | null;
}

export interface AutoscaleState {
  readonly evaluatedAtMs: number;
  readonly capacity: number;
  /** By signal. */
  readonly signals: Readonly<Record<string, SignalMemory>>;
  /** By the policy's name. */
  readonly policies: Readonly<Record<string, PolicyMemory>>;
  /** What was recommended before limits. */
  readonly recommendations: readonly { readonly atMs: number; readonly capacity: number }[];
  readonly scaleUps: readonly CapacityChange[];
  readonly scaleDowns: readonly CapacityChange[];
  readonly idle: IdleMemory;
}

/** A change that was seen, as a positive number of units. */
export interface CapacityChange {
  readonly atMs: number;
  readonly change: number;
}

export interface IdleMemory {
  /** The last time more was needed, or it was not known. */
  readonly neededAtMs: number;
  /** False from the first evaluation until need is seen: nobody knows yet whether anything was going on. */
  readonly hasBeenNeeded: boolean;
}

export const noPolicyMemory: PolicyMemory = { failures: 0, window: [], burst: null };

/** Longer than this without an evaluation, and what happened meanwhile is not known. */
const intervalsWithoutWatch = 3;

/**
 * The state as it stands at `nowMs`. Starting, restarting and gaps are never a reason to scale in: what is not known
 * counts as if the present capacity had been recommended, and had been needed, until now.
 */
export function resumeState(
  { settings }: AutoscaleSpec,
  state: AutoscaleState | null,
  nowMs: number,
  capacity: number,
): AutoscaleState {
  if (state === null) return freshState(nowMs, capacity);
  const elapsedMs = nowMs - state.evaluatedAtMs;
  if (elapsedMs < 0) return moveInTime(state, elapsedMs);
  if (elapsedMs <= settings.intervalMs * intervalsWithoutWatch) return state;
  return {
    ...state,
    recommendations: [...state.recommendations, { atMs: nowMs, capacity }],
    idle: { ...state.idle, neededAtMs: nowMs },
  };
}

function freshState(nowMs: number, capacity: number): AutoscaleState {
  return {
    evaluatedAtMs: -Infinity,
    capacity,
    signals: {},
    policies: {},
    recommendations: [{ atMs: nowMs, capacity }],
    scaleUps: [],
    scaleDowns: [],
    idle: { neededAtMs: nowMs, hasBeenNeeded: false },
  };
}

/** The clock was set back: everything keeps its age. */
function moveInTime(state: AutoscaleState, byMs: number): AutoscaleState {
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
    policies: Object.fromEntries(Object.entries(state.policies).map(movePolicy)),
    recommendations: state.recommendations.map(move),
    scaleUps: state.scaleUps.map(move),
    scaleDowns: state.scaleDowns.map(move),
    idle: { ...state.idle, neededAtMs: state.idle.neededAtMs + byMs },
  };
}
