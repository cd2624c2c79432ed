/**
 * Replays recorded signals, or a queue that the simulated capacity drains, through the code that scales in production.
 */
import { evaluate } from '../domain/autoscale/evaluate.js';
import type { LimitName, Reading, SampleReport } from '../domain/autoscale/evaluation.js';
import type { AutoscaleSpec } from '../domain/autoscale/spec.js';
import type { AutoscaleState } from '../domain/autoscale/state.js';
import { Need } from './need.js';
import { Queue } from './queue.js';
import type { Trace } from './trace.js';
import { TraceReader, type TraceSettings } from './trace-reader.js';
import { VirtualRun, type VirtualChange } from './virtual-run.js';

export interface Backtest {
  readonly resource: string;
  readonly spec: AutoscaleSpec;
  /** Keyed by signal. */
  readonly traces: Readonly<Record<string, Trace>>;
  /** Null: an open loop. */
  readonly arrivals: { readonly trace: Trace; readonly serviceRate: number } | null;
  readonly startCapacity: number;
  readonly readyAfterMs: number;
  /** How long a sample is valid. Null: as long as its signal says, otherwise 3 intervals. */
  readonly maxAgeMs: number | null;
  /** What the source of each signal declares about its samples, keyed by signal. */
  readonly samples?: Readonly<Record<string, Pick<TraceSettings, 'emptyAs' | 'isDated'>>>;
  /** The configuration whose need `underProvisionedSeconds` counts. Absent: the recommendations of `spec`. */
  readonly neededBy?: AutoscaleSpec;
}

interface BacktestPoint {
  /** Seconds since the first sample. */
  readonly seconds: number;
  /** Null: no data. */
  readonly signals: Readonly<Record<string, number | null>>;
  readonly recommended: number;
  readonly target: number;
  /** The units that exist at that time. */
  readonly capacity: number;
  readonly limitedBy: readonly LimitName[];
  readonly reason: string;
}

export interface BacktestSummary {
  readonly changes: number;
  readonly scaleUps: number;
  readonly scaleDowns: number;
  readonly unitHours: number;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  /** How long fewer units existed than were recommended, or than `neededBy` needs. */
  readonly underProvisionedSeconds: number;
  /** Null in an open loop. */
  readonly largestBacklog: number | null;
}

export interface BacktestResult {
  readonly resource: string;
  readonly intervalSeconds: number;
  readonly points: readonly BacktestPoint[];
  readonly changes: readonly { readonly seconds: number; readonly from: number; readonly to: number }[];
  readonly summary: BacktestSummary;
}

/** How many intervals a sample is valid by default. */
const maxAgeIntervals = 3;

/** The name of the signal that a closed loop produces. */
export const queueSignal = 'queue';

/** Runs from the first sample of any trace to the last. */
export function simulate(backtest: Backtest): BacktestResult {
  const { spec, arrivals } = backtest;
  const { intervalMs } = spec.settings;
  const { startMs, endMs } = span([...Object.values(backtest.traces), ...(arrivals ? [arrivals.trace] : [])]);
  const readers = Object.entries(backtest.traces).map(
    ([signal, trace]) => [signal, new TraceReader(trace, traceSettings(backtest, signal))] as const,
  );
  const queue = arrivals ? new Queue(arrivals.trace, arrivals.serviceRate) : null;
  const need = backtest.neededBy ? new Need(backtest.neededBy) : null;
  const meter = new Meter();
  const run = new VirtualRun(
    spec.limits,
    backtest.readyAfterMs,
    backtest.startCapacity,
    startMs,
    (fromMs, toMs, units) => {
      queue?.advance(toMs, units);
      meter.pass(toMs - fromMs, units);
    },
  );

  const points: BacktestPoint[] = [];
  let state: AutoscaleState | null = null;
  for (let nowMs = startMs; nowMs <= endMs; nowMs += intervalMs) {
    run.advance(nowMs);
    const readings: Record<string, Reading> = {};
    for (const [signal, reader] of readers) readings[signal] = reader.readAt(nowMs);
    if (queue) readings[queueSignal] = { value: queue.depth, atMs: nowMs };
    const outcome = evaluate(spec, {
      nowMs,
      readings,
      capacity: run.capacity,
      ready: run.ready,
      status: run.status,
      run: { target: run.target, isOwn: true },
      lastChange: run.lastChange,
      pause: null,
      override: null,
      refusal: null,
      state,
    });
    state = outcome.state;
    const { recommended, target, limitedBy, reason, samples } = outcome.evaluation;
    const before = run.ready;
    run.target = target;
    run.act();
    // Units that were just removed are not there to be kept, and those that were just added may have been needed.
    const needed = need?.at(nowMs, readings, Math.min(before, run.ready)) ?? recommended;
    meter.wanted(needed, run.ready);
    const seconds = (nowMs - startMs) / 1000;
    points.push({
      seconds,
      signals: valuesOf(readings, samples),
      recommended,
      target,
      capacity: run.ready,
      limitedBy,
      reason,
    });
  }
  return {
    resource: backtest.resource,
    intervalSeconds: intervalMs / 1000,
    points,
    changes: run.changes.map(({ atMs, from, to }) => ({ seconds: (atMs - startMs) / 1000, from, to })),
    summary: { ...countChanges(run.changes), ...meter.summary(), largestBacklog: queue?.largestDepth ?? null },
  };
}

function traceSettings({ spec, maxAgeMs, samples }: Backtest, signal: string): TraceSettings {
  const { intervalMs, sampling } = spec.settings;
  const usualMs = sampling?.[signal]?.maxAgeMs ?? intervalMs * maxAgeIntervals;
  return { maxAgeMs: maxAgeMs ?? usualMs, ...samples?.[signal] };
}

/** Adds up the cost of a run and the time with too few units. */
class Meter {
  private unitMs = 0;
  private shortMs = 0;
  private needed = 0;
  private least = Infinity;
  private most = 0;

  pass(elapsedMs: number, units: number): void {
    this.unitMs += elapsedMs * units;
    if (units < this.needed) this.shortMs += elapsedMs;
    this.seen(units);
  }

  wanted(needed: number, capacity: number): void {
    this.needed = needed;
    this.seen(capacity);
  }

  summary() {
    return {
      unitHours: this.unitMs / 3_600_000,
      minCapacity: this.least,
      maxCapacity: this.most,
      underProvisionedSeconds: this.shortMs / 1000,
    };
  }

  private seen(units: number): void {
    this.least = Math.min(this.least, units);
    this.most = Math.max(this.most, units);
  }
}

function countChanges(changes: readonly VirtualChange[]) {
  const scaleUps = changes.filter(({ from, to }) => to > from).length;
  return { changes: changes.length, scaleUps, scaleDowns: changes.length - scaleUps };
}

function span(traces: readonly Trace[]): { startMs: number; endMs: number } {
  return {
    startMs: Math.min(...traces.map(({ timesMs }) => timesMs[0] ?? Infinity)),
    endMs: Math.max(...traces.map(({ timesMs }) => timesMs.at(-1) ?? -Infinity)),
  };
}

/** The values that the policies read; for a trace that no policy reads, the values in the trace. */
function valuesOf(
  readings: Readonly<Record<string, Reading>>,
  samples: readonly SampleReport[],
): Record<string, number | null> {
  const values: Record<string, number | null> = {};
  for (const [signal, reading] of Object.entries(readings)) values[signal] = 'value' in reading ? reading.value : null;
  for (const { signal, value, failure } of samples) values[signal] = failure === null ? value : null;
  return values;
}
