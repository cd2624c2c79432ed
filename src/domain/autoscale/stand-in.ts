/** Signals that stand in for signals without data: `else` in escapement.yaml. */
import { shown } from '../numbers.js';
import type { SampleReport } from './evaluation.js';
import type { AutoscaleSettings } from './settings.js';
import type { Signals } from './signals.js';

type Sampling = NonNullable<AutoscaleSettings['sampling']>;

/**
 * Gives each signal that has had no data for long enough the value of its stand-in. A stand-in without data of its own
 * may have a stand-in too.
 */
export function withStandIns({ sampling }: AutoscaleSettings, signals: Signals, nowMs: number): Signals {
  if (sampling === undefined) return signals;
  const { values, datedAtMs, pods, reports } = signals;
  const standIns: Record<string, string> = {};
  for (const { signal } of reports) {
    const standIn = Object.hasOwn(values, signal) ? undefined : standInOf(signal, sampling, signals, nowMs);
    if (standIn !== undefined) standIns[signal] = standIn;
  }
  const given = Object.entries(standIns);
  return {
    ...signals,
    standIns,
    values: { ...values, ...Object.fromEntries(given.map(([signal, standIn]) => [signal, values[standIn] ?? 0])) },
    datedAtMs: { ...datedAtMs, ...ofStandIns(given, datedAtMs) },
    pods: { ...pods, ...ofStandIns(given, pods) },
    reports: reports.map((report) => noted(report, standIns[report.signal], values)),
  };
}

/** The first signal with data in the chain of stand-ins. Undefined: none has data, or it is too early. */
function standInOf(signal: string, sampling: Sampling, signals: Signals, nowMs: number): string | undefined {
  const seen = new Set<string>();
  for (let current = signal; !seen.has(current);) {
    seen.add(current);
    const next = Object.hasOwn(sampling, current) ? sampling[current]?.else : undefined;
    if (!next || withoutDataMs(current, signals, nowMs) < next.afterMs) return undefined;
    if (Object.hasOwn(signals.values, next.signal)) return next.signal;
    current = next.signal;
  }
  return undefined;
}

/** The age of its last value, or the time since it began to fail where there has never been one. */
function withoutDataMs(signal: string, { memory }: Signals, nowMs: number): number {
  const { atMs = null, failingSinceMs = null } = memory[signal] ?? {};
  return nowMs - (atMs ?? failingSinceMs ?? nowMs);
}

function ofStandIns<Known>(
  given: readonly (readonly [signal: string, standIn: string])[],
  known: Readonly<Record<string, Known>>,
): Record<string, Known> {
  return Object.fromEntries(
    given.flatMap(([signal, standIn]) => {
      const ofStandIn = known[standIn];
      return ofStandIn === undefined ? [] : [[signal, ofStandIn] as const];
    }),
  );
}

function noted(report: SampleReport, standIn: string | undefined, values: Signals['values']): SampleReport {
  if (standIn === undefined) return report;
  return { ...report, note: `${standIn} stands in for it: ${shown(values[standIn] ?? 0)}` };
}
