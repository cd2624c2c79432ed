/** The changes of a run and what follows from them. Mutates the state, which is plain data. */
import type { Observation, RejectedChange } from '../../src/domain/scale/capacity.js';
import type { ChangeOrder, ConfirmOrder, SentOutcome } from '../../src/domain/scale/orders.js';
import { directionOf, leastCooldownMs, movedWrongWay, sentChange } from '../../src/domain/scale/step.js';
import { takesChangesAtAnyTime } from '../../src/domain/scale/settings.js';
import { appendTo } from '../bounded-log.js';
import type { RecordedChange, ScaleState } from './messages.js';
import { report } from './report.js';

export class Ledger {
  constructor(private readonly state: ScaleState) {}

  /**
   * An observation older than this may not show the last change yet, or is older than an observation that was already
   * used. Before the first change of a run, the change that may be missing is the last change of the previous run: that
   * run closed no earlier than its cooldown after that change, and the change may have taken until `settle` to take
   * effect.
   */
  provenFromMs(): number {
    const { lastChange, settings, startedAtMs, observed } = this.state;
    const changeShownFromMs = lastChange
      ? lastChange.sentAtMs + (lastChange.confirmed ? 0 : settings.settleMs)
      : startedAtMs - Math.max(0, leastCooldownMs(settings) - settings.settleMs);
    return Math.max(changeShownFromMs, observed?.observedAtMs ?? 0);
  }

  sawActive(observation: Observation, nowMs: number): void {
    const { observed, lastChange, settings } = this.state;
    const isExplained = lastChange?.confirmed === false || settings.dryRun;
    if (observed && observed.capacity !== observation.capacity && !isExplained) {
      this.movedByAnotherWriter(observed.capacity, observation.capacity, nowMs);
      // On the first look after a request, the capacity may have moved before that request.
      if (this.state.raisedTo !== undefined) this.noteRaise(observed.capacity, observation.capacity);
    }
    this.believe(observation);
  }

  /** The order for a change. Every attempt at the same change has the same idempotency key. */
  order(from: number, to: number): ChangeOrder {
    const { resource, settings, keyPrefix, reason: requestReason, step: previous } = this.state;
    const isSame = previous !== null && !previous.tookEffect && previous.from === from && previous.to === to;
    const number = isSame ? previous.number : (previous?.number ?? 0) + 1;
    this.state.step = { number, from, to, requestReason, tookEffect: false };
    return {
      resource,
      from,
      to,
      idempotencyKey: `${keyPrefix}/${number}`,
      newerThanMs: this.provenFromMs(),
      settleMs: settings.settleMs,
      waitForActive: settings.waitForActive,
      requestTimeoutMs: settings.requestTimeoutMs,
      takesChanges: settings.takesChanges,
      dryRun: settings.dryRun,
    };
  }

  notSent(reason: string): void {
    this.state.known = null;
    this.state.setbacks += 1;
    this.state.lastError = reason;
  }

  /** @returns false when a retry cannot succeed, with the same number of units or fewer. */
  rejected({ from, to }: ChangeOrder, { reason, final, lessMayHelp }: RejectedChange, nowMs: number): boolean {
    this.record({ from, to, sentAtMs: nowMs, outcome: 'rejected', reason });
    this.state.refused = { atMs: nowMs, from, to, reason };
    this.state.setbacks += 1;
    this.state.lastError = reason;
    const units = Math.abs(to - from);
    if (lessMayHelp && units > 1) {
      // Halve the number of units on every refusal, down to one.
      this.state.reach = Math.floor(units / 2);
      return true;
    }
    this.state.ineffective += 1;
    return !final;
  }

  /**
   * From here on the change counts as made. Its time comes from the worker's clock, which may be off, so it is clamped
   * to the workflow's times before and after the activity.
   */
  sent(
    { from, to }: ChangeOrder,
    sent: SentOutcome,
    between: { orderedAtMs: number; nowMs: number },
    note?: string,
  ): void {
    const sentAtMs = Math.max(between.orderedAtMs, Math.min(sent.sentAtMs, between.nowMs));
    const reason = sent.outcome === 'unknown' ? sent.reason : note;
    this.record({ from, to, sentAtMs, outcome: sent.outcome, ...(reason !== undefined && { reason }) });
    this.state.lastChange = sentChange(this.state.lastChange, directionOf(from, to), sentAtMs);
    this.state.known = null;
    if (sent.outcome === 'unknown') this.state.lastError = sent.reason;
  }

  tookEffect({ from, to, sent }: ConfirmOrder, observation: Observation): void {
    const { settings, refused } = this.state;
    this.madeProgress();
    this.state.misdirected = 0;
    if (refused && (refused.to - refused.from) * (to - refused.to) >= 0) this.state.refused = null;
    const isUnready = to > from && takesChangesAtAnyTime(settings) && observation.status !== 'ACTIVE';
    this.state.awaitReady = isUnready
      ? { capacity: to, untilMs: sent.sentAtMs + settings.waitForActive.timeoutMs }
      : null;
    this.believe(observation);
  }

  /** The platform shows a capacity other than `to`, and the change is no longer in progress. */
  sawOther(order: ConfirmOrder, observation: Observation, nowMs: number): void {
    const { from, to } = order;
    const { capacity } = observation;
    const { settings, misdirected = 0 } = this.state;
    if (capacity === from) {
      // A change without an effect says nothing about its direction, so the count stays as it is.
      this.state.ineffective += 1;
      this.state.setbacks += 1;
    } else {
      this.state.misdirected = movedWrongWay(order, capacity, settings) ? misdirected + 1 : 0;
      this.madeProgress();
      this.movedByAnotherWriter(to, capacity, nowMs);
      // A run that scales in corrects any capacity above its target, also one that its own change led to.
      if (directionOf(from, to) === 'up') this.noteRaise(to, capacity);
    }
    this.believe(observation);
  }

  private movedByAnotherWriter(from: number, to: number, nowMs: number): void {
    appendTo(this.state.drift, { atMs: nowMs, from, to });
    report(this.state, 'drift.seen', nowMs, { from, to });
  }

  /** The capacity went from at most the target to above it: see `isOvertaken` in run.ts. */
  private noteRaise(from: number, to: number): void {
    const { target } = this.state;
    if (target !== null && from <= target && to > target) this.state.raisedTo = to;
  }

  private believe(observation: Observation): void {
    if (this.state.lastChange) this.state.lastChange = { ...this.state.lastChange, confirmed: true };
    this.state.observed = observation;
    this.state.known = observation;
    this.state.startedFrom ??= observation.capacity;
    this.state.raisedTo ??= null;
  }

  private madeProgress(): void {
    this.state.stepsMade += 1;
    this.state.ineffective = 0;
    this.state.setbacks = 0;
    if (this.state.step) this.state.step.tookEffect = true;
    this.state.lastError = null;
  }

  private record(change: RecordedChange): void {
    const { requestReason = null } = this.state.step ?? {};
    appendTo(this.state.changes, { ...change, ...(requestReason !== null && { requestReason }) });
    reportChange(this.state, change);
  }
}

function reportChange(state: ScaleState, { from, to, sentAtMs, outcome, reason = '' }: RecordedChange): void {
  switch (outcome) {
    case 'accepted':
      report(state, 'change.made', sentAtMs, { from, to, outcome, ...(reason !== '' && { note: reason }) });
      return;
    case 'unknown':
      report(state, 'change.unknown', sentAtMs, { from, to, outcome, reason });
      return;
    case 'rejected':
      report(state, 'change.refused', sentAtMs, { from, to, outcome: 'refused', reason });
  }
}
