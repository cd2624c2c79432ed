/**
 * A resource in memory, with all its possible faults. Its changes are relative and have no idempotency keys, or they
 * set a size at any time, depending on the settings of the scenario.
 */
import type { CapacityChange, ChangeOutcome, Observation, ResourceStatus } from '../../src/domain/scale/capacity.js';
import { takesChangesAtAnyTime } from '../../src/domain/scale/settings.js';
import { AdapterError } from '../../src/adapters/net/errors.js';
import type { SendPermit } from '../../src/adapters/platforms/platform.js';
import type { Stage } from './stage.js';

/** A change that reached the platform. */
export interface Send {
  readonly from: number;
  readonly to: number;
  /** The capacity that it leads to from `from`: `to`, unless the change does the opposite. */
  readonly leadsTo: number;
  /** How many requests the run had when it decided on the change. */
  readonly requests: number;
  /** The earliest time that the run could have taken for it. */
  readonly atMs: number;
  /** Certainly not applied, and the run received the rejection. */
  readonly wasRejected: boolean;
  /** When it takes effect; never: infinity. */
  readonly landsAtMs: number;
}

/** What the worker that sends a change does on its side of the connection. */
export interface Sender {
  readonly isAwakeAgain: boolean;
  /** Never returns. */
  die(): Promise<never>;
  /** The server times the attempt out, and the worker is not aware of it. */
  loseTouch(): void;
}

const answerMs = 5;
const arrivalMs = 600;
const longAgoMs = 3_600_000;
/** Longer than every timeout of a run, and much shorter than the schedule. */
const outageMs = 6000;
/** Shorter than the wait for readiness, and longer. */
const unreadyMs = { 'for a while': 2500, 'for a minute': 60_000 } as const;
/** What a read from a lagging replica may still miss. */
const longestLagMs = 900;

const reads = [
  'is answered at once',
  'fails',
  'shows the resource STARTING',
  'shows how it was before the last change was sent',
  'shows how it was just before the last change took effect',
  'shows how it was in the beginning',
  'is dated before the last change was sent',
  'fails, and all others for a while',
  'finds no such resource, nor do the others for a while',
  'shows the resource FAILED',
] as const;
/** Of a platform that shows a size at once, and dates nothing. */
const readsOfSizes = [...reads, 'lags behind the last change, and is dated now'] as const;

const sends = [
  'is accepted and applied at once',
  'is accepted, and arrives later',
  'is accepted, and never arrives',
  'is rejected',
  'is rejected as final',
  'is refused, and less may be taken',
  'is lost on the way there',
  'is applied, and its answer is lost',
  'is applied, and answered with an error',
  'is not answered in time, and applied as late as it may be',
  'is cut off, and applied as late as it may be',
  'is never sent: its worker dies',
  'is applied, and its worker dies',
  'is sent, its worker dies, and it is applied as late as it may be',
  'is timed out by the server while it is written, and applied',
  'is rejected, like all others from now on',
  'is lost on the way there, like all others from now on',
] as const;
const overwritten = 'is accepted, and another writer is next';
/** Of a platform that works on what it has accepted. */
const sendsOfSizes = [...sends, overwritten] as const;
/** Of one that shows it at once, and whose units may take their time. */
const sendsShownAtOnce = [
  ...sends.filter((kind) => kind !== 'is accepted, and arrives later' && kind !== 'is accepted, and never arrives'),
  overwritten,
  'is accepted, and its units are not ready for a while',
  'is accepted, and its units are not ready for a minute',
] as const;
/**
 * Changes of a platform that is faulty or has invalid settings. The change moves the capacity by the same units in the
 * opposite direction, at most down to 0. A platform that sets a size sets the resulting size.
 */
const oppositeSends = [
  'is accepted, and does the opposite',
  'is accepted, and does the opposite, as do all later changes',
] as const;
type ReadKind = (typeof readsOfSizes)[number];
type SendKind = (typeof sendsOfSizes)[number] | (typeof sendsShownAtOnce)[number] | (typeof oppositeSends)[number];

