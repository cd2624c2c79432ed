/** The worker with the only attempt at a change: it may die, be suspended beyond its timeout, or be stopped. */
import { type ChangeWorld, sendChange } from '../../activities/change.js';
import type { ChangeOrder, ChangeResult } from '../../src/domain/scale/orders.js';
import type { Platform, SendPermit } from '../../src/adapters/platforms/platform.js';
import type { Sender } from './memory-platform.js';
import type { Stage } from './stage.js';

export interface ChangeDesk {
  readonly stage: Stage;
  /** The workflow waits in the activity: messages may come. */
  meet(where: string): Promise<void>;
  /** Whether the server still waits for this attempt. */
  isWaitingFor(attempt: ChangeAttempt): boolean;
}

const fences = [
  'is passed',
  'cannot be asked in time',
  'is reached by a worker that sleeps first',
  'is passed by a worker that sleeps then',
  'is reached by a worker that sleeps first, and then cannot be asked in time',
] as const;

const starts = ['looks at once', 'sleeps first', 'dies'] as const;
const pauses = ['goes on', 'dies', 'is shut down'] as const;

export class ChangeAttempt implements ChangeWorld, Sender {
  isAwakeAgain = false;
  readonly elapsedBeforeMs = 0;
  readonly stopping = { aborted: false };
  // The cores read nothing of a signal but `aborted`.
  readonly stopped = this.stopping as AbortSignal;
  readonly outOfTime = { aborted: false } as AbortSignal;
  private giveUp!: (result: ChangeResult) => void;
  private readonly givenUp = new Promise<ChangeResult>((resolve) => (this.giveUp = resolve));
  private finished: Promise<unknown> = Promise.resolve();
  private readonly platform: Platform = {
    observe: async () => {
      if (this.isAwakeAgain) return { ...this.desk.stage.platform.seenNow() };
      return this.desk.stage.platform.read();
    },
    change: (change, permit) => this.desk.stage.platform.change(change, permit, this),
  };

  constructor(
    private readonly desk: ChangeDesk,
    private readonly order: ChangeOrder,
  ) {}

  /** As the workflow sees it: the verdict of the activity, or that of the server when it has waited long enough. */
  async result(): Promise<ChangeResult> {
    const activity = this.activity();
    this.finished = activity;
    return Promise.race([activity, this.givenUp]);
  }

  now(): number {
    return this.desk.stage.nowMs;
  }

  report(): void {
    // Heartbeats of a change that was not confirmed are for people only.
  }

  async sleep(ms: number): Promise<void> {
    if (this.isAwakeAgain) throw new Error('the server has reported by now that the attempt timed out');
    this.desk.stage.nowMs += ms;
    await this.desk.meet('while the change is being confirmed');
    const kind = this.desk.stage.choose('pause', pauses);
    if (kind !== 'goes on') this.desk.stage.note(() => `the worker that confirms ${kind}`);
    if (kind === 'dies') await this.die();
    if (kind === 'is shut down') this.stopping.aborted = true;
    if (this.stopping.aborted) throw new Error('stopped');
  }

  async requestSendPermit(): Promise<SendPermit | undefined> {
    const { stage } = this.desk;
    await this.desk.meet('before the change is sent');
    const kind = this.isAwakeAgain ? fences[0] : stage.choose('fence', fences);
    if (kind !== 'is passed') stage.note(() => `the fence ${kind}`);
    if (kind.startsWith('is reached by a worker that sleeps first')) await this.sleepThroughTimeOut();
    if (kind.endsWith('cannot be asked in time')) throw new Error('deadline exceeded');
    if (!this.desk.isWaitingFor(this)) return undefined;
    const askedAtMs = stage.nowMs;
    if (kind === 'is passed by a worker that sleeps then') await this.sleepThroughTimeOut();
    return { isValid: () => stage.nowMs - askedAtMs < stage.permitLastsMs };
  }

  async die(): Promise<never> {
    this.desk.stage.nowMs += this.desk.stage.heartbeatTimeoutMs;
    this.loseTouch();
    return new Promise<never>(() => undefined);
  }

  /** The same verdict as `withoutVerdict` in workflows/scale/temporal-world.ts. */
  loseTouch(): void {
    this.giveUp({
      outcome: 'unknown',
      sentAtMs: this.desk.stage.nowMs,
      reason: 'the worker that had the change returned no result',
      confirmation: { shown: 'interrupted' },
    });
  }

  private async activity(): Promise<ChangeResult> {
    const kind = this.desk.stage.choose('pause', starts);
    if (kind !== 'looks at once') this.desk.stage.note(() => `the worker that has the change ${kind}`);
    if (kind === 'dies') await this.die();
    if (kind === 'sleeps first') await this.sleepThroughTimeOut();
    return sendChange(this.platform, this.order, this);
  }

  private sleepThroughTimeOut(): Promise<void> {
    const { stage } = this.desk;
    stage.nowMs += stage.heartbeatTimeoutMs;
    this.loseTouch();
    return new Promise((resolve) => {
      stage.sleepers.push(async () => {
        this.isAwakeAgain = true;
        resolve();
        await this.finished;
      });
    });
  }
}
