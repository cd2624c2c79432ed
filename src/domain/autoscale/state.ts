/** What one evaluation leaves for the next: plain JSON of bounded size, kept in the watch's heartbeat. */
import type { PolicyMemory, Units } from '../policies/policy.js';
import type { Counter } from './counter.js';
import type { RefusalMemory } from './refusal.js';
import type { AutoscaleSpec } from './spec.js';

export interface SignalMemory {
  readonly value: number | null;
  readonly atMs: number | null;
  readonly failingSinceMs: number | null;
  /** Of a signal that is a counter. */
  readonly counter?: Counter;
}

export interface AutoscaleState {
  readonly evaluatedAtMs: number;
  readonly capacity: number;
  /** The target of the open scale run; without one, the capacity. Absent in a heartbeat of an older version. */
  readonly asked?: number;
  /** What the evaluation asked for. Absent in a heartbeat of an older version. */
  readonly target?: number;
  /** When our last change was sent, as far as it is known. */
  readonly changedAtMs?: number | null;
  /** By signal. */
  readonly signals: Readonly<Record<string, SignalMemory>>;
  /** By the policy's name. */
  readonly policies: Readonly<Record<string, PolicyMemory>>;
  /** What was recommended before limits, where something was: no data is no recommendation. */
  readonly recommendations: readonly { readonly atMs: number; readonly capacity: number }[];
  readonly scaleUps: readonly PastChange[];
  readonly scaleDowns: readonly PastChange[];
  readonly idle: IdleMemory;
  /** Absent in a heartbeat of an older version. */
  readonly refusal?: RefusalMemory | null;
}

/** A change of what was asked for, as a positive number of units. */
export interface PastChange {
  readonly atMs: number;
  readonly change: number;
}

export interface IdleMemory {
  /** The last time more was needed, or it was not known. */
  readonly neededAtMs: number;
  /** False from the first evaluation until need is seen: nobody knows yet whether anything was going on. */
  readonly hasBeenNeeded: boolean;
}

/** A state that an evaluation can go on from. */
export type ResumedState = AutoscaleState & { readonly asked: number };

export const noPolicyMemory: PolicyMemory = { failures: 0, window: [], burst: null };

/** Longer than this without an evaluation, and what happened meanwhile is not known. */
const intervalsWithoutWatch = 3;
/** Short intervals know of longer gaps: a worker that dies is replaced sooner, with what it had not sent of its looks. */
const shortGapMs = 60_000;

/**
 * The state as it stands at `nowMs`. Starting, restarting and gaps are never a reason to scale in: what is not known
 * counts as if what was asked for had been recommended, and had been needed, until now. In a short gap what was seen
 * last goes on, so that no window begins anew: capacity 6, recommended 4 for 50 s and then nothing for 10 s is 4 for 60 s.
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
  if (elapsedMs <= shortGapMs) return holdOver(known, nowMs);
  return {
    ...known,
    recommendations: [...known.recommendations, { atMs: nowMs, capacity: asked }],
    idle: { ...known.idle, neededAtMs: nowMs },
  };
}

/** What was recommended last, and whether it was needed, stands until now. */
function holdOver(state: ResumedState, nowMs: number): ResumedState {
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

/** The clock was set back: everything keeps its age. */
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
