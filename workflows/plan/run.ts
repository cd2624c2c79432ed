/**
 * The loop of a plan: one step after the other, and back in reverse when a step fails or the plan is cancelled. This
 * file does not import Temporal: everything that the loop needs from outside is in `PlanWorld`.
 */
import type { ArrivalEnd, ArrivalOrder, PlanAnswer, Standing } from '../../src/domain/plan/orders.js';
import {
  type Move,
  type PlanMember,
  type PlanState,
  type PlanStop,
  type Undo,
  isOver,
  isRequestOf,
  requestKeyOf,
  stepsOf,
} from '../../src/domain/plan/plan.js';
import { longestReason } from '../../src/domain/scale/request.js';
import { clampToBounds } from '../../src/domain/scale/step.js';

export interface PlanWorld {
  /** Milliseconds since the epoch. A replay returns the same value. */
  now(): number;
  /** What was requested of a resource last. */
  look(resource: string): Promise<Standing>;
  /** The capacity of a resource, from an observation that is not older than `newerThanMs`. */
  observe(
    member: PlanMember,
    newerThanMs: number,
  ): Promise<{ readonly capacity: number } | { readonly failed: string }>;
  /** Sends a request, unless another caller has made one since `seen`. */
  request(member: PlanMember, request: MoveRequest): Promise<PlanAnswer>;
  /** Returns when the request has ended, one way or another. */
  arrival(order: ArrivalOrder): Promise<ArrivalEnd>;
  /** Does the work, until the limit is over or `wake` returns true. What it waits for is then cancelled. */
  limited<T>(limit: Limit, wake: () => boolean, work: () => Promise<T>): Promise<T | 'late' | 'interrupted'>;
  /** The run must continue as new: its history is long, or it is served on another task queue now. */
  mustContinue(): boolean;
  /** Updates what others see of the plan. */
  publish(): void;
  /** Writes a line to the log of the worker. A replay writes nothing. */
  log(level: 'info' | 'warn', message: string): void;
}

export interface MoveRequest {
  readonly target: number;
  readonly key: string;
  readonly keyMadeAtMs: number;
  readonly reason: string;
  readonly seen: Standing;
}

interface Limit {
  readonly atMs: number;
  readonly why: string;
}

type MoveEnd = ArrivalEnd | 'late' | 'interrupted';
type UndoEnd =
  Exclude<ArrivalEnd, { how: 'replaced' | 'cancelled' }> | { readonly how: 'left'; readonly reason: string };

const wasCancelled = 'its scale run was cancelled by another caller';

export class PlanRun {
  private readonly members: ReadonlyMap<string, PlanMember>;

  constructor(
    private readonly state: PlanState,
    members: readonly PlanMember[],
    private readonly world: PlanWorld,
  ) {
    this.members = new Map(members.map((member) => [member.resource, member]));
  }

  async run(): Promise<'ended' | 'continued'> {
    if (this.state.phase === 'scaling') await this.scale();
    if (this.state.phase === 'undoing') await this.undoAll();
    return isOver(this.state.phase) ? 'ended' : 'continued';
  }

  /** A plan that keeps the capacities does not begin to undo again. */
  stop(how: PlanStop): void {
    if (isOver(this.state.phase) || this.state.stop === 'keep') return;
    this.state.stop = how;
    this.world.log('info', how === 'keep' ? 'cancelled, and nothing is undone' : 'cancelled');
    this.world.publish();
  }

  /** Returns with the phase `scaling` only if the run must continue as new. */
  private async scale(): Promise<void> {
    for (const step of stepsOf(this.state)) {
      await Promise.all(step.map((move) => this.make(move)));
      const failed = step.find(({ phase }) => phase === 'failed');
      if (failed) this.state.problem = failureText(failed);
      if (failed ?? this.state.stop) {
        this.enter(this.state.stop === 'keep' ? 'cancelled' : 'undoing');
        return;
      }
      if (step.some(({ phase }) => phase !== 'reached')) return;
    }
    // No await from here to the end of the run: a cancellation that arrives later finds the plan closed.
    this.enter('reached');
  }

  private async undoAll(): Promise<void> {
    for (const step of stepsOf(this.state).toReversed()) {
      await Promise.all(step.map((move) => this.undo(move)));
      if (this.state.stop === 'keep') break;
      if (step.some(({ undo }) => undo?.phase === 'undoing')) return;
    }
    this.enter(this.state.problem === null ? 'cancelled' : 'failed');
  }

  private async make(move: Move): Promise<void> {
    if (move.phase === 'reached' || move.phase === 'failed') return;
    move.startedAtMs ??= this.world.now();
    const limit = this.limitOf(move.startedAtMs, `${move.resource} to ${move.target}`);
    const end = await this.world.limited(
      limit,
      () => this.isAbandoned(move) || this.world.mustContinue(),
      () => this.goTo(move),
    );
    this.conclude(move, end);
    this.world.publish();
  }

  /** The plan was cancelled, or another move of the step has failed. */
  private isAbandoned({ step }: Move): boolean {
    return this.state.stop !== null || this.state.moves.some((each) => each.step === step && each.phase === 'failed');
  }

  private async goTo(move: Move): Promise<ArrivalEnd> {
    const { id } = this.state;
    const member = this.memberOf(move);
    const key = requestKeyOf(id, move, 'forth');
    while (move.runId === null) {
      move.phase = 'observing';
      this.world.publish();
      const seen = await this.world.look(move.resource);
      // A request that was sent before the run continued as new must not count as what was there before.
      if (seen.by !== key) {
        const before = await this.capacityBefore(member, seen);
        if ('failed' in before) return { how: 'failed', reason: before.failed };
        move.before = before.capacity;
      }
      // From here on the request may have been sent, whatever interrupts the wait for its answer.
      move.phase = 'scaling';
      move.isRequested = true;
      const answer = await this.world.request(member, {
        target: move.target,
        key,
        keyMadeAtMs: move.startedAtMs ?? 0,
        reason: this.reasonFor(move, ''),
        seen,
      });
      if ('refused' in answer) {
        move.isRequested = false;
        return { how: 'failed', reason: answer.refused };
      }
      if ('runId' in answer) move.runId = answer.runId;
    }
    this.world.publish();
    return this.world.arrival({ resource: move.resource, key, runId: move.runId });
  }

