/**
 * Why a pending activity is being retried. The Temporal server stores it, so it is readable while every worker is down.
 */
import proto from '@temporalio/proto';
import { notConfiguredType } from '../../domain/autoscale/watch.js';
import { handedOnTypes } from '../../domain/handed-on.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;

export interface PendingFailure {
  /** The type of the application failure. */
  readonly type: string;
  readonly message: string;
}

/** An attempt that has run for longer than this has recovered from the failure of the previous attempt. */
const youngForMs = 60_000;

/** Null when nothing fails: an activity that its worker handed on, or that was lost with its worker, has not failed. */
export function failureOf({ lastFailure, state, lastStartedTime }: PendingActivity): PendingFailure | null {
  const type = lastFailure?.applicationFailureInfo?.type;
  if (!lastFailure || type === undefined || type === null || handedOnTypes.includes(type)) return null;
  const ageMs = Date.now() - Number(lastStartedTime?.seconds ?? 0) * 1000;
  // A worker whose configuration lacks the resource fails the attempt at once. A running attempt therefore has a worker
  // that knows it.
  const isOver = type === notConfiguredType || ageMs > youngForMs;
  if (state === PENDING_ACTIVITY_STATE_STARTED && isOver) return null;
  return { type, message: lastFailure.message ?? '' };
}
