/** Sends one change at most once: observe, get a send permit, send, confirm. */
import type { ChangeOutcome, Observation } from '../src/domain/scale/capacity.js';
import type { ChangeOrder, ChangeResult, Confirmation, SentOutcome } from '../src/domain/scale/orders.js';
import { takesChangesAtAnyTime } from '../src/domain/scale/settings.js';
import { AdapterError } from '../src/adapters/net/errors.js';
import type { Platform, SendPermit } from '../src/adapters/platforms/platform.js';
import { lookUntilConfirmed, type PollWorld } from './poll.js';

export interface ChangeWorld extends PollWorld {
  /**
   * Asks the Temporal server whether it still waits for exactly this attempt. The server may have timed out a worker
   * that was suspended: the workflow then already counts its change as made, and the worker must not send it. Undefined
   * when the server no longer waits for the attempt; rejects when the answer does not arrive in time.
   */
  requestSendPermit(): Promise<SendPermit | undefined>;
  /** Aborts only when the worker has to stop: a request in flight is then aborted. */
  readonly outOfTime: AbortSignal;
}

/**
 * A process can be suspended between any two lines, also between the fence and the write to the socket. The send permit
 * expires, which closes that gap except for the last instructions before the write (docs/guarantees.md).
 */
export async function sendChange(platform: Platform, order: ChangeOrder, world: ChangeWorld): Promise<ChangeResult> {
  const obstacle = await whyNotNow(platform, order, world);
  if (obstacle) return { outcome: 'notSent', ...obstacle };
  if (order.dryRun) return dryRunResult(order, world);

  const sentence = `${order.resource} ${order.from} -> ${order.to}`;
  let permit: SendPermit | undefined;
  try {
    permit = await world.requestSendPermit();
  } catch (error) {
    return notSent(`${sentence}: the server did not confirm in time that it still waits for it (${String(error)})`);
  }
  if (!permit) return notSent(`${sentence}: the server no longer waits for this change`);
  if (world.stopped.aborted) return { outcome: 'notSent', reason: 'stopped before the change was sent' };
  const askedAtMs = world.now();
  const outcome = await platform.change(order, permit, world.outOfTime);
  if (outcome.outcome === 'rejected') return outcome;

  // A platform may carry out an unanswered request as long as the connection is open: the settle time starts after
  // that.
  const sent = asSent(outcome, outcome.outcome === 'accepted' ? askedAtMs : world.now());
  return { ...sent, confirmation: await lookUntilConfirmed(platform, { ...order, sent }, world) };
}

/**
 * The capacity may have moved since the run decided, and the change is valid only from the capacity that the run
 * decided on.
 */
async function whyNotNow(
  platform: Platform,
  order: ChangeOrder,
  world: ChangeWorld,
): Promise<{ readonly reason: string; readonly movedTo?: Observation } | undefined> {
  // A dry run continues from capacities that exist only in its plan.
  if (order.dryRun) return undefined;
  try {
    const seen = await platform.observe(world.stopped);
    const mayBeUnready = takesChangesAtAnyTime(order) && seen.status !== 'FAILED';
    if (seen.status !== 'ACTIVE' && !mayBeUnready) return { reason: `${order.resource} is ${seen.status}` };
    if (seen.observedAtMs < order.newerThanMs)
      return { reason: `the observation of ${order.resource} is older than its last change` };
    if (seen.capacity !== order.from)
      return { reason: `${order.resource} is at ${seen.capacity}, not at ${order.from}`, movedTo: seen };
    return undefined;
  } catch (error) {
    if (error instanceof AdapterError) return { reason: error.message };
    throw error;
  }
}

function asSent(outcome: Exclude<ChangeOutcome, { outcome: 'rejected' }>, sentAtMs: number): SentOutcome {
  return outcome.outcome === 'accepted'
    ? { outcome: 'accepted', sentAtMs }
    : { outcome: 'unknown', sentAtMs, reason: outcome.reason };
}

function notSent(reason: string): ChangeResult {
  return { outcome: 'rejected', reason: `not sent: ${reason}`, final: false };
}

function dryRunResult(order: ChangeOrder, world: ChangeWorld): ChangeResult {
  const confirmation: Confirmation = {
    shown: 'reached',
    observation: { capacity: order.to, status: 'ACTIVE', observedAtMs: world.now() },
  };
  return { outcome: 'accepted', sentAtMs: world.now(), confirmation };
}
