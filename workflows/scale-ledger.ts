/** What a run remembers of its changes, and what may be concluded from it. Mutates the state, which is plain data. */
import type { Observation } from '../src/domain/capacity.js';
import type { ChangeOrder, SentOutcome } from '../src/domain/scale-orders.js';
import { directionOf, leastCooldownMs, sentChange } from '../src/domain/scale-step.js';
import type { RecordedChange, ScaleState } from './messages.js';

/** Logs are bounded: they are carried along, and queried. */
const longestLog = 20;

export function remember<T>(log: T[], entry: T, longest = longestLog): void {
  log.push(entry);
  if (log.length > longest) log.splice(0, log.length - longest);
}

export class Ledger {
  constructor(private readonly state: ScaleState) {}

  /**
   * An observation from before this may not yet show the last change, or is older than what was seen already. Before
   * the first change of a run it is the change of the run before that may be missing in it: that run closed no earlier
   * than its cooldown after it, and it may have taken until `settle` to take effect.
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
      remember(this.state.drift, { atMs: nowMs, from: observed.capacity, to: observation.capacity });
    }
    this.believe(observation);
  }

  /** The order for a change, named so that every attempt at the same change has the same name. */
  order(from: number, to: number): ChangeOrder {
    const { resource, settings, keyPrefix, step: previous } = this.state;
    const isSame = previous !== null && !previous.tookEffect && previous.from === from && previous.to === to;
    const step = isSame ? previous : { number: (previous?.number ?? 0) + 1, from, to, tookEffect: false };
    this.state.step = step;
    return {
      resource,
      from,
      to,
      idempotencyKey: `${keyPrefix}/${step.number}`,
      newerThanMs: this.provenFromMs(),
      settleMs: settings.settleMs,
      waitForActive: settings.waitForActive,
      requestTimeoutMs: settings.requestTimeoutMs,
      absolute: settings.takesChanges !== undefined && settings.takesChanges !== 'whenActive',
      dryRun: settings.dryRun,
    };
  }

  notSent(reason: string): void {
    this.state.known = null;
    this.state.setbacks += 1;
    this.state.lastError = reason;
  }

  rejected({ from, to }: ChangeOrder, reason: string, nowMs: number): void {
    this.record({ from, to, sentAtMs: nowMs, outcome: 'rejected', reason });
    this.state.setbacks += 1;
    this.state.ineffective += 1;
    this.state.lastError = reason;
  }

  /** From here on the change counts as made. Its time is by the worker's clock, which may be off: bounded by ours. */
  sent({ from, to }: ChangeOrder, sent: SentOutcome, between: { orderedAtMs: number; nowMs: number }): void {
    const sentAtMs = Math.max(between.orderedAtMs, Math.min(sent.sentAtMs, between.nowMs));
    const reason = sent.outcome === 'unknown' ? { reason: sent.reason } : {};
    this.record({ from, to, sentAtMs, outcome: sent.outcome, ...reason });
    this.state.lastChange = sentChange(this.state.lastChange, directionOf(from, to), sentAtMs);
    this.state.known = null;
    if (sent.outcome === 'unknown') this.state.lastError = sent.reason;
  }

  tookEffect(observation: Observation): void {
    this.madeProgress();
    this.believe(observation);
  }

  /** It settled, and the platform shows something else than `to`. */
  sawOther({ from, to }: ChangeOrder, observation: Observation, nowMs: number): void {
    if (observation.capacity === from) {
      this.state.ineffective += 1;
      this.state.setbacks += 1;
    } else {
      this.madeProgress();
      remember(this.state.drift, { atMs: nowMs, from: to, to: observation.capacity });
    }
    this.believe(observation);
  }

  private believe(observation: Observation): void {
    if (this.state.lastChange) this.state.lastChange = { ...this.state.lastChange, confirmed: true };
    this.state.observed = observation;
    this.state.known = observation;
    this.state.startedFrom ??= observation.capacity;
  }

  private madeProgress(): void {
    this.state.stepsMade += 1;
    this.state.ineffective = 0;
    this.state.setbacks = 0;
    if (this.state.step) this.state.step.tookEffect = true;
    this.state.lastError = null;
  }

  private record(change: RecordedChange): void {
    remember(this.state.changes, change);
  }
}
