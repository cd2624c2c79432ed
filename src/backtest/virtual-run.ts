/** A scale run in virtual time: one step at a time toward a target, each waited for until it is there and cooled down. */
import type { ResourceStatus } from '../domain/capacity.js';
import { cooledDownAtMs, directionOf, nextCapacity, sentChange, type SentChange } from '../domain/scale-step.js';
import type { ScaleSettings } from '../domain/settings.js';

export interface VirtualChange {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
}

/** Is told of time that passes with a number of units at work. */
export type OnTime = (fromMs: number, toMs: number, units: number) => void;

export class VirtualRun {
  readonly changes: VirtualChange[] = [];
  /** What exists. */
  capacity: number;
  target: number;
  lastChange: SentChange | null = null;
  private starting: { readonly capacity: number; readonly readyAtMs: number } | null = null;

  constructor(
    private readonly settings: ScaleSettings,
    private readonly readyAfterMs: number,
    startCapacity: number,
    private nowMs: number,
    private readonly onTime: OnTime,
  ) {
    this.capacity = startCapacity;
    this.target = startCapacity;
  }

  get status(): ResourceStatus {
    return this.starting === null ? 'ACTIVE' : 'STARTING';
  }

  /** Does what falls due on the way; a change that falls due at `toMs` itself waits for `act`, after the evaluation. */
  advance(toMs: number): void {
    for (;;) {
      const readyAtMs = this.starting?.readyAtMs ?? Infinity;
      const changeAtMs = this.nextChangeAtMs();
      if (readyAtMs > toMs && changeAtMs >= toMs) break;
      this.passTime(Math.min(readyAtMs, changeAtMs));
      if (readyAtMs <= changeAtMs) this.becomeReady();
      else this.act();
    }
    this.passTime(toMs);
  }

  /** Sends the next change, where one is due now. */
  act(): void {
    if (this.nextChangeAtMs() > this.nowMs) return;
    const from = this.capacity;
    const to = nextCapacity(from, this.target, this.settings);
    this.changes.push({ atMs: this.nowMs, from, to });
    this.lastChange = { ...sentChange(this.lastChange, directionOf(from, to), this.nowMs), confirmed: true };
    if (to < from || this.readyAfterMs === 0) this.capacity = to;
    else this.starting = { capacity: to, readyAtMs: this.nowMs + this.readyAfterMs };
  }

  private nextChangeAtMs(): number {
    const next = nextCapacity(this.capacity, this.target, this.settings);
    if (this.starting !== null || next === this.capacity) return Infinity;
    if (this.lastChange === null) return this.nowMs;
    return Math.max(this.nowMs, cooledDownAtMs(this.lastChange, directionOf(this.capacity, next), this.settings));
  }

  private becomeReady(): void {
    if (this.starting) this.capacity = this.starting.capacity;
    this.starting = null;
  }

  private passTime(toMs: number): void {
    if (toMs > this.nowMs) this.onTime(this.nowMs, toMs, this.capacity);
    this.nowMs = toMs;
  }
}
