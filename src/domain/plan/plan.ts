/**
 * A plan: several resources scaled in order, and scaled back in reverse if a step fails. These types are plain data,
 * because the history and the memo of the workflow store them.
 */
import type { ScaleSettings } from '../scale/settings.js';

/** One resource and the capacity that a plan takes it to. */
interface PlannedMove {
  readonly resource: string;
  readonly target: number;
}

/** The moves of one step are made at the same time. A resource occurs at most once in a step. */
export type PlannedStep = readonly PlannedMove[];

/** A resource of a plan, with the limits of the configuration that the plan was requested with. */
export interface PlanMember {
  readonly resource: string;
  readonly taskQueue: string;
  readonly settings: ScaleSettings;
}

export const mostMoves = 50;

export type PlanPhase =
  | 'scaling'
  /** A step has failed, or the plan was cancelled: the moves made so far are undone. */
  | 'undoing'
  | 'reached'
  /** A step has failed. Each move says whether it was undone. */
  | 'failed'
  | 'cancelled';

type MovePhase =
  | 'waiting'
  | 'observing'
  | 'scaling'
  | 'reached'
  | 'failed'
  /** The plan ended before the resource was at its target. */
  | 'stopped';

export interface Move extends PlannedMove {
  /** From 1, across all steps: part of the idempotency keys of its requests. */
  readonly number: number;
  /** From 1. */
  readonly step: number;
  phase: MovePhase;
  startedAtMs: number | null;
  /** Where the resource was, or was going, before its request. Null until that is known. */
  before: number | null;
  /** The request may have been sent. */
  isRequested: boolean;
  /** The scale run that has the request. */
  runId: string | null;
  /** Why the move was not made. */
  reason: string | null;
  /** Null if there is nothing to undo, or not yet. */
  undo: Undo | null;
}

export interface Undo {
  /** `left`: another request has decided about the resource since, so the plan leaves it as it is. */
  phase: 'undoing' | 'undone' | 'left' | 'failed';
  /** The capacity from before the plan, inside the bounds of the resource. */
  readonly to: number;
  readonly startedAtMs: number;
  runId: string | null;
  reason: string | null;
}

/** How a cancelled plan ends: by undoing its moves, or by keeping the capacities as they are. */
export type PlanStop = 'undo' | 'keep';

/** The complete state of a plan. The server stores it as the memo, so that it is readable while no worker is running. */
export interface PlanState {
  readonly id: string;
  /** Why the plan was requested. */
  readonly reason: string | null;
  readonly requestedAtMs: number;
  /** The longest time for one move, and for the undo of one move. */
  readonly timeoutMs: number;
  readonly moves: Move[];
  phase: PlanPhase;
  /** The step that has failed, and why. */
  problem: string | null;
  /** Null unless the plan was cancelled. */
  stop: PlanStop | null;
}

export interface PlanRequest {
  readonly id: string;
  readonly reason?: string | undefined;
  readonly timeoutMs: number;
  readonly steps: readonly PlannedStep[];
}

export function newPlan({ id, reason, timeoutMs, steps }: PlanRequest, requestedAtMs: number): PlanState {
  const planned = steps.flatMap((step, index) => step.map((move) => ({ ...move, step: index + 1 })));
  const moves = planned.map(({ resource, target, step }, index) => ({
    number: index + 1,
    step,
    resource,
    target,
    ...untouched,
  }));
  return { id, reason: reason ?? null, requestedAtMs, timeoutMs, moves, phase: 'scaling', problem: null, stop: null };
}

const untouched = {
  phase: 'waiting',
  startedAtMs: null,
  before: null,
  isRequested: false,
  runId: null,
  reason: null,
  undo: null,
} as const;

/** The moves by step, in order. */
export function stepsOf({ moves }: Pick<PlanState, 'moves'>): Move[][] {
  const steps: Move[][] = [];
  for (const move of moves) (steps[move.step - 1] ??= []).push(move);
  return steps;
}

export function isOver(phase: PlanPhase): boolean {
  return phase === 'reached' || phase === 'failed' || phase === 'cancelled';
}

/** Two requests with the same ID must have the same fingerprint. */
export function planFingerprint({ reason, timeoutMs, moves }: Omit<PlanState, 'id'>): string {
  return JSON.stringify([reason, timeoutMs, moves.map(({ step, resource, target }) => [step, resource, target])]);
}

/** A request of this plan for a resource. Every attempt carries the same key. */
export function requestKeyOf(planId: string, { number }: Pick<Move, 'number'>, direction: 'forth' | 'back'): string {
  return `${keyPrefixOf(planId)}${direction === 'back' ? 'undo:' : ''}${number}`;
}

/** Whether a plan has sent the request with this ID. The ID of a plan has no colon. */
export function isRequestOf(planId: string, requestId: string | null): boolean {
  return requestId?.startsWith(keyPrefixOf(planId)) ?? false;
}

const keyPrefixOf = (planId: string): string => `plan:${planId}:`;