export class MemoryPlatform {
  readonly sends: Send[] = [];
  /** The faults that have happened. One of them must be the reason of a failure. */
  readonly faults = new Set<string>();
  badReads = 0;
  private outage: { readonly untilMs: number; readonly code: 'failed' | 'missing' } | null = null;
  private isFailed = false;
  /** How many of the changes had been sent when a read last showed the present capacity. */
  private shownSends = 0;
  /** Changed by another writer. */
  private readonly moves: { readonly atMs: number; readonly units: number }[] = [];
  private always: SendKind | null = null;
  /** From now on every change does the opposite, whichever other fault it has. */
  private isReversed = false;
  /** Units that were asked for and are not ready: from when until when. */
  private readonly unready: { readonly fromMs: number; readonly untilMs: number }[] = [];
  private readonly reads: readonly ReadKind[];
  private readonly sendKinds: readonly SendKind[];
  readonly setsSizes: boolean;

  constructor(
    private readonly startCapacity: number,
    private readonly stage: Stage,
  ) {
    const { takesChanges } = stage.scenario.settings;
    this.setsSizes = takesChangesAtAnyTime(stage.scenario.settings);
    this.reads = takesChanges === 'shownAtOnce' ? readsOfSizes : reads;
    const sendKinds = { whenActive: sends, anyTime: sendsOfSizes, shownAtOnce: sendsShownAtOnce }[
      takesChanges ?? 'whenActive'
    ];
    this.sendKinds = stage.scenario.opposite === 'any change' ? [...sendKinds, ...oppositeSends] : sendKinds;
  }

  capacityAt(timeMs: number): number {
    if (this.setsSizes) return this.sizeAt(timeMs);
    let capacity = this.startCapacity;
    for (const { from, leadsTo, landsAtMs } of this.sends) if (landsAtMs <= timeMs) capacity += leadsTo - from;
    for (const { atMs, units } of this.moves) if (atMs <= timeMs) capacity += units;
    return capacity;
  }

  /** The latest to land has set the size; another writer adds to what there is. */
  private sizeAt(timeMs: number): number {
    const sets = this.sends.map(({ leadsTo, landsAtMs }) => ({ atMs: landsAtMs, to: leadsTo }));
    const all = [...sets, ...this.moves].filter(({ atMs }) => atMs <= timeMs).sort((a, b) => a.atMs - b.atMs);
    return all.reduce((size, event) => ('to' in event ? event.to : size + event.units), this.startCapacity);
  }

  /** When another writer was last here; never: minus infinity. */
  movedAtMs(): number {
    return this.moves.at(-1)?.atMs ?? -Infinity;
  }

  /** When the units of the last change are ready, or are so no more. */
  readyAtMs(): number {
    return this.unready.at(-1)?.untilMs ?? -Infinity;
  }

  changeByOtherWriter(units: number): void {
    const { nowMs, targets } = this.stage;
    this.moves.push({ atMs: nowMs, units });
    targets.push(this.capacityAt(nowMs));
  }

  seenNow(): Observation {
    return this.observation(this.stage.nowMs, this.statusAt(this.stage.nowMs));
  }

