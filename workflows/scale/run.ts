/**
 * The loop of a scale run: observe -> decide -> change -> confirm -> cool down. This file does not import Temporal:
 * everything that the loop needs from outside is in `ScaleWorld`, so that a test can run the same code through every
 * fault in memory.
 */
import type { Observation } from '../../src/domain/scale/capacity.js';
import type {
  ChangeOrder,
  ChangeResult,
  Confirmation,
  ConfirmOrder,
  ObserveOrder,
  ObserveResult,
} from '../../src/domain/scale/orders.js';
import {
  type Direction,
  clampToBounds,
  cooledDownAtMs,
  directionOf,
  fullyCooledDownAtMs,
  nextCapacity,
} from '../../src/domain/scale/step.js';
import { takesChangesAtAnyTime } from '../../src/domain/scale/settings.js';
import type { FailureType, ScaleState } from './messages.js';
import { Ledger } from './ledger.js';
import { report } from './report.js';
import { isOver, refuseUnresolved, resolveRequests } from './requests.js';

export interface ScaleWorld {
  /** Milliseconds since the epoch. A replay returns the same value. */
  now(): number;
  /** Interrupted when `wake` returns true. */
  observe(order: ObserveOrder, wake?: () => boolean): Promise<ObserveResult>;
  /** Returns `unknown` when the worker that had the change died. */
  change(order: ChangeOrder): Promise<ChangeResult>;
  confirm(order: ConfirmOrder): Promise<Confirmation>;
  /**
   * Returns at that time, or when `wake` returns true. Repeated calls with the same deadline share one durable timer.
   */
  until(atMs: number, why: string, wake: () => boolean): Promise<void>;
  /**
   * Returns when every message that has arrived is answered, or when `wake` returns true: the loop must then run again
   * first.
   */
  drained(wake: () => boolean): Promise<void>;
  historyIsLong(): boolean;
}

export type Ending =
  | { readonly how: 'reached' }
  | { readonly how: 'cancelled' }
  /** Continues as a new run with the same state: the history is long, or the run continues after a cancellation. */
  | { readonly how: 'continued' }
  | { readonly how: 'failed'; readonly type: FailureType; readonly reason: string };

/** Whether the units of the previous step are ready when the next step wants to start. */
type Units = { readonly are: 'ready' | 'outdated' } | { readonly are: 'unready'; readonly note: string };

const mostIneffectiveChanges = 5;
/** A single one may be the effect of another writer, unless it is the exact opposite of the change. */
const mostMisdirectedChanges = 2;
const longestPauseMs = 30_000;

export class ScaleRun {
  readonly ledger: Ledger;
  private mustReconsider = false;

  constructor(
    private readonly state: ScaleState,
    private readonly world: ScaleWorld,
  ) {
    this.ledger = new Ledger(state);
  }

  /** A new target or new limits: any wait ends and the run decides again. */
  reconsider(): void {
    this.mustReconsider = true;
    this.state.isCalledOff = false;
    // The capacity may have moved since the last observation, and "unchanged" must not be based on an old one.
    this.state.known = null;
    // What another writer did before this request is what the request wants to change.
    delete this.state.raisedTo;
    this.state.failure = null;
    this.state.awaitReady = null;
    this.state.reach = null;
    // In progress again from now on, for any request that arrives before the next look.
    if (isOver(this.state)) this.state.phase = 'observing';
  }

  /** Stops changing capacity. A run that only waits to close has nothing to stop. */
  cancel(): void {
    this.state.wasCancelled = true;
    if (this.state.phase === 'settled' || this.state.phase === 'failed') return;
    this.state.isCalledOff = true;
    this.mustReconsider = true;
  }

  async run(): Promise<Ending> {
    for (;;) {
      const ending = await this.scaleToTarget();
      // Requests that arrived meanwhile need another pass, also after a failure.
      if (ending.how !== 'continued' && !this.mustReconsider) {
        this.conclude(ending);
        await this.coolDownToClose();
      }
      // A relative request is answered only after another look.
      await this.world.drained(() => this.mustReconsider || this.state.unresolved.length > 0);
      // No await from here to the return: a request that comes later finds the run closed and starts the next one.
      if (ending.how === 'continued' && !this.state.isCalledOff) return ending;
      if (!this.mustReconsider) return ending;
    }
  }

  private async scaleToTarget(): Promise<Ending> {
    for (;;) {
      this.mustReconsider = false;
      if (this.state.wasCancelled) return { how: this.state.isCalledOff ? 'cancelled' : 'continued' };
      if (this.world.historyIsLong() && this.state.unresolved.length === 0) return { how: 'continued' };

      const observeResult = await this.look();
      if (observeResult.seen === 'interrupted') continue;
      if (observeResult.seen !== 'active') return this.failedLook(observeResult);

      const from = observeResult.observation.capacity;
      resolveRequests(this.state, from, this.world.now());
      const to = nextCapacity(from, this.state.target ?? from, this.state.settings, this.state.reach);
      if (to === from || this.isOvertaken(from, to)) return { how: 'reached' };

      const direction = directionOf(from, to);
      if ((await this.coolDown(direction)) === 'outdated') continue;
      const units = direction === 'up' ? await this.unitsBecomeReady(from) : { are: 'ready' as const };
      if (units.are === 'outdated') continue;
      const failure = await this.change(from, to, units.are === 'unready' ? units.note : undefined);
      if (failure) return failure;
    }
  }

