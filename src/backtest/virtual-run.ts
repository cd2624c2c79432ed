/** A scale run in virtual time: one step at a time toward a target, with a cooldown after each step. */
import type { ResourceStatus } from '../domain/scale/capacity.js';
import { cooledDownAtMs, directionOf, nextCapacity, sentChange, type SentChange } from '../domain/scale/step.js';
import { type ScaleSettings, takesChangesAtAnyTime } from '../domain/scale/settings.js';

export interface VirtualChange {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
}

/** Called for each period in which a number of units is working. */
export type OnTime = (fromMs: number, toMs: number, units: number) => void;

/** Units that were added in one change. */
interface Starting {
  readonly units: number;
  readonly readyAtMs: number;
}

export class VirtualRun {
  readonly changes: VirtualChange[] = [];
  /** The units that are ready. */
  ready: number;
  target: number;
  lastChange: SentChange | null = null;
  /** In the order in which they become ready. */
  private starting: readonly Starting[] = [];
  private lastTarget: number;

  constructor(
    private readonly settings: ScaleSettings,
    private readonly readyAfterMs: number,
    startCapacity: number,
    private nowMs: number,
    private readonly onTime: OnTime,
  ) {
    this.ready = startCapacity;
    this.target = startCapacity;
    this.lastTarget = startCapacity;
  }

  /**
   * The capacity that a platform shows: the units that exist, or, on a platform that accepts changes at any time, the
   * size that was set.
   */
  get capacity(): number {
    return takesChangesAtAnyTime(this.settings) ? this.size : this.ready;
  }

  get status(): ResourceStatus {
    return this.starting.length === 0 ? 'ACTIVE' : 'STARTING';
  }

  /**
   * Applies everything that is due before `toMs`. A change that is due at `toMs` itself waits for `act`, after the
   * evaluation.
   */
  advance(toMs: number): void {
    for (;;) {
      const readyAtMs = this.starting[0]?.readyAtMs ?? Infinity;
      const changeAtMs = this.nextChangeAtMs();
      if (readyAtMs > toMs && changeAtMs >= toMs) break;
      this.passTime(Math.min(readyAtMs, changeAtMs));
      if (readyAtMs <= changeAtMs) this.becomeReady();
      else this.act();
    }
    this.passTime(toMs);
  }

  /** Sends the next change if one is due now. */
  act(): void {
    if (this.nextChangeAtMs() > this.nowMs) return;
    const from = this.size;
    const to = nextCapacity(from, this.target, this.settings);
    this.changes.push({ atMs: this.nowMs, from, to });
    this.lastChange = { ...sentChange(this.lastChange, directionOf(from, to), this.nowMs), confirmed: true };
    this.lastTarget = this.target;
    if (to > from) this.add(to - from);
    else this.remove(from - to);
  }

  private get size(): number {
    return this.ready + this.starting.reduce((sum, { units }) => sum + units, 0);
  }

  private add(units: number): void {
    if (this.readyAfterMs === 0) this.ready += units;
    else this.starting = [...this.starting, { units, readyAtMs: this.nowMs + this.readyAfterMs }];
  }

  /** Units that are not ready yet are removed first, the newest of them before the others. */
  private remove(units: number): void {
    let left = units;
    const kept = this.starting.toReversed().map((added) => {
      const taken = Math.min(left, added.units);
      left -= taken;
      return { ...added, units: added.units - taken };
    });
    this.starting = kept.toReversed().filter((added) => added.units > 0);
    this.ready -= left;
  }

  private nextChangeAtMs(): number {
    const { size, settings, lastChange } = this;
    const next = nextCapacity(size, this.target, settings);
    if (next === size) return Infinity;
    if (lastChange === null) return this.nowMs;
    const direction = directionOf(size, next);
    return Math.max(this.nowMs, this.startedAtMs(direction === 'up'), cooledDownAtMs(lastChange, direction, settings));
  }

  /** A step out waits for the units of the previous step if the target is unchanged, up to the timeout. */
  private startedAtMs(isUp: boolean): number {
    if (this.starting.length === 0) return -Infinity;
    if (!takesChangesAtAnyTime(this.settings)) return Infinity;
    const isNextStep = isUp && this.target === this.lastTarget;
    return isNextStep ? (this.lastChange?.sentAtMs ?? -Infinity) + this.settings.waitForActive.timeoutMs : -Infinity;
  }

  private becomeReady(): void {
    const [first, ...others] = this.starting;
    this.ready += first?.units ?? 0;
    this.starting = others;
  }

  private passTime(toMs: number): void {
    if (toMs > this.nowMs) this.onTime(this.nowMs, toMs, this.ready);
    this.nowMs = toMs;
  }
}
