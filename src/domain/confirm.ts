/** What one observation says about a change that was sent. Pure; the waiting is done by whoever looks. */
import type { Observation } from './capacity.js';
import type { Confirmation, ConfirmOrder } from './scale-orders.js';

/**
 * Undefined while nothing can be said yet.
 * - Only an observation newer than the change proves anything.
 * - `to` is believed at once. Between `from` and `to` an accepted change is still arriving.
 * - Anything else is believed only from an observation made `settle` after the change: by then it has taken effect or
 *   never will (docs/guarantees.md).
 */
export function judge(observation: Observation, order: ConfirmOrder): Confirmation | undefined {
  const { sent, from, to } = order;
  if (observation.observedAtMs <= sent.sentAtMs) return undefined;
  if (observation.status === 'FAILED') {
    return { shown: 'failed', reason: `${order.resource} is FAILED`, observation };
  }
  if (observation.status !== 'ACTIVE') return undefined;
  if (observation.capacity === to) return { shown: 'reached', observation };
  const isSettled = observation.observedAtMs >= sent.sentAtMs + order.settleMs;
  const isStillArriving = sent.outcome === 'accepted' && liesBetween(observation.capacity, from, to);
  return isSettled && !isStillArriving ? { shown: 'other', observation } : undefined;
}

function liesBetween(capacity: number, from: number, to: number): boolean {
  return capacity >= Math.min(from, to) && capacity <= Math.max(from, to);
}
