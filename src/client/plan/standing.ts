/** What was requested of a resource last, as its newest scale run tells. */
import type { Standing } from '../../domain/plan/orders.js';
import { isFinished, type RunView } from '../scale/runs.js';

/** @returns undefined when no worker answers for an open run, or the run has not decided about its request yet. */
export function standingIn(run: RunView | undefined): Standing | undefined {
  if (!run) return nothing;
  const { isOpen, status, memo } = run;
  // Ended from outside, so that it left no status.
  if (!status) return isOpen ? undefined : { ...nothing, target: memo.targetCapacity ?? null };
  const { phase, targetCapacity, answers, lastChange } = status;
  const isInProgress = isOpen && !isFinished(phase);
  if (isInProgress && targetCapacity === null) return undefined;
  const newest = answers.findLast((answer) => !('refused' in answer));
  const isFromIt = newest && 'targetCapacity' in newest && newest.targetCapacity === targetCapacity;
  return {
    target: targetCapacity,
    by: isFromIt ? newest.id : null,
    isInProgress,
    isCancelled: phase === 'cancelled',
    lastChange,
  };
}

const nothing: Standing = { target: null, by: null, isInProgress: false, isCancelled: false, lastChange: null };
