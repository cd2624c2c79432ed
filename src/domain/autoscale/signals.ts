/** What the signals say now, what each last said, and since when a source fails. */
import type { EvaluationInput, Reading, SampleReport } from './evaluation.js';
import type { AutoscaleSpec } from './spec.js';
import type { SignalMemory } from './state.js';

const neverRead: SignalMemory = { value: null, atMs: null, failingSinceMs: null };

export interface Signals {
  /** For expressions: the signals that have a number, and `current`. */
  readonly values: Record<string, number>;
  readonly memory: Record<string, SignalMemory>;
  readonly reports: SampleReport[];
}

export function readSignals(
  spec: AutoscaleSpec,
  { nowMs, capacity, readings }: EvaluationInput,
  before: Readonly<Record<string, SignalMemory>>,
): Signals {
  const values: Record<string, number> = { current: capacity };
  const memory: Record<string, SignalMemory> = {};
  const reports: SampleReport[] = [];
  for (const signal of spec.signals) {
    const reading = usable(Object.hasOwn(readings, signal) ? readings[signal] : undefined);
    const last = (Object.hasOwn(before, signal) ? before[signal] : undefined) ?? neverRead;
    const now = 'failure' in reading ? { ...last, failingSinceMs: last.failingSinceMs ?? nowMs } : toMemory(reading);
    if (!('failure' in reading)) values[signal] = reading.value;
    memory[signal] = now;
    reports.push({
      signal,
      value: now.value,
      // By the source's clock, which may be ahead of ours.
      ageMs: now.atMs === null ? null : Math.max(0, nowMs - now.atMs),
      failure: 'failure' in reading ? { message: reading.failure, sinceMs: now.failingSinceMs ?? nowMs } : null,
    });
  }
  return { values, memory, reports };
}

function toMemory({ value, atMs }: Extract<Reading, { value: number }>): SignalMemory {
  return { value, atMs, failingSinceMs: null };
}

function usable(reading: Reading | undefined): Reading {
  if (!reading) return { failure: 'was not sampled' };
  if ('failure' in reading || Number.isFinite(reading.value)) return reading;
  return { failure: `${reading.value} is not a number to go by` };
}
