/** Why a pending activity is tried again and again: the Temporal server has it, also when every worker is down. */
import proto from '@temporalio/proto';
import { notConfiguredType } from '../../domain/autoscale/watch.js';
import { handedOnTypes } from '../../domain/handed-on.js';

const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;

export interface PendingFailure {
  /** Of the application failure. */
  readonly type: string;
  readonly message: string;
}

/** An attempt that has gone on for so long has got over what its predecessor failed with. */
const youngForMs = 60_000;

/** Null where nothing fails: one that was handed on by its worker, or lost with it, has not. */
export function failureOf({ lastFailure, state, lastStartedTime }: PendingActivity): PendingFailure | null {
  const type = lastFailure?.applicationFailureInfo?.type;
  if (!lastFailure || type === undefined || type === null || handedOnTypes.includes(type)) return null;
  const ageMs = Date.now() - Number(lastStartedTime?.seconds ?? 0) * 1000;
  // A worker that does not know the resource gives it back at once: one that has it does.
  const isOver = type === notConfiguredType || ageMs > youngForMs;
  if (state === PENDING_ACTIVITY_STATE_STARTED && isOver) return null;
  return { type, message: lastFailure.message ?? '' };
}
