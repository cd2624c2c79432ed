/**
 * Decides what one observation says about a change that was sent. This module is pure; the activity that polls does the
 * waiting.
 */
import type { Observation } from './capacity.js';
import type { Confirmation, ConfirmOrder } from './orders.js';
import { takesChangesAtAnyTime } from './settings.js';

/**
 * The longest read lag that is allowed for on a platform that shows an accepted size at once: a read may come from a
 * replica that is behind by this much.
 */
const longestReadLagMs = 2000;

/**
 * Returns undefined while the observation does not decide the outcome.
 * - Only an observation that is newer than the change proves anything.
 * - Where the platform takes changes only while the resource is `ACTIVE`, only an observation of an `ACTIVE` resource
 *   proves anything.
 * - A capacity of `to` confirms the change at once, however many units are ready.
 * - After an accepted change, a platform that shows sizes at once proves with any other value that another writer
 *   changed the capacity. The value `from` proves it only after the longest read lag has passed. On other platforms, a
 *   value between `from` and `to`, or any value of a resource that is not `ACTIVE`, means that the change is still in
 *   progress.
 * - Any other value counts only in an observation made at least `settle` after the change. By then the change has taken
 *   effect or never will (docs/guarantees.md).
 */
export function confirmationOf(observation: Observation, order: ConfirmOrder): Confirmation | undefined {
  const { sent, from, to, takesChanges, settleMs } = order;
  const { capacity, status, observedAtMs } = observation;
  if (observedAtMs <= sent.sentAtMs) return undefined;
  if (status === 'FAILED') {
    return { shown: 'failed', reason: `${order.resource} is FAILED`, observation };
  }
  const isActive = status === 'ACTIVE';
  if (!isActive && !takesChangesAtAnyTime(order)) return undefined;
  if (capacity === to) return { shown: 'reached', observation };
  if (sent.outcome === 'accepted') {
    if (takesChanges === 'shownAtOnce') {
      const lagMs = capacity === from ? Math.min(longestReadLagMs, settleMs) : 0;
      return observedAtMs >= sent.sentAtMs + lagMs ? { shown: 'other', observation } : undefined;
    }
    if (!isActive || liesBetween(capacity, from, to)) return undefined;
  }
  return observedAtMs >= sent.sentAtMs + settleMs ? { shown: 'other', observation } : undefined;
}

function liesBetween(capacity: number, from: number, to: number): boolean {
  return capacity >= Math.min(from, to) && capacity <= Math.max(from, to);
}
