/** Sending one change, at most once: look, fence, send, confirm. */
import type { ChangeOutcome, Observation } from '../src/domain/scale/capacity.js';
import type { ChangeOrder, ChangeResult, Confirmation, SentOutcome } from '../src/domain/scale/orders.js';
import { takesChangesAtAnyTime } from '../src/domain/scale/settings.js';
import { type Platform, PlatformError, type SendPermit } from '../src/adapters/platforms/platform.js';
import { lookUntilConfirmed, type PollWorld } from './poll.js';

export interface ChangeWorld extends PollWorld {
  /**
   * Asks the Temporal server whether this very attempt is still the one it waits for. A worker that slept through its
   * time-outs was given up: its change counts as made already, and must not be sent now.
   * Undefined when it is not waited for; rejects when the answer does not come in time.
   */
  requestSendPermit(): Promise<SendPermit | undefined>;
  /** Aborts only when the worker may not wait any longer: a request in flight is then broken off. */
  readonly outOfTime: AbortSignal;
}

/**
 * A sleep can fall between any two lines, also between the fence and the write to the socket. The permit closes that
 * gap but for the last instructions (docs/guarantees.md).
 */
export async function sendChange(platform: Platform, order: ChangeOrder, world: ChangeWorld): Promise<ChangeResult> {
  const obstacle = await whyNotNow(platform, order, world);
  if (obstacle) return { outcome: 'notSent', ...obstacle };
  if (order.dryRun) return pretend(order, world);

  const sentence = `${order.resource} ${order.from} -> ${order.to}`;
  let permit: SendPermit | undefined;
  try {
    permit = await world.requestSendPermit();
  } catch (error) {
    return notSent(`${sentence}: the server could not be asked in time whether it still waits (${String(error)})`);
  }
  if (!permit) return notSent(`${sentence}: the server no longer waits for this change`);
  if (world.stopped.aborted) return { outcome: 'notSent', reason: 'stopped before the change was sent' };
  const askedAtMs = world.now();
  const outcome = await platform.change(order, permit, world.outOfTime);
  if (outcome.outcome === 'rejected') return outcome;

  // A request that nobody answers may be carried out as long as somebody waits for it: settling begins after that.
  const sent = asSent(outcome, outcome.outcome === 'accepted' ? askedAtMs : world.now());
  return { ...sent, confirmation: await lookUntilConfirmed(platform, { ...order, sent }, world) };
}

/** The capacity may have moved since the run decided: the change is only right from where it was decided. */
async function whyNotNow(
  platform: Platform,
  order: ChangeOrder,
  world: ChangeWorld,
): Promise<{ readonly reason: string; readonly movedTo?: Observation } | undefined> {
  // A dry run walks on from capacities that exist only in its plan.
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
    if (error instanceof PlatformError) return { reason: error.message };
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

function pretend(order: ChangeOrder, world: ChangeWorld): ChangeResult {
  const confirmation: Confirmation = {
    shown: 'reached',
    observation: { capacity: order.to, status: 'ACTIVE', observedAtMs: world.now() },
  };
  return { outcome: 'accepted', sentAtMs: world.now(), confirmation };
}