  /** @throws AdapterError */
  read(): Observation {
    const { stage } = this;
    stage.nowMs += answerMs;
    const outage = this.outage && this.outage.untilMs > stage.nowMs ? this.outage : null;
    const kind = outage || this.isFailed ? reads[0] : this.chooseRead();
    // A rejected change is none: a look from before it may well be the one that the run decided by.
    const lastSend = this.sends.findLast(({ wasRejected }) => !wasRejected);
    // Before its worker set out to send it, that is.
    const beforeLastSendMs = lastSend ? lastSend.atMs - answerMs - 1 : stage.startedAtMs - longAgoMs;
    if (outage) throw new AdapterError(outage.code, 'an outage');
    switch (kind) {
      case 'is answered at once':
        this.shownSends = this.sends.length;
        return this.observation(stage.nowMs, this.isFailed ? 'FAILED' : this.statusAt(stage.nowMs));
      case 'fails':
        throw new AdapterError('failed', 'the read failed');
      case 'shows the resource STARTING':
        this.shownSends = this.sends.length;
        return this.observation(stage.nowMs, 'STARTING');
      case 'shows how it was before the last change was sent':
        return this.observation(beforeLastSendMs, 'ACTIVE');
      case 'shows how it was just before the last change took effect': {
        const atMs = Math.min(stage.nowMs, this.lastLandingMs()) - 1;
        return this.observation(atMs, this.statusAt(atMs));
      }
      case 'shows how it was in the beginning':
        return this.observation(stage.startedAtMs - 1, 'ACTIVE');
      case 'is dated before the last change was sent':
        return { ...this.observation(stage.nowMs, this.statusAt(stage.nowMs)), observedAtMs: beforeLastSendMs };
      case 'fails, and all others for a while':
        this.outage = { untilMs: stage.nowMs + outageMs, code: 'failed' };
        throw new AdapterError('failed', 'an outage begins');
      case 'finds no such resource, nor do the others for a while':
        this.outage = { untilMs: stage.nowMs + outageMs, code: 'missing' };
        throw new AdapterError('missing', 'the resource is gone');
      case 'shows the resource FAILED':
        this.isFailed = true;
        return this.observation(stage.nowMs, 'FAILED');
      case 'lags behind the last change, and is dated now': {
        // A change that lands late is to be shown within `settle` all the same: that is what `settle` means. And what
        // was shown once is not hidden again.
        const landedMs = this.sends.findLast(({ atMs, landsAtMs }) => landsAtMs === atMs)?.atMs ?? -Infinity;
        const isRecent = stage.nowMs - landedMs < longestLagMs && this.shownSends < this.sends.length;
        const seen = this.observation(isRecent ? landedMs - 1 : stage.nowMs, this.statusAt(stage.nowMs));
        return { ...seen, observedAtMs: stage.nowMs };
      }
    }
  }

  async change(change: CapacityChange, permit: SendPermit, sender: Sender): Promise<ChangeOutcome> {
    const { stage } = this;
    stage.nowMs += answerMs;
    if (!permit.isValid()) return rejected('send permit expired');
    const kind = sender.isAwakeAgain ? sends[0] : (this.always ?? this.chooseSend());
    const latestMs = stage.scenario.settings.settleMs - 1;
    stage.note(() => `change ${change.from} -> ${change.to} ${kind}`);
    switch (kind) {
      case 'is accepted and applied at once':
        this.log(change, 0);
        return this.answered({ outcome: 'accepted' });
      case 'is accepted, and does the opposite, as do all later changes':
        this.isReversed = true;
        this.log(change, 0);
        return this.answered({ outcome: 'accepted' });
      case 'is accepted, and does the opposite':
        this.log(change, 0, 'opposite');
        return this.answered({ outcome: 'accepted' });
      case 'is accepted, and arrives later':
        this.log(change, arrivalMs);
        return this.answered({ outcome: 'accepted' });
      case 'is accepted, and its units are not ready for a while':
      case 'is accepted, and its units are not ready for a minute': {
        this.log(change, 0);
        const [, duration = 'for a minute'] = /ready (for .*)$/.exec(kind) ?? [];
        const untilMs = stage.nowMs + unreadyMs[duration as keyof typeof unreadyMs];
        this.unready.push({ fromMs: stage.nowMs, untilMs });
        return this.answered({ outcome: 'accepted' });
      }
      case 'is accepted, and another writer is next':
        this.log(change, 0);
        this.changeByOtherWriter(stage.scenario.otherWriterUnits);
        stage.doubtfulChanges += 1;
        return this.answered({ outcome: 'accepted' });
      case 'is accepted, and never arrives':
        this.log(change, Infinity);
        return this.answered({ outcome: 'accepted' });
      case 'is rejected':
      case 'is rejected, like all others from now on':
        this.log(change, Infinity, 'rejected');
        return this.answered(rejected('not now'));
      case 'is rejected as final':
        this.log(change, Infinity, 'rejected');
        return this.answered({ outcome: 'rejected', reason: 'never', final: true });
      case 'is refused, and less may be taken':
        this.log(change, Infinity, 'rejected');
        return this.answered({ outcome: 'rejected', reason: 'too much', final: true, lessMayHelp: true });
      case 'is lost on the way there':
      case 'is lost on the way there, like all others from now on':
        this.log(change, Infinity);
        return unknown('the connection was lost');
      case 'is applied, and its answer is lost':
        this.log(change, 0);
        return unknown('the connection was lost');
      case 'is applied, and answered with an error':
        this.log(change, 0);
        return this.answered(unknown('500'));
      case 'is not answered in time, and applied as late as it may be':
        this.log(change, stage.scenario.settings.requestTimeoutMs + latestMs);
        stage.nowMs += stage.scenario.settings.requestTimeoutMs;
        return unknown('no answer in time');
      case 'is cut off, and applied as late as it may be':
        this.log(change, latestMs);
        return unknown('the connection was lost');
      case 'is never sent: its worker dies':
        return sender.die();
      case 'is applied, and its worker dies':
        this.log(change, 0);
        return sender.die();
      case 'is sent, its worker dies, and it is applied as late as it may be':
        this.log(change, latestMs);
        return sender.die();
      case 'is timed out by the server while it is written, and applied':
        this.log(change, stage.permitLastsMs - 1);
        sender.loseTouch();
        return sender.die();
    }
  }

