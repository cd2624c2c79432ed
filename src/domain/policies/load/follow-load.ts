/**
 * The common part of the policies that follow a load: how a value becomes a load, and what the policy returns without a
 * value.
 */
import type { Expression } from '../../expression/expression.js';
import { shown, shownTime } from '../../numbers.js';
import type { Advice, Answer, PolicyInput, Load, PolicyResult, Policy, PolicyMemory } from '../policy.js';
import { whyUnknown } from '../signal-values.js';
import type { Averaging } from './averaging.js';
import { withBurst, type Burst } from './burst.js';
import type { PodLoads } from './pods.js';
import { addToWindow, meanOver, type Window } from './window.js';

export interface LoadRule {
  /** The expression that returns the value. */
  readonly expression: Expression;
  /**
   * True where the same value recommends more capacity when there is more capacity. If such a policy counted a sample
   * twice, it would act on the sample twice.
   */
  readonly isRelative: boolean;
  readonly advise: (load: Load) => Advice;
  /**
   * Absent: the policy uses the newest sample. `needed` returns what the load needs, without tolerance or hysteresis.
   */
  readonly averaging?: Averaging & { readonly needed: (load: Load) => number };
}

export function followLoad(rule: LoadRule): Policy {
  return {
    expression: rule.expression,
    isRelative: rule.isRelative,
    evaluate: (input, memory) => answer(rule, memory, input),
  };
}

function answer(rule: LoadRule, memory: PolicyMemory, input: PolicyInput): Answer {
  const { expression } = rule;
  const value = expression.evaluate(input.values);
  if (value === null) {
    const failures = memory.failures + (input.isNewInstant ? 1 : 0);
    const reason = whyUnknown(expression, input);
    return { value, memory: { ...memory, failures }, result: { kind: 'unknown', failures, reason } };
  }
  const waiting = waitForNewer(rule, input);
  if (waiting) return { value, memory: { ...memory, failures: 0 }, result: waiting };
  const { window, burst, result } = average(rule, memory, value, input);
  return { value, memory: { failures: 0, window, burst }, result };
}

/**
 * A sample from before the last change has already led to that change, or was superseded by the change. A policy that
 * recommends a change relative to the current capacity would count this sample a second time and add the same amount
 * again. The requested capacity therefore stays until there is a newer sample.
 */
export function waitForNewer(
  { expression, isRelative }: Pick<LoadRule, 'expression' | 'isRelative'>,
  { units, beforeChangeMs }: PolicyInput,
): PolicyResult | null {
  const signal = isRelative ? expression.names.find((name) => Object.hasOwn(beforeChangeMs, name)) : undefined;
  if (signal === undefined) return null;
  const capacity = units.asked;
  const reason = `${signal} is of ${shownTime(beforeChangeMs[signal] ?? NaN)}, before the last change, and not counted again`;
  return { kind: 'capacity', capacity, stable: capacity, reason };
}

function average(
  { expression, advise, averaging }: LoadRule,
  memory: PolicyMemory,
  value: number,
  { nowMs, units, pods }: PolicyInput,
): { readonly window: Window; readonly burst: Burst | null; readonly result: PolicyResult } {
  if (averaging === undefined || averaging.averageMs === null) {
    const advice = advise({ ...units, value, pods: podsOf(expression, pods) });
    const result = { kind: 'capacity', stable: advice.capacity, ...advice } as const;
    return { window: memory.window, burst: null, result };
  }
  const { averageMs, burst, needed } = averaging;
  const window = addToWindow(memory.window, value, nowMs, averageMs);
  const mean = meanOver(window, nowMs, averageMs) ?? value;
  const stable = advise({ ...units, value: mean });
  const reason = `${stable.reason} (mean of ${shown(averageMs / 1000)} s)`;
  if (burst === null) {
    return {
      window,
      burst: null,
      result: { kind: 'capacity', capacity: stable.capacity, stable: stable.capacity, reason },
    };
  }
  const shortMean = meanOver(window, nowMs, burst.windowMs) ?? value;
  const { capacity, burst: goesOn } = withBurst({ above: burst.above, averageMs }, memory.burst, {
    stable: stable.capacity,
    short: needed({ ...units, value: shortMean }),
    capacity: units.loaded ?? units.capacity,
    nowMs,
  });
  return { window, burst: goesOn, result: { kind: 'capacity', capacity, stable: stable.capacity, reason } };
}

/** A calculated value, and a mean over time, no longer belong to the pods of one sample. */
function podsOf({ onlySignal }: Expression, pods: PolicyInput['pods']): PodLoads | undefined {
  return onlySignal !== null && Object.hasOwn(pods, onlySignal) ? pods[onlySignal] : undefined;
}
