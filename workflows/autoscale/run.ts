/**
 * The loop of an autoscaler: watch, decide, ask for a scale; and what it is told meanwhile. Nothing of Temporal in here:
 * what it needs of the world is in `AutoscaleWorld`.
 */
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
  /** Milliseconds since the epoch; the same again in a replay. */
  now(): number;
  /** Until it has something to do, or `isCalledOff` holds. */
  watch(order: WatchOrder, isCalledOff: () => boolean): Promise<WatchEnd>;
  /** Through the same door as everybody else's requests. */
  ask(evaluation: Evaluation): Promise<ScaleAnswer>;
  /** A watch that is given settings it does not understand would ask for a worker that does, for ever. */
  whyNotWatched(configuration: AutoscaleConfiguration): Promise<string | null>;
  /** Until every message that has arrived is dealt with, or `wake` holds: then the run must go on first. */
  drained(wake: () => boolean): Promise<void>;
  /** It must go on as a new run: the history is long, or the resource is served on another task queue now. */
  mustContinue(): boolean;
  /** Tells the server what it shows of this run when no worker can be asked. */
  publish(): void;
}

export type WatchEnd =
  | { readonly how: 'decided'; readonly result: WatchResult }
  /** With what it has seen until then, as far as the server knows. */
  | { readonly how: 'calledOff'; readonly seen: WatchResult | null };

/** A configuration that has come. Null: not known yet whether it is usable. */
interface Candidate {
  readonly next: AutoscaleConfiguration;
  readonly arrived: number;
  isUsable: boolean | null;
}

/** Everything that a run knows: what it is configured to do, and what has become of it. */
export type Autoscaler = AutoscaleRunState & {
  -readonly [Field in keyof AutoscaleConfiguration]: AutoscaleConfiguration[Field];
} & { readonly resource: string };

const rememberedDecisions = 50;

export class AutoscaleRun {
  /** Something was said that the watch does not know. The first look is at once as well. */
  private mustReconsider = true;
  /** The newest configuration that has come, be it in force, still to be checked, or not usable. */
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
      // No await from here to the return: whatever comes later finds the run closed, and starts the next one.
      if (this.isOver()) return this.state.removedBy === null ? 'continued' : 'removed';
    }
  }

  pause(pause: Pause | null): void {
    if (this.isSensible('pause', checkPause(pause))) this.control({ pause });
  }

  override(override: Override | null): void {
    if (!this.isSensible('override', checkOverride(override))) return;
    this.control({ override: override && { ...override, sinceMs: this.world.now() } });
  }

  evaluate(): void {
    this.mustReconsider = true;
  }

  /** Of two configurations the newer one counts, whichever comes first, and whichever is found usable first. */
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
      this.ignore(`ignored remove: it belongs to the owner ${owner}, not to ${removal.owner}`);
    } else if (newer) {
      this.ignore(`ignored remove: it is configured by ${placeOf(newer)}, which is newer than ${placeOf(removal)}`);
    } else {
      this.state.removedBy = removal;
      this.mustReconsider = true;
    }
  }

  /** Told until the next message that makes sense: a request that goes well does not make it right. */
  ignore(message: string): void {
    this.state.ignored = message;
    this.world.publish();
  }

  /** Wanted again, whatever becomes of its settings. An older configuration does not know of the removal. */
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
    // What has been said meanwhile is looked at first, and at once.
    if (end.how === 'decided' && !this.hasNews()) await this.act(end.result);
  }

  private hasNews(): boolean {
    return this.mustReconsider;
  }

  /** Until a person resumes it: going on would move the capacity further and further. */
  private pauseItself({ runId, reason }: NonNullable<WatchResult['wrongDirection']>): void {
    this.state.heededRun = runId;
    this.state.lastError = reason;
    this.control({ pause: { direction: 'both', untilMs: null, reason } });
  }

  /** What the next watch goes on from: the newest there is. */
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
    appendTo(this.state.decisions, { evaluation, runId, ...(isRefused && answer) }, rememberedDecisions);
    if (isRefused) this.state.refusedRequests += 1;
    this.world.publish();
  }

  private control(change: Partial<Pick<AutoscaleRunState, 'pause' | 'override'>>): void {
    Object.assign(this.state, change);
    this.world.publish();
    this.mustReconsider = true;
  }

  private take({ settings, limits, taskQueue, revision }: AutoscaleConfiguration): void {
    const { revision: before } = this.state;
    Object.assign(this.state, { settings, limits }, taskQueue === undefined ? {} : { taskQueue });
    if (before) this.state.insteadOf = before;
    this.state.revision = revision;
    if (revision ?? before) this.world.publish();
    this.mustReconsider = true;
  }

  /** It is what is in force. */
  private says({ settings, limits, revision }: AutoscaleConfiguration): boolean {
    if (revision && this.state.revision) return revision.digest === this.state.revision.digest;
    if (revision) return false;
    return JSON.stringify([settings, limits]) === JSON.stringify([this.state.settings, this.state.limits]);
  }

  /** One is taken when it is usable, and none that is newer still has to be checked. */
  private choose(): void {
    const [best] = this.candidates.filter(({ isUsable }) => isUsable !== false).toSorted(newestFirst);
    if (best?.isUsable !== true) return;
    this.candidates = [];
    if (this.overrules(best.next)) return;
    // The same again is the newest word all the same, against others that may come.
    if (this.says(best.next)) this.state.revision = best.next.revision ?? this.state.revision;
    else this.take(best.next);
  }

  /** What is in force is newer: whoever looks shall see that somebody says something else. */
  private overrules({ revision }: AutoscaleConfiguration): boolean {
    const { revision: inForce, insteadOf } = this.state;
    if (!revision || !inForce || !isOverruled(revision, inForce)) return false;
    if (insteadOf?.digest !== revision.digest && inForce.digest !== revision.digest) {
      this.state.insteadOf = revision;
      this.world.publish();
    }
    return true;
  }

  private isSensible(name: string, wrong: string | undefined): boolean {
    if (wrong !== undefined) this.ignore(`ignored ${name}: ${wrong}`);
    else this.state.ignored = null;
    return wrong === undefined;
  }
}

/** Of two of the same time, and of those that do not tell, the one that came later counts. */
function newestFirst(one: Candidate, other: Candidate): number {
  const timeOf = ({ next }: Candidate) => next.revision?.atMs ?? Infinity;
  const [oneMs, otherMs] = [timeOf(one), timeOf(other)];
  return oneMs === otherMs ? other.arrived - one.arrived : otherMs - oneMs;
}
