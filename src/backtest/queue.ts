/**
 * The queue of a closed loop, modelled as a fluid: it fills at the arrival rate of a trace, in jobs per second, and
 * drains at a rate per unit and second. An arrival rate is valid until the next line of the trace.
 */
import { BacktestError } from './trace.js';
import type { Trace } from './trace.js';

export class Queue {
  depth = 0;
  largestDepth = 0;
  private next = 0;
  private atMs: number;

  /** @param serviceRate jobs per second that one unit completes */
  constructor(
    private readonly arrivals: Trace,
    private readonly serviceRate: number,
  ) {
    const unusable = arrivals.values.findIndex((rate) => !(rate >= 0));
    if (unusable >= 0) {
      throw new BacktestError({
        file: arrivals.file,
        problem: `sample ${unusable + 1} is not a rate`,
        fix: 'arrivals are 0 or more per second',
      });
    }
    this.atMs = arrivals.timesMs[0] ?? 0;
  }

  /** Advances the time while `units` are working. */
  advance(toMs: number, units: number): void {
    const { timesMs, values } = this.arrivals;
    while (this.atMs < toMs) {
      while ((timesMs[this.next] ?? Infinity) <= this.atMs) this.next += 1;
      const untilMs = Math.min(toMs, timesMs[this.next] ?? Infinity);
      const arriving = values[this.next - 1] ?? 0;
      const grown = ((arriving - units * this.serviceRate) * (untilMs - this.atMs)) / 1000;
      this.depth = Math.max(0, this.depth + grown);
      this.largestDepth = Math.max(this.largestDepth, this.depth);
      this.atMs = untilMs;
    }
  }
}
