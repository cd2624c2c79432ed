/** Names, payloads and identifiers of the messages that the plan workflow accepts. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { PlanMember, PlannedStep, PlanState, PlanStop } from '../../src/domain/plan/plan.js';

/** Temporal allows one workflow per ID: the same idempotency key is the same plan. */
export const planWorkflowId = (id: string): string => `plan:${id}`;
export const planWorkflowType = 'plan';

/**
 * `undo`: the plan stops and undoes its moves, as after a cancellation in Temporal. `keep`: the plan stops, and a
 * resource that is on its way goes on to its target.
 */
export const stopSignal = defineSignal<[PlanStop]>('stop');
/** The first resource of the plan is served on another task queue. Of two such signals, the later time wins. */
export const movePlanSignal = defineSignal<[PlanSite]>('move');
export const planStatusQuery = defineQuery<PlanState>('status');

/** Stored by the Temporal server and readable when no worker can answer. In one value: a memo keeps no null. */
export interface PlanMemo {
  readonly plan: PlanState;
}

export interface PlanSite {
  readonly taskQueue: string;
  readonly atMs: number;
}

export interface PlanInput {
  readonly id: string;
  readonly reason?: string | undefined;
  readonly timeoutMs: number;
  readonly steps: readonly PlannedStep[];
  readonly requestedAtMs: number;
  /** Each resource of the steps once. */
  readonly members: readonly PlanMember[];
  /** The task queue of the run. */
  readonly taskQueue: string;
  /** Present only when the run was continued as new. */
  readonly carried?: PlanState;
}
