/** The world of a scale run as Temporal would give it, in memory: the real activities, virtual time, no server. */
import { type LookProgress, type PollWorld, lookUntilActive, lookUntilConfirmed } from '../../activities/poll.js';
import type {
  ChangeOrder,
  ChangeResult,
  Confirmation,
  ConfirmOrder,
  ObserveOrder,
  ObserveResult,
} from '../../src/domain/scale/orders.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import type { ScaleWorld } from '../../workflows/scale/run.js';
import { ChangeAttempt, type ChangeDesk } from './change-attempt.js';
import { type Stage, Violation } from './stage.js';

export interface Messages {
  /** Whatever may come while the workflow waits here, comes now. */
  meet(where: string): Promise<void>;
  isEveryUpdateAnswered(): boolean;
}

const looks = ['goes on', 'dies', 'is shut down'] as const;
const otherWriterChoices = ['no other writer changes it', 'another writer changes it'] as const;
const histories = ['is short', 'is long'] as const;

export class MemoryWorld implements ScaleWorld, ChangeDesk {
  private isCancelled = false;
  private attempt: ChangeAttempt | null = null;
  private readonly platform: Platform = {
    observe: async () => this.stage.platform.read(),
    change: () => Promise.reject(new Error('a look changes nothing')),
  };

  constructor(
    readonly stage: Stage,
    private readonly messages: Messages,
  ) {}

  cancel(): void {
    this.isCancelled = true;
    if (this.attempt) this.attempt.stopping.aborted = true;
  }

  now(): number {
    return this.stage.nowMs;
  }

  meet(where: string): Promise<void> {
    return this.messages.meet(where);
  }

  isWaitingFor(attempt: ChangeAttempt): boolean {
    return this.attempt === attempt && !this.isCancelled;
  }

  async observe(order: ObserveOrder, wake = () => false): Promise<ObserveResult> {
    const observeResult = await this.look<ObserveResult>(
      'an observation',
      { seen: 'interrupted' },
      (surroundings) => lookUntilActive(this.platform, order, surroundings),
      wake,
    );
    if (observeResult.seen !== 'interrupted') this.stage.asked.decisionsSince += 1;
    return observeResult;
  }

  async confirm(order: ConfirmOrder): Promise<Confirmation> {
    return this.look<Confirmation>('a confirmation', { shown: 'interrupted' }, (surroundings) =>
      lookUntilConfirmed(this.platform, order, surroundings),
    );
  }

  async change(order: ChangeOrder): Promise<ChangeResult> {
    if (this.isCancelled) return { outcome: 'notSent', reason: 'cancelled before a worker took it' };
    this.stage.asked.decisionsSince += 1;
    this.stage.requestsAtDecision = this.stage.asked.requests;
    this.attempt = new ChangeAttempt(this, order);
    await this.meet('as a change begins');
    const result = await this.attempt.result();
    this.attempt = null;
    if (result.outcome === 'rejected' || result.outcome === 'unknown') this.stage.doubtfulChanges += 1;
    this.stage.note(() => `the run takes the change ${order.from} -> ${order.to} for ${result.outcome}`);
    return result;
  }

  async until(atMs: number, why: string, wake: () => boolean): Promise<void> {
    const { stage } = this;
    if (wake()) return;
    stage.nowMs += Math.floor((atMs - stage.nowMs) / 2);
    await this.meet(`half way through the ${why}`);
    if (wake()) return;
    if (why === 'cooldown' && stage.scenario.otherWriterUnits !== 0)
      this.letOtherWriterChange(stage.scenario.otherWriterUnits);
    stage.nowMs = Math.max(stage.nowMs, atMs);
    // Messages are handled before the timers of the same moment.
    await this.meet(`at the end of the ${why}`);
  }

  async drained(wake: () => boolean = () => false): Promise<void> {
    await this.meet('at the last drain');
    if (!this.messages.isEveryUpdateAnswered() && !wake()) throw new Violation('the run waits for itself without end');
  }

  private letOtherWriterChange(units: number): void {
    if (this.stage.choose('other writer', otherWriterChoices) === 'no other writer changes it') return;
    this.stage.note(() => `another writer changes it by ${units}`);
    this.stage.platform.changeByOtherWriter(units);
  }

  historyIsLong(): boolean {
    return this.stage.choose('history', histories) === 'is long';
  }

  /** One activity of looking, with as many attempts as its workers need. A cancelled run does not wait for it. */
  private async look<Seen>(
    what: string,
    interrupted: Seen,
    activity: (surroundings: PollWorld) => Promise<Seen>,
    wake = () => false,
  ): Promise<Seen> {
    let elapsedBeforeMs = 0;
    const isCalledOff = () => this.isRunCancelled() || wake();
    await this.meet(`as ${what} begins`);
    for (;;) {
      if (isCalledOff()) return interrupted;
      const looking = new LookAttempt(this, `during ${what}`, elapsedBeforeMs, isCalledOff);
      const seen = await activity(looking);
      if (isCalledOff()) return interrupted;
      if (!looking.isDead) return seen;
      elapsedBeforeMs = looking.elapsedMs;
      this.stage.nowMs += this.stage.heartbeatTimeoutMs;
    }
  }

  isRunCancelled(): boolean {
    return this.isCancelled;
  }
}

class LookAttempt implements PollWorld {
  isDead = false;
  elapsedMs: number;
  private readonly stopping = { aborted: false };
  readonly stopped = this.stopping as AbortSignal; // The cores read nothing of a signal but `aborted`.

  constructor(
    private readonly world: MemoryWorld,
    private readonly where: string,
    readonly elapsedBeforeMs: number,
    private readonly isCalledOff: () => boolean,
  ) {
    this.elapsedMs = elapsedBeforeMs;
  }

  now(): number {
    return this.world.stage.nowMs;
  }

  report({ elapsedMs }: LookProgress): void {
    this.elapsedMs = elapsedMs;
  }

  async sleep(ms: number): Promise<void> {
    const { stage } = this.world;
    stage.nowMs += ms;
    await this.world.meet(this.where);
    const kind = stage.choose('pause', looks);
    if (kind !== 'goes on') stage.note(() => `the worker that looks ${kind}`);
    this.isDead = kind === 'dies';
    if (kind === 'goes on' && !this.isCalledOff()) return;
    this.stopping.aborted = true;
    throw new Error('stopped');
  }
}
