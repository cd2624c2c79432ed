/**
 * The loop of an autoscaler: watch, decide, request a scale, and handle messages meanwhile. This file does not import
 * Temporal: everything that the loop needs from outside is in `AutoscaleWorld`.
 */
import { type Invalid, invalidText } from '../../src/domain/checks.js';
import type { AutoscalerEventData, AutoscalerEventKind } from '../../src/domain/events/data.js';
import type { EventFields } from '../../src/domain/events/event.js';
import type { EventKind } from '../../src/domain/events/kinds.js';
import { post } from '../../src/domain/events/outbox.js';
import type { Evaluation, Override, Pause } from '../../src/domain/autoscale/evaluation.js';
import { type Writing, checkWriting, defaultOwner, isOverruled, placeOf } from '../../src/domain/autoscale/revision.js';
import type { ScaleAnswer, WatchOrder, WatchResult } from '../../src/domain/autoscale/watch.js';
import {
  type AutoscaleConfiguration,
  type AutoscaleRunState,
  checkConfiguration,
  checkOverride,
  checkPause,
} from './messages.js';
import { appendTo } from '../bounded-log.js';

export interface AutoscaleWorld {
  /** Of this run, for the events that it makes. */
  readonly runId: string;
  /** Milliseconds since the epoch. A replay returns the same value. */
  now(): number;
  /** Returns when capacity should change, or when `isCalledOff` returns true. */
  watch(order: WatchOrder, isCalledOff: () => boolean): Promise<WatchEnd>;
  /** Sends the request through the same client as every other caller. */
  ask(evaluation: Evaluation): Promise<ScaleAnswer>;
  /**
   * Why a worker cannot run a watch with this configuration; null when it can. Without this check, a watch with invalid
   * settings would be retried until the autoscaler is configured again.
   */
  whyNotWatched(configuration: AutoscaleConfiguration): Promise<string | null>;
  /**
   * Returns when every message that has arrived is handled, or when `wake` returns true: the loop must then run again
   * first.
   */
  drained(wake: () => boolean): Promise<void>;
  /** The run must continue as new: its history is long, or the resource is served on another task queue now. */
  mustContinue(): boolean;
  /** Updates the memo, which the server shows when no worker can answer. */
  publish(): void;
  /** Writes a line to the log of the worker. A replay writes nothing. */
  log(level: 'info' | 'warn', message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Counts a decision in the metrics. A replay counts nothing. */
  countDecision(evaluation: Evaluation, outcome: 'requested' | 'refused'): void;
}

export type WatchEnd =
  | { readonly how: 'decided'; readonly result: WatchResult }
  /** `seen` is what the watch had seen by then, as far as the server knows. */
  | { readonly how: 'calledOff'; readonly seen: WatchResult | null };

/** A configuration that has arrived. `isUsable` is null until it has been checked. */
interface Candidate {
  readonly next: AutoscaleConfiguration;
  readonly arrived: number;
  isUsable: boolean | null;
}

/** The complete state of a run: its configuration and what has happened since. */
export type Autoscaler = AutoscaleRunState & {
  -readonly [Field in keyof AutoscaleConfiguration]: AutoscaleConfiguration[Field];
} & { readonly resource: string };

const rememberedDecisions = 50;

export class AutoscaleRun {
  /**
   * A message has changed something that the running watch does not know. True at the start, so that the first look is
   * immediate.
   */
  private mustReconsider = true;
  /** The newest configuration that has arrived, whether it is in force, not checked yet, or not usable. */
  private wantedBy: Writing | undefined;
  private candidates: Candidate[] = [];
  private arrived = 0;

  constructor(
    private readonly state: Autoscaler,
    private readonly world: AutoscaleWorld,
  ) {}

  async run(): Promise<'removed' | 'continued'> {
    for (;;) {
      while (!this.isOver()) await this.turn();
      await this.world.drained(() => !this.isOver());
      // No await from here to the return: a message that arrives later finds the run closed and starts the next one.
      if (this.isOver()) return this.state.removedBy === null ? 'continued' : 'removed';
    }
  }

  pause(pause: Pause | null): void {
    if (!this.isSensible('pause', checkPause(pause))) return;
    this.world.log('info', pause ? `policies paused, ${directionInWords[pause.direction]}` : 'policies resumed', {
      pause,
    });
    if (pause) this.reportPause(pause, 'person');
    else if (this.state.pause) this.report('autoscaler.resumed', {});
    this.control({ pause });
  }

