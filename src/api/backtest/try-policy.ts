/** Tries a policy on what the watch has recorded, through the code that scales in production. */
import { type BacktestResult, simulate } from '../../backtest/simulate.js';
import type { Trace } from '../../backtest/trace.js';
import type { ResourceConfig } from '../../config/config.js';
import { type PolicyProblem, readTriedPolicy } from '../../config/file/tried-policy.js';
import type { LookRing } from '../../domain/autoscale/look-ring.js';
import type { AutoscaleSettings } from '../../domain/autoscale/settings.js';
import { compileAutoscale } from '../../domain/autoscale/spec.js';
import { iso } from '../http/iso-time.js';
import { problemText } from '../../domain/written/problem.js';
import { type ErrorPlace, Problem } from '../http/problem.js';
import { pointerTo } from '../http/request.js';
import type { BacktestAnswer } from './answers.js';

/** The signals have one value a bucket of at least a minute: shorter intervals would only repeat evaluations. */
const leastIntervalMs = 15_000;
const mostDecisions = 200;

type Autoscaled = ResourceConfig & Required<Pick<ResourceConfig, 'autoscale'>>;

/** @throws Problem that points into the policy. */
export async function readPolicy(config: Autoscaled, given: unknown): Promise<AutoscaleSettings> {
  const { autoscale, settings: limits, writtenPolicy } = config;
  const placeholders = writtenPolicy?.placeholders ?? {};
  const read = await readTriedPolicy(given, { settings: autoscale.settings, limits, placeholders });
  if ('settings' in read) return read.settings;
  const errors = read.problems.map(errorPlace);
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  throw new Problem('invalid-request', detail, { errors });
}

function errorPlace({ path, line, column, ...found }: PolicyProblem): ErrorPlace {
  const pointer = pointerTo(['autoscale', ...path]);
  return { pointer, detail: problemText(found), ...(line && { line }), ...(column && { column }) };
}

export function tryPolicy(config: Autoscaled, ring: LookRing, tried: AutoscaleSettings): BacktestAnswer {
  const fromMs = ring.first * ring.bucketMs;
  const [one, other] = [run(config, ring, config.autoscale.settings), run(config, ring, tried)];
  return {
    resource: config.alias,
    from: iso(fromMs),
    to: iso(fromMs + ring.capacity.length * ring.bucketMs),
    intervalSeconds: intervalOf(tried) / 1000,
    signals: signalsOf(ring),
    inForce: traceOf(one, fromMs),
    tried: traceOf(other, fromMs),
  };
}

function signalsOf({ first, bucketMs, signals }: LookRing): BacktestAnswer['signals'] {
  const lines = Object.entries(signals).map(([signal, column]) => {
    const points = column.map((value, index) => [(first + index) * bucketMs, value] as const);
    return [signal, changesOf(points)] as const;
  });
  return Object.fromEntries(lines);
}

function intervalOf({ intervalMs }: AutoscaleSettings): number {
  return Math.max(leastIntervalMs, intervalMs);
}

function run({ alias, settings: limits }: Autoscaled, ring: LookRing, settings: AutoscaleSettings): BacktestResult {
  const intervalMs = intervalOf(settings);
  return simulate({
    resource: alias,
    spec: compileAutoscale({ ...settings, intervalMs, ...recordedSampling(settings) }, limits),
    traces: { ...tracesOf(ring), [clockTrace]: clockOf(ring) },
    arrivals: null,
    startCapacity: ring.capacity.find((value) => value !== null) ?? limits.min,
    readyAfterMs: 0,
    // A recorded value applies until the next one.
    maxAgeMs: Math.max(3 * intervalMs, 2 * ring.bucketMs),
  });
}

/** The recorded value of a counter is its rate already. */
function recordedSampling({ sampling }: AutoscaleSettings): Pick<AutoscaleSettings, 'sampling'> {
  if (!sampling) return {};
  const entries = Object.entries(sampling).map(([signal, { maxAgeMs, else: other }]) => {
    return [signal, { ...(maxAgeMs !== undefined && { maxAgeMs }), ...(other && { else: other }) }] as const;
  });
  return { sampling: Object.fromEntries(entries) };
}

/** No policy can read it, because it is no name of a signal: it gives the backtest the whole time of the ring. */
const clockTrace = ' clock';

function clockOf({ first, bucketMs, capacity }: LookRing): Trace {
  const timesMs = [first * bucketMs, (first + capacity.length) * bucketMs];
  return { file: '', timesMs, values: [0, 0] };
}

function tracesOf({ first, bucketMs, signals }: LookRing): Record<string, Trace> {
  const traces = Object.entries(signals).map(([signal, column]) => {
    const timesMs = column.map((_, index) => (first + index) * bucketMs);
    return [signal, { file: '', timesMs, values: column.map((value) => value ?? NaN) }] as const;
  });
  return Object.fromEntries(traces);
}

type TraceAnswer = BacktestAnswer['tried'];

function traceOf({ points, summary }: BacktestResult, fromMs: number): TraceAnswer {
  const { changes, scaleUps, scaleDowns, unitHours, minCapacity, maxCapacity, underProvisionedSeconds } = summary;
  const atMs = (seconds: number) => fromMs + seconds * 1000;
  const decisive = points.filter(({ target }, index) => points[index - 1]?.target !== target);
  return {
    capacity: changesOf(points.map(({ seconds, capacity }) => [atMs(seconds), capacity])),
    target: changesOf(points.map(({ seconds, target }) => [atMs(seconds), target])),
    decisions: decisive.slice(-mostDecisions).map(({ seconds, target, limitedBy, reason }) => ({
      at: iso(atMs(seconds)),
      target,
      limitedBy: [...limitedBy],
      reason,
    })),
    figures: { changes, scaleUps, scaleDowns, unitHours, minCapacity, maxCapacity, underProvisionedSeconds },
  };
}

function changesOf<Value>(points: readonly (readonly [atMs: number, value: Value])[]): [number, Value][] {
  const changes = points.filter(([, value], index) => points[index - 1]?.[1] !== value);
  return changes.map(([atMs, value]) => [Math.floor(atMs / 1000), value]);
}