  /** Uses the observation that confirmed the last change; otherwise takes one that is newer than that change. */
  private async look(): Promise<ObserveResult> {
    const { known } = this.state;
    if (known) return { seen: 'active', observation: known };
    this.state.phase = 'observing';
    const observeResult = await this.world.observe(this.observeOrder());
    if (observeResult.seen === 'active') this.ledger.sawActive(observeResult.observation, this.world.now());
    return observeResult;
  }

  private observeOrder(): ObserveOrder {
    const { lastChange, setbacks, settings, resource } = this.state;
    return {
      resource,
      waitForActive: settings.waitForActive,
      requestTimeoutMs: settings.requestTimeoutMs,
      takesChanges: settings.takesChanges,
      newerThanMs: this.ledger.provenFromMs(),
      // After a change was attempted, require an observation newer than it; otherwise a stale read would block the same
      // change forever.
      patienceMs: lastChange || setbacks > 0 ? null : settings.settleMs,
      dryRun: settings.dryRun,
    };
  }

  /**
   * A run that scales out never scales in because another writer set more than its target: whether that is too much is
   * for a person or the policies to decide. Overshoots of relative changes are corrected, because a delayed change of
   * this run may be part of them.
   */
  private isOvertaken(from: number, to: number): boolean {
    const { settings, target, raisedTo } = this.state;
    if (!takesChangesAtAnyTime(settings) || to > from || raisedTo !== from) return false;
    this.state.lastError = `another writer set ${from} while the run was scaling out to ${target ?? from}: left as it is`;
    return true;
  }

  /**
   * The next step up waits until the units of the previous step are ready, at most for `waitForActive.timeout`, and
   * then continues.
   */
  private async unitsBecomeReady(from: number): Promise<Units> {
    const { awaitReady, settings } = this.state;
    if (awaitReady?.capacity !== from) return { are: 'ready' };
    this.state.phase = 'observing';
    const observeResult = await this.world.observe({ ...this.observeOrder(), awaitReady }, () => this.mustReconsider);
    if (this.mustReconsider || observeResult.seen === 'interrupted') return { are: 'outdated' };
    this.state.awaitReady = null;
    // The next decision looks again, which also reports a failed read or a failed resource.
    this.state.known = null;
    if (observeResult.seen !== 'active') return { are: 'outdated' };
    this.ledger.sawActive(observeResult.observation, this.world.now());
    const { capacity, ready, status } = observeResult.observation;
    if (capacity !== from) return { are: 'outdated' };
    if (status === 'ACTIVE') return { are: 'ready' };
    const counted = ready === undefined ? `the resource is ${status}` : `${ready} ready`;
    const waited = `after ${settings.waitForActive.timeoutMs / 1000} s`;
    return {
      are: 'unready',
      note: `requested ${from}, ${counted} ${waited}: this step was made without waiting longer`,
    };
  }

  private async change(from: number, to: number, note?: string): Promise<Ending | undefined> {
    this.state.phase = 'changing';
    const orderedAtMs = this.world.now();
    const order = this.ledger.order(from, to);
    const result = await this.world.change(order);
    switch (result.outcome) {
      case 'notSent':
        this.ledger.notSent(result.reason);
        // Another writer was faster. The run decides again from that observation at once the first time, and backs off
        // after that.
        if (result.movedTo) this.ledger.sawActive(result.movedTo, this.world.now());
        return result.movedTo && this.state.setbacks === 1 ? undefined : this.backOff(0);
      case 'rejected':
        if (!this.ledger.rejected(order, result, this.world.now()))
          return this.changeFailed(`rejected, and a retry cannot succeed: ${result.reason}`);
        return this.tooManyIneffective() ?? this.backOff(result.retryAfterMs ?? 0);
      case 'accepted':
      case 'unknown':
        this.ledger.sent(order, result, { orderedAtMs, nowMs: this.world.now() }, note);
        return this.resolveOutcome({ ...order, sent: result }, result.confirmation);
    }
  }