  override(override: Override | null): void {
    if (!this.isSensible('override', checkOverride(override))) return;
    this.world.log('info', override ? `override ${override.capacity}` : 'override removed', { override });
    if (override) this.reportOverride(override);
    else if (this.state.override) this.report('override.removed', {});
    this.control({ override: override && { ...override, sinceMs: this.world.now() } });
  }

  evaluate(): void {
    this.mustReconsider = true;
  }

  /** Of two configurations the newer one wins, regardless of which arrives first or is checked first. */
  async configure(next: AutoscaleConfiguration): Promise<void> {
    if (!this.isSensible('configure', checkConfiguration(next))) return;
    this.want(next);
    if (this.overrules(next)) return;
    const candidate: Candidate = { next, arrived: this.arrived++, isUsable: this.says(next) ? true : null };
    this.candidates.push(candidate);
    if (candidate.isUsable === null) {
      const wrong = await this.world.whyNotWatched(next);
      candidate.isUsable = this.isSensible('configure', wrong ?? undefined);
    }
    this.choose();
  }

  remove(removal: Writing): void {
    if (!this.isSensible('remove', checkWriting(removal))) return;
    const owner = this.state.revision?.owner ?? defaultOwner;
    const newer = [this.state.revision, this.wantedBy].find((writing) => writing && isOverruled(removal, writing));
    if (owner !== removal.owner) {
      this.ignore(`ignored remove: the autoscaler belongs to the owner ${owner}, not to ${removal.owner}`);
    } else if (newer) {
      this.ignore(
        `ignored remove: the autoscaler is configured by ${placeOf(newer)}, which is newer than ${placeOf(removal)}`,
      );
    } else {
      this.world.log('info', `autoscaler removed by ${placeOf(removal)}`);
      this.state.removedBy = removal;
      this.mustReconsider = true;
    }
  }

  /** The message is shown until the next valid message. A successful scale request does not clear it. */
  ignore(message: string): void {
    this.world.log('warn', message);
    this.state.ignored = message;
    this.world.publish();
  }

  /**
   * A newer configuration cancels a removal, even when its settings turn out to be unusable. A configuration that is
   * older than the removal does not.
   */
  private want({ revision }: AutoscaleConfiguration): void {
    const { removedBy } = this.state;
    if (removedBy && !(revision && isOverruled(revision, removedBy))) this.state.removedBy = null;
    if (revision && !(this.wantedBy && isOverruled(revision, this.wantedBy))) this.wantedBy = revision;
  }

  private isOver(): boolean {
    return this.state.removedBy !== null || this.world.mustContinue();
  }

  private async turn(): Promise<void> {
    const { resource, settings, limits, pause, override, watched, lastAsked, heededRun } = this.state;
    const atOnce = this.mustReconsider;
    this.mustReconsider = false;
    const order = { resource, settings, limits, pause, override, last: watched, lastAsked, heededRun, atOnce };
    const end = await this.world.watch(order, () => this.hasNews());
    this.remember(end.how === 'decided' ? end.result : end.seen);
    if (end.how === 'decided' && end.result.wrongDirection) {
      this.pauseItself(end.result.wrongDirection);
      return;
    }
    // Messages that arrived meanwhile come first: the next watch looks at once.
    if (end.how === 'decided' && !this.hasNews()) await this.act(end.result);
  }

  private hasNews(): boolean {
    return this.mustReconsider;
  }

  /**
   * Until a person resumes the autoscaler: continuing would move the capacity further and further in the wrong
   * direction.
   */
  private pauseItself({ runId, reason }: NonNullable<WatchResult['wrongDirection']>): void {
    this.world.log('warn', 'the autoscaler pauses itself until a person resumes it', { reason, run: runId });
    this.state.heededRun = runId;
    this.state.lastError = reason;
    const pause = { direction: 'both', untilMs: null, reason } as const;
    this.reportPause(pause, 'autoscaler');
    this.control({ pause });
  }

  /** The state that the next watch continues from: the newest one. */
  private remember(seen: WatchResult | null): void {
    const beforeMs = this.state.watched?.state.evaluatedAtMs ?? -Infinity;
    if (seen && seen.state.evaluatedAtMs >= beforeMs) this.state.watched = seen;
  }

