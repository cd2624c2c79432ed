/** Asks one policy: its value from the samples, its opinion from its value, and what it has to remember. */
import { withBurst, type Burst } from '../policies/burst.js';
import { adviseFixed } from '../policies/fixed.js';
import { forecastBounds, predictLoad, remember } from '../policies/forecast.js';
import { adviseByPerUnit, neededPerUnit } from '../policies/per-unit.js';
import type { Advice, Bounds, Load, Units } from '../policies/policy.js';
import { adviseByThresholds } from '../policies/thresholds.js';
import { adviseByUtilization, neededByUtilization } from '../policies/utilization.js';
import { addToWindow, meanOver, type Window } from '../policies/window.js';
import { shown, shownTime } from '../numbers.js';
import { whyUnknown, type SignalValues } from './signals.js';
import type { LoadPolicy, Policy } from './spec.js';
import type { PolicyMemory } from './state.js';

export interface Circumstances extends SignalValues {
  readonly nowMs: number;
  readonly units: Units;
  /** By signal whose sample was true before our last change: when. Such a sample cannot show what came of it. */
  readonly beforeChangeMs: Readonly<Record<string, number>>;
  /** False where the last evaluation was at this very instant: it is not counted twice. */
  readonly isNewInstant: boolean;
}

export type Opinion =
  /** `calm` is what it would be without burst. */
  | { readonly kind: 'capacity'; readonly capacity: number; readonly calm: number; readonly reason: string }
  | { readonly kind: 'bounds'; readonly bounds: Bounds }
  | { readonly kind: 'unknown'; readonly failures: number; readonly reason: string };

export interface Verdict {
  readonly policy: string;
  readonly value: number | null;
  readonly opinion: Opinion;
  readonly memory: PolicyMemory;
}

export function judge(policy: Policy, memory: PolicyMemory, circumstances: Circumstances): Verdict {
  switch (policy.says) {
    case 'capacity':
      return judgeLoad(policy, memory, circumstances);
    case 'fixed': {
      const { capacity, reason } = adviseFixed(policy.settings);
      return {
        policy: policy.name,
        value: null,
        memory,
        opinion: { kind: 'capacity', capacity, calm: capacity, reason },
      };
    }
    case 'schedule': {
      const bounds = policy.schedule.boundsAt(circumstances.nowMs);
      return { policy: policy.name, value: null, memory, opinion: { kind: 'bounds', bounds } };
    }
    case 'forecast': {
      const { settings } = policy;
      const value = policy.expression.evaluate(circumstances.values);
      const forecast = remember(settings, memory.forecast, value, circumstances.nowMs);
      const bounds = forecastBounds(settings, predictLoad(settings, forecast, circumstances.nowMs));
      return { policy: policy.name, value, memory: { ...memory, forecast }, opinion: { kind: 'bounds', bounds } };
    }
  }
}

function judgeLoad(policy: LoadPolicy, memory: PolicyMemory, circumstances: Circumstances): Verdict {
  const { name, expression } = policy;
  const value = expression.evaluate(circumstances.values);
  if (value === null) {
    const failures = memory.failures + (circumstances.isNewInstant ? 1 : 0);
    const reason = whyUnknown(expression, circumstances);
    return { policy: name, value, memory: { ...memory, failures }, opinion: { kind: 'unknown', failures, reason } };
  }
  const waiting = waitForNewer(policy, circumstances);
  if (waiting) return { policy: name, value, memory: { ...memory, failures: 0 }, opinion: waiting };
  const { window, burst, opinion } = average(policy, memory, value, circumstances);
  return { policy: name, value, memory: { failures: 0, window, burst }, opinion };
}

/**
 * A sample from before our last change has led to that change, or was overtaken by it. A policy that goes by what there is
 * would count it a second time, and add to what was added: what was asked for stands until there is a newer one.
 */
function waitForNewer(
  { expression, isRelative }: LoadPolicy,
  { units, beforeChangeMs }: Circumstances,
): Opinion | null {
  const signal = isRelative ? expression.names.find((name) => Object.hasOwn(beforeChangeMs, name)) : undefined;
  if (signal === undefined) return null;
  const capacity = units.asked;
  const reason = `${signal} is of ${shownTime(beforeChangeMs[signal] ?? NaN)}, before the last change, and not counted again`;
  return { kind: 'capacity', capacity, calm: capacity, reason };
}

function average(
  policy: LoadPolicy,
  memory: PolicyMemory,
  value: number,
  { nowMs, units }: Circumstances,
): { readonly window: Window; readonly burst: Burst | null; readonly opinion: Opinion } {
  const { settings } = policy;
  if (settings.type === 'thresholds' || settings.averageMs === null) {
    const advice = advise(policy, { ...units, value });
    const opinion = { kind: 'capacity', calm: advice.capacity, ...advice } as const;
    return { window: memory.window, burst: null, opinion };
  }
  const { averageMs, burst } = settings;
  const window = addToWindow(memory.window, value, nowMs, averageMs);
  const mean = meanOver(window, nowMs, averageMs) ?? value;
  const stable = advise(policy, { ...units, value: mean });
  const reason = `${stable.reason} (mean of ${shown(averageMs / 1000)} s)`;
  if (burst === null) {
    return {
      window,
      burst: null,
      opinion: { kind: 'capacity', capacity: stable.capacity, calm: stable.capacity, reason },
    };
  }
  const shortMean = meanOver(window, nowMs, burst.windowMs) ?? value;
  const short = needed(policy, { ...units, value: shortMean });
  const answer = withBurst({ above: burst.above, averageMs }, memory.burst, {
    stable: stable.capacity,
    short,
    capacity: units.loaded ?? units.capacity,
    nowMs,
  });
  return {
    window,
    burst: answer.burst,
    opinion: { kind: 'capacity', capacity: answer.capacity, calm: stable.capacity, reason },
  };
}

function advise({ settings, tolerance }: LoadPolicy, load: Load): Advice {
  switch (settings.type) {
    case 'thresholds':
      return adviseByThresholds(settings, load);
    case 'perUnit':
      return adviseByPerUnit(settings, load, tolerance);
    case 'utilization':
      return adviseByUtilization(settings, load, tolerance);
  }
}

function needed({ settings }: LoadPolicy, load: Load): number {
  switch (settings.type) {
    case 'thresholds':
      return load.asked;
    case 'perUnit':
      return neededPerUnit(settings, load.value);
    case 'utilization':
      return neededByUtilization(settings, load);
  }
}
