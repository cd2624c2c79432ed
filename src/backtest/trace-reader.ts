/** Reads a trace as a source would have answered at a given time. */
import type { Reading } from '../domain/autoscale/evaluation.js';
import type { Trace } from './trace.js';

const noSampleYet: Reading = { failure: 'no sample yet' };
const noData: Reading = { failure: 'no data at that time' };
const tooOld: Reading = { failure: 'the newest sample is too old' };

export interface TraceSettings {
  /** How long a sample replaces the answer of the source. */
  readonly maxAgeMs: number;
  /** The setting of the signal: a number that replaces "no data", or that 0 means no data. */
  readonly emptyAs?: number | 'noData' | undefined;
  /** As the source of the signal: its samples have a time, and the same sample may be read twice. */
  readonly isDated?: boolean | undefined;
}

/** For increasing times only: a reader never goes back. */
export class TraceReader {
  private next = 0;

  constructor(
    private readonly trace: Trace,
    private readonly settings: TraceSettings,
  ) {}

  /** The newest sample at or before `nowMs`, if it is not older than the maximum age. */
  readAt(nowMs: number): Reading {
    const { timesMs, values } = this.trace;
    while ((timesMs[this.next] ?? Infinity) <= nowMs) this.next += 1;
    const atMs = timesMs[this.next - 1];
    const value = values[this.next - 1];
    if (atMs === undefined || value === undefined) return noSampleYet;
    const { maxAgeMs, emptyAs, isDated = false } = this.settings;
    if (nowMs - atMs > maxAgeMs) return tooOld;
    if (!Number.isFinite(value)) return typeof emptyAs === 'number' ? { value: emptyAs, atMs } : noData;
    if (value === 0 && emptyAs === 'noData') return noData;
    return isDated ? { value, atMs, isDated } : { value, atMs };
  }
}
