/**
 * The current value of each signal, the last value of each signal, and the time since which a source has been failing.
 */
import type { PodLoads } from '../policies/load/pods.js';
import type { SignalValues } from '../policies/signal-values.js';
import { shown } from '../numbers.js';
import { countOn, type Counter } from './counter.js';
import type { EvaluationInput, Reading, SampleReport } from './evaluation.js';
import { sampleNote } from './sample-note.js';
import type { AutoscaleSpec } from './spec.js';
import type { SignalMemory } from './state.js';

const neverRead: SignalMemory = { value: null, atMs: null, failingSinceMs: null };

export interface Signals extends SignalValues {
  readonly memory: Record<string, SignalMemory>;
  readonly reports: SampleReport[];
  /** By signal whose source dates its samples: the time of the sample that counts. */
  readonly datedAtMs: Record<string, number>;
  readonly standIns: Readonly<Record<string, string>>;
  /** By signal whose source reports each pod. */
  readonly pods: Record<string, PodLoads>;
}

export function readSignals(
  spec: AutoscaleSpec,
  { nowMs, capacity, readings }: EvaluationInput,
  before: Readonly<Record<string, SignalMemory>>,
): Signals {
  const values: Record<string, number> = { current: capacity };
  const memory: Record<string, SignalMemory> = {};
  const reports: SampleReport[] = [];
  const hints: Record<string, string> = {};
  const datedAtMs: Record<string, number> = {};
  const pods: Record<string, PodLoads> = {};
  for (const signal of spec.signals) {
    const given = Object.hasOwn(readings, signal) ? readings[signal] : undefined;
    const last = (Object.hasOwn(before, signal) ? before[signal] : undefined) ?? neverRead;
    const { reading, counter } = takeSample(spec, signal, { given, nowMs, counter: last.counter });
    const isFailure = 'failure' in reading;
    const now = isFailure ? { ...last, failingSinceMs: last.failingSinceMs ?? nowMs } : toMemory(reading);
    if (!isFailure) values[signal] = reading.value;
    if (!isFailure && reading.isDated === true) datedAtMs[signal] = reading.atMs;
    // The increase of a counter per second is no longer the mean over these pods.
    if (!isFailure && reading.pods !== undefined && counter === undefined) pods[signal] = reading.pods;
    if (isFailure && reading.hint !== undefined) hints[signal] = reading.hint;
    memory[signal] = counter ? { ...now, counter } : now;
    reports.push({
      signal,
      value: now.value,
      // The source's clock may be ahead of this process's clock.
      ageMs: now.atMs === null ? null : Math.max(0, nowMs - now.atMs),
      failure: isFailure ? { message: reading.failure, sinceMs: now.failingSinceMs ?? nowMs } : null,
      ...(!isFailure && noteIn(reading, spec)),
    });
  }
  return { values, memory, reports, hints, datedAtMs, pods, standIns: {} };
}

function noteIn(reading: Extract<Reading, { value: number }>, { limits }: AutoscaleSpec): Pick<SampleReport, 'note'> {
  const note = sampleNote(reading, limits.max);
  return note === undefined ? {} : { note };
}

function toMemory({ value, atMs }: Extract<Reading, { value: number }>): SignalMemory {
  return { value, atMs, failingSinceMs: null };
}

interface Taking {
  readonly given: Reading | undefined;
  readonly nowMs: number;
  readonly counter: Counter | undefined;
}

/**
 * A live evaluation and a back-test accept the same samples as data: a number that is not negative and not older than
 * `maxAge`.
 */
function takeSample(
  { settings: { sampling, intervalMs } }: AutoscaleSpec,
  signal: string,
  { given, nowMs, counter }: Taking,
): { readonly reading: Reading; readonly counter?: Counter | undefined } {
  const { maxAgeMs, rate } = (sampling && Object.hasOwn(sampling, signal) ? sampling[signal] : undefined) ?? {};
  const reading = youngEnough(usable(given), nowMs, maxAgeMs);
  if (rate === undefined) return { reading };
  if ('failure' in reading) return { reading, counter };
  const count = Object.keys(reading.series?.values ?? {}).length;
  if (count > mostSeries) {
    const failure = `has ${count} series, and \`rate\` supports ${mostSeries}: select fewer by labels, or set series: sum`;
    return { reading: { failure } };
  }
  const counted = countOn(counter, { ...pointOf(reading), readAtMs: nowMs }, intervalMs);
  if (counted.perSecond !== null) return { reading: { ...reading, value: counted.perSecond }, counter: counted };
  return {
    reading: { failure: 'is a counter: what it gains a second is known from its second sample on' },
    counter: counted,
  };
}

/** The heartbeat of the watch contains the value of each. */
const mostSeries = 500;

function pointOf({ value, atMs, series }: Extract<Reading, { value: number }>) {
  return { value, atMs, series };
}

function usable(reading: Reading | undefined): Reading {
  if (!reading) return { failure: 'was not sampled' };
  if ('failure' in reading) return reading;
  if (!Number.isFinite(reading.value)) return { failure: `${reading.value} is not a number to go by` };
  return reading.value < 0 ? { failure: `${shown(reading.value)} is below zero, which no load is` } : reading;
}

function youngEnough(reading: Reading, nowMs: number, maxAgeMs: number | undefined): Reading {
  if ('failure' in reading || maxAgeMs === undefined || nowMs - reading.atMs <= maxAgeMs) return reading;
  const ageText = `${shown((nowMs - reading.atMs) / 1000)} s old`;
  return { failure: `the newest sample is ${ageText}, and may be ${shown(maxAgeMs / 1000)} s (maxAge)` };
}