  /**
   * Determines the effect of a change that was sent, or may have been sent. The change is not sent again before that is
   * known.
   */
  private async resolveOutcome(order: ConfirmOrder, first: Confirmation): Promise<Ending | undefined> {
    let confirmation = first;
    while (confirmation.shown === 'interrupted') {
      if (this.state.wasCancelled) return undefined;
      confirmation = await this.world.confirm(order);
    }
    switch (confirmation.shown) {
      case 'reached':
        this.ledger.tookEffect(order, confirmation.observation);
        return undefined;
      case 'other':
        this.ledger.sawOther(order, confirmation.observation, this.world.now());
        return this.wrongDirection(order, confirmation.observation) ?? this.tooManyIneffective();
      case 'failed':
        return this.failed('ResourceFailed', confirmation.reason);
      case 'timeout':
        return order.sent.outcome === 'accepted' &&
          isActiveSince(order.sent.sentAtMs + order.settleMs, confirmation.observation)
          ? this.failed(
              'CapacityNotReached',
              `the change ${order.from} -> ${order.to} was accepted but never took effect: ${confirmation.reason}`,
            )
          : this.failed('ActiveTimeout', confirmation.reason);
    }
  }

  private conclude(ending: Exclude<Ending, { how: 'continued' }>): void {
    this.state.phase = ending.how === 'reached' ? 'settled' : ending.how;
    this.state.failure = ending.how === 'failed' ? ending.type : null;
    refuseUnresolved(
      this.state,
      ending.how === 'failed' ? ending.reason : 'the run ended before it observed the capacity',
      this.world.now(),
    );
    this.reportEnd(ending);
  }

  private reportEnd(ending: Exclude<Ending, { how: 'continued' }>): void {
    const nowMs = this.world.now();
    const { stepsMade, observed } = this.state;
    const capacity = observed?.capacity ?? null;
    switch (ending.how) {
      case 'reached':
        report(this.state, 'target.reached', nowMs, { capacity, stepsMade });
        return;
      case 'cancelled':
        report(this.state, 'run.cancelled', nowMs, { capacity });
        return;
      case 'failed':
        report(this.state, 'run.failed', nowMs, { capacity, failure: ending.type, reason: ending.reason });
    }
  }

  /**
   * Returns `outdated` when a request arrived at any time since the run began to decide: that decision is then out of
   * date.
   */
  private async coolDown(direction: Direction): Promise<'elapsed' | 'outdated'> {
    const { lastChange, settings } = this.state;
    const atMs = lastChange ? cooledDownAtMs(lastChange, direction, settings) : 0;
    if (atMs > this.world.now()) {
      this.state.phase = 'coolingDown';
      await this.world.until(atMs, 'cooldown', () => this.mustReconsider);
    }
    return this.mustReconsider ? 'outdated' : 'elapsed';
  }

  private async coolDownToClose(): Promise<void> {
    const { lastChange, settings } = this.state;
    if (!lastChange) return;
    const atMs = fullyCooledDownAtMs(lastChange, settings);
    if (atMs > this.world.now()) await this.world.until(atMs, 'cooldown before closing', () => this.mustReconsider);
  }

  /** 1, 2, 4, 8 s and so on, or longer when the platform asks for it. Only a cancellation ends it early. */
  private async backOff(askedForMs: number): Promise<undefined> {
    this.state.phase = 'backingOff';
    const pauseMs = Math.max(askedForMs, Math.min(1000 * 2 ** (this.state.setbacks - 1), longestPauseMs));
    await this.world.until(this.world.now() + pauseMs, 'backoff before the next attempt', () => this.state.isCalledOff);
    return undefined;
  }

  private tooManyIneffective(): Ending | undefined {
    if (this.state.ineffective < mostIneffectiveChanges) return undefined;
    return this.changeFailed(
      `${mostIneffectiveChanges} changes in a row had no effect; the last: ${this.state.lastError ?? ''}`,
    );
  }

  /** Continuing would move the capacity further and further away. */
  private wrongDirection({ from, to, sent }: ConfirmOrder, { capacity }: Observation): Ending | undefined {
    const { settings, resource, misdirected = 0 } = this.state;
    if (misdirected === 0 || capacity === from) return undefined;
    const isMirrored = capacity - from === from - to;
    const isOutside = sent.outcome === 'accepted' && clampToBounds(capacity, settings) !== capacity;
    const isCertain = !takesChangesAtAnyTime(settings) && (isMirrored || isOutside);
    if (!isCertain && misdirected < mostMisdirectedChanges) return undefined;
    return this.failed(
      'WrongDirection',
      `the change ${from} -> ${to} moved ${resource} in the wrong direction: the capacity is ${capacity} after it. Check what ` +
        'the platform settings add, remove and count',
    );
  }

  private changeFailed(reason: string): Ending {
    return this.failed('ChangeFailed', reason);
  }

  private failedLook(observeResult: Extract<ObserveResult, { seen: 'failed' | 'timeout' }>): Ending {
    if (observeResult.observation) this.state.observed = observeResult.observation;
    return this.failed(observeResult.seen === 'failed' ? 'ResourceFailed' : 'ActiveTimeout', observeResult.reason);
  }

  private failed(type: FailureType, reason: string): Ending {
    this.state.known = null;
    this.state.lastError = reason;
    return { how: 'failed', type, reason };
  }
}

function isActiveSince(timeMs: number, observation: Observation | undefined): boolean {
  return observation?.status === 'ACTIVE' && observation.observedAtMs >= timeMs;
}