  /** A resource that is on its way counts as where it is going: the undo continues that way. */
  private async capacityBefore(member: PlanMember, { isInProgress, target, lastChange }: Standing) {
    if (isInProgress && target !== null) return { capacity: target };
    const settleMs = lastChange?.confirmed === false ? member.settings.settleMs : 0;
    return this.world.observe(member, (lastChange?.sentAtMs ?? 0) + settleMs);
  }

  private conclude(move: Move, end: MoveEnd): void {
    if (end === 'interrupted') {
      if (this.isAbandoned(move)) move.phase = 'stopped';
      return;
    }
    if (end === 'late') {
      const what = move.phase === 'observing' ? 'its capacity was not known' : 'it was not there';
      this.fail(move, `${what} within ${this.state.timeoutMs / 1000} s`);
    } else if (end.how === 'reached') {
      move.phase = 'reached';
      this.world.log('info', `${move.resource} is at ${move.target}`);
    } else this.fail(move, end.how === 'cancelled' ? wasCancelled : end.reason);
  }

  private fail(move: Move, reason: string): void {
    move.phase = 'failed';
    move.reason = reason;
    this.world.log('warn', failureText(move));
  }

  private async undo(move: Move): Promise<void> {
    const { before, isRequested, target } = move;
    const isToUndo = isRequested && before !== null && before !== target;
    if (!isToUndo || (move.undo && move.undo.phase !== 'undoing')) return;
    const to = clampToBounds(before, this.memberOf(move).settings);
    const undo = (move.undo ??= newUndo(to, this.world.now()));
    this.world.publish();
    const end = await this.world.limited(
      this.limitOf(undo.startedAtMs, `${move.resource} back to ${to}`),
      () => this.state.stop === 'keep' || this.world.mustContinue(),
      () => this.goBack(move, undo),
    );
    this.concludeUndo(move, undo, end);
    this.world.publish();
  }

  private async goBack(move: Move, undo: Undo): Promise<UndoEnd> {
    const key = requestKeyOf(this.state.id, move, 'back');
    while (undo.runId === null) {
      const seen = await this.world.look(move.resource);
      const reason = this.whyLeft(seen);
      if (reason !== undefined) return { how: 'left', reason };
      const answer = await this.world.request(this.memberOf(move), {
        target: undo.to,
        key,
        keyMadeAtMs: undo.startedAtMs,
        reason: this.reasonFor(move, 'undo of '),
        seen,
      });
      if ('refused' in answer) return { how: 'failed', reason: answer.refused };
      if ('runId' in answer) undo.runId = answer.runId;
    }
    const end = await this.world.arrival({ resource: move.resource, key, runId: undo.runId });
    if (end.how === 'replaced') return { how: 'left', reason: end.reason };
    return end.how === 'cancelled' ? { how: 'left', reason: wasCancelled } : end;
  }

  /** Another caller has decided about the resource since, and that decision is kept. */
  private whyLeft({ by, target, isCancelled }: Standing): string | undefined {
    if (isCancelled) return wasCancelled;
    if (isRequestOf(this.state.id, by)) return undefined;
    return target === null
      ? 'nothing was requested of it'
      : `its newest request, for ${target}, is not a request of this plan`;
  }

  private concludeUndo(move: Move, undo: Undo, end: UndoEnd | 'late' | 'interrupted'): void {
    if (end === 'interrupted') {
      if (this.state.stop === 'keep') Object.assign(undo, { phase: 'failed', reason: 'the undo was stopped' });
      return;
    }
    if (end === 'late') {
      Object.assign(undo, { phase: 'failed', reason: `it was not there within ${this.state.timeoutMs / 1000} s` });
    } else if (end.how === 'reached') {
      undo.phase = 'undone';
      if (undo.to !== move.before) undo.reason = `${move.before ?? ''} is outside its bounds`;
    } else Object.assign(undo, { phase: end.how, reason: end.reason });
    this.world.log(undo.phase === 'undone' ? 'info' : 'warn', `${move.resource}: undo ${undo.phase}`);
  }

  private enter(phase: PlanState['phase']): void {
    this.state.phase = phase;
    this.world.log(phase === 'reached' ? 'info' : 'warn', `the plan is ${phase}`);
    this.world.publish();
  }

  private limitOf(startedAtMs: number, what: string): Limit {
    return { atMs: startedAtMs + this.state.timeoutMs, why: `time limit of ${what}` };
  }

  private reasonFor({ step }: Move, what: string): string {
    const { id, reason } = this.state;
    const why = reason === null ? '' : `: ${reason}`;
    return `plan ${id}, ${what}step ${step}${why}`.slice(0, longestReason);
  }

  private memberOf({ resource }: Move): PlanMember {
    const member = this.members.get(resource);
    if (!member) throw new Error(`the plan has no settings of ${resource}`);
    return member;
  }
}

function newUndo(to: number, startedAtMs: number): Undo {
  return { phase: 'undoing', to, startedAtMs, runId: null, reason: null };
}

function failureText({ step, resource, target, reason }: Move): string {
  return `step ${step} failed: ${resource} did not reach ${target}, ${reason ?? 'no reason given'}`;
}
