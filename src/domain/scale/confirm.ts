/** What one observation says about a change that was sent. Pure; the activity that polls does the waiting. */
import type { Observation } from './capacity.js';
import type { Confirmation, ConfirmOrder } from './orders.js';
import { takesChangesAtAnyTime } from './settings.js';

/** A platform that shows an accepted size at once may answer one read from a replica that lags behind by so much. */
const longestReadLagMs = 2000;

/**
 * Undefined while nothing can be said yet.
 * - Only an observation newer than the change proves anything.
 * - Where the platform takes changes only while it is `ACTIVE`, only an `ACTIVE` resource proves anything.
 * - `to` is believed at once, however many units are ready.
 * - After an accepted change, any other value is another writer's where the platform shows sizes at once (`from` only
 *   when a lagging read is ruled out). Elsewhere a value between `from` and `to`, or any value of a resource that is
 *   not `ACTIVE`, is the change still arriving.
 * - Anything else is believed only from an observation made `settle` after the change: by then the change has taken
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