  private chooseRead(): ReadKind {
    const kind = this.stage.choose('read', this.reads);
    if (kind !== reads[0]) {
      this.badReads += 1;
      this.faults.add(kind);
      this.stage.note(() => `read ${kind}`);
    }
    return kind;
  }

  private chooseSend(): SendKind {
    const kind = this.stage.choose('send', this.sendKinds);
    this.faults.add(kind);
    if (kind.endsWith('like all others from now on')) this.always = kind;
    return kind;
  }

  private log({ from, to }: CapacityChange, delayMs: number, was?: 'rejected' | 'opposite'): void {
    const { nowMs: atMs, scenario, requestsAtDecision: requests } = this.stage;
    const isOpposite =
      was === 'opposite' || this.isReversed || (scenario.opposite === 'every change down' && to < from);
    const leadsTo = isOpposite ? Math.max(0, from - (to - from)) : to;
    const landsAtMs = atMs + delayMs;
    if (leadsTo !== to && landsAtMs < Infinity) this.stage.note(() => `it leads to ${leadsTo}`);
    this.stage.sending({ from, to, leadsTo, requests, atMs, wasRejected: was === 'rejected', landsAtMs });
  }

  private answered<T>(answer: T): T {
    this.stage.nowMs += answerMs;
    return answer;
  }

  private observation(atMs: number, status: ResourceStatus): Observation {
    return { capacity: this.capacityAt(atMs), status, observedAtMs: atMs };
  }

  /** An accepted change that is still to come shows; one whose sender was told nothing does not. */
  private statusAt(timeMs: number): ResourceStatus {
    const isArriving = this.sends.some(
      ({ atMs, landsAtMs }) => landsAtMs === atMs + arrivalMs && atMs <= timeMs && timeMs < landsAtMs,
    );
    const isUnready = this.unready.some(({ fromMs, untilMs }) => fromMs <= timeMs && timeMs < untilMs);
    return isArriving || isUnready ? 'STARTING' : 'ACTIVE';
  }

  private lastLandingMs(): number {
    let last = this.stage.startedAtMs;
    for (const { landsAtMs } of this.sends) if (landsAtMs < Infinity && landsAtMs > last) last = landsAtMs;
    return last;
  }
}

function rejected(reason: string): ChangeOutcome {
  return { outcome: 'rejected', reason, final: false };
}

function unknown(reason: string): ChangeOutcome {
  return { outcome: 'unknown', reason };
}