  private async act({ evaluation }: WatchResult): Promise<void> {
    this.state.lastAsked = evaluation.target;
    const answer = await this.world.ask(evaluation);
    const isRefused = 'refused' in answer;
    this.state.lastError = isRefused ? answer.refused : null;
    const runId = isRefused ? null : answer.runId;
    const { capacity, target, reason, limitedBy } = evaluation;
    const fields = { capacity, target, reason, limitedBy, run: runId };
    if (isRefused) this.world.log('warn', `scale to ${target} was refused`, { ...fields, refused: answer.refused });
    else this.world.log('info', `scale from ${capacity} to ${target}`, fields);
    this.world.countDecision(evaluation, isRefused ? 'refused' : 'requested');
    appendTo(this.state.decisions, { evaluation, runId, ...(isRefused && answer) }, rememberedDecisions);
    if (isRefused) this.state.refusedRequests += 1;
    if (isRefused) this.post('request.refused', { target, requestReason: reason, reason: answer.refused });
    this.world.publish();
  }

  private reportPause({ direction, untilMs, reason }: Pause, by: 'person' | 'autoscaler'): void {
    const until = isoOrNull(untilMs);
    this.report('autoscaler.paused', { direction, until, by, ...(reason !== undefined && { reason }) });
  }

  private reportOverride({ capacity, untilMs, beyondBounds = false }: Override): void {
    this.report('override.set', { capacity, until: isoOrNull(untilMs), beyondBounds });
  }

  private report<Kind extends AutoscalerEventKind>(kind: Kind, data: AutoscalerEventData<Kind> & EventFields): void {
    this.post(kind, data);
  }

  /** Does nothing unless a receiver wants events of this kind. */
  private post(kind: EventKind, data: EventFields): void {
    const { resource, limits } = this.state;
    const { runId } = this.world;
    post(this.state, limits.events, runId, { kind, resource, atMs: this.world.now(), data: { runId, ...data } });
  }

  private control(change: Partial<Pick<AutoscaleRunState, 'pause' | 'override'>>): void {
    Object.assign(this.state, change);
    this.world.publish();
    this.mustReconsider = true;
  }

  private take({ settings, limits, taskQueue, revision }: AutoscaleConfiguration): void {
    const { revision: before } = this.state;
    this.world.log('info', `configuration replaced${revision ? ` by ${placeOf(revision)}` : ''}`, {
      ...(before && { before: placeOf(before) }),
    });
    Object.assign(this.state, { settings, limits }, taskQueue === undefined ? {} : { taskQueue });
    if (before) this.state.insteadOf = before;
    this.state.revision = revision;
    if (revision ?? before) this.world.publish();
    this.mustReconsider = true;
  }

  /** Whether this configuration has the same content as the one in force. */
  private says({ settings, limits, revision }: AutoscaleConfiguration): boolean {
    if (revision && this.state.revision) return revision.digest === this.state.revision.digest;
    if (revision) return false;
    return JSON.stringify([settings, limits]) === JSON.stringify([this.state.settings, this.state.limits]);
  }

  /** Takes the newest usable configuration, once no newer one is still being checked. */
  private choose(): void {
    const [best] = this.candidates.filter(({ isUsable }) => isUsable !== false).toSorted(newestFirst);
    if (best?.isUsable !== true) return;
    this.candidates = [];
    if (this.overrules(best.next)) return;
    // A configuration with the same content still replaces the revision, so that later arrivals are compared with the
    // newer time.
    if (this.says(best.next)) this.state.revision = best.next.revision ?? this.state.revision;
    else this.take(best.next);
  }

  /** The configuration in force is newer. The status then also names the older one, which differs. */
  private overrules({ revision }: AutoscaleConfiguration): boolean {
    const { revision: inForce, insteadOf } = this.state;
    if (!revision || !inForce || !isOverruled(revision, inForce)) return false;
    if (insteadOf?.digest !== revision.digest && inForce.digest !== revision.digest) {
      this.state.insteadOf = revision;
      this.world.publish();
    }
    return true;
  }

  private isSensible(name: string, wrong: Invalid | string | undefined): boolean {
    this.state.ignored = null;
    if (wrong === undefined) return true;
    this.ignore(`ignored ${name}: ${typeof wrong === 'string' ? wrong : invalidText(wrong)}`);
    return false;
  }
}

const directionInWords = { up: 'no scale-out', down: 'no scale-in', both: 'no changes' } as const;

function isoOrNull(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

/** Of two candidates with the same time, or without a time, the one that arrived later wins. */
function newestFirst(one: Candidate, other: Candidate): number {
  const timeOf = ({ next }: Candidate) => next.revision?.atMs ?? Infinity;
  const [oneMs, otherMs] = [timeOf(one), timeOf(other)];
  return oneMs === otherMs ? other.arrived - one.arrived : otherMs - oneMs;
}
