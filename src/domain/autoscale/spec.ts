/**
 * An autoscale that is ready for evaluation: its expressions are compiled and its schedules are prepared. A spec is
 * made once and used at every interval.
 */
import { compileExpression, type Expression } from '../expression/expression.js';
import { ExpressionError } from '../expression/error.js';
import type { Policy, PolicyContext } from '../policies/policy.js';
import { definitionOf } from '../policies/registry.js';
import type { ScaleSettings } from '../scale/settings.js';
import { problemText, type Problem } from '../written/problem.js';
import type { AutoscaleSettings } from './settings.js';

export interface NamedPolicy extends Policy {
  /** The name identifies the policy in the state, so that reordering policies loses no state, and in reasons. */
  readonly name: string;
}

export interface AutoscaleSpec {
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  /** The signals that at least one expression reads, and those that stand in for them. Only these are sampled. */
  readonly signals: readonly string[];
  readonly policies: readonly NamedPolicy[];
  /** Null: no idle rule. */
  readonly idle: Expression | null;
  /**
   * What is requested when no policy recommends a capacity: `min` where a schedule sets a floor, else the current
   * capacity.
   */
  readonly restsAt: 'min' | 'capacity';
}

/** An invalid autoscale whose error the schema alone cannot detect. */
export class AutoscaleError extends Error {
  override readonly name = 'AutoscaleError';
  readonly code = 'AUTOSCALE_INVALID';

  constructor(
    /** Within `autoscale`: `policies`, `0`, `value`. */
    readonly path: readonly (string | number)[],
    readonly told: Problem,
    options?: ErrorOptions,
  ) {
    super(`${path.join('.')}: ${problemText(told)}`, options);
  }
}

/** @throws AutoscaleError */
export function compileAutoscale(settings: AutoscaleSettings, limits: ScaleSettings): AutoscaleSpec {
  const { idle } = settings;
  if (idle !== null && limits.min > (idle.capacity ?? 0)) {
    const problem = `scales to ${idle.capacity ?? 'zero'}, but min is ${limits.min}`;
    throw new AutoscaleError(['idle'], { problem, fix: `set min to ${idle.capacity ?? 0} or remove idle` });
  }
  const names = policyNames(settings);
  const policies = settings.policies.map((policy, index) => ({
    name: names[index] ?? '',
    ...definitionOf(policy).compile(policy, surroundingsOf(settings, limits, index)),
  }));
  const idleExpression = idle === null ? null : compileAt(['idle', 'value'], idle.value, settings.signals);
  return {
    settings,
    limits,
    signals: withStandIns(signalsRead(policies, idleExpression), settings),
    policies,
    idle: idleExpression,
    restsAt: policies.some(({ hasFloor }) => hasFloor === true) ? 'min' : 'capacity',
  };
}

function signalsRead(policies: readonly Policy[], idle: Expression | null): string[] {
  const expressions = [...policies.map(({ expression }) => expression), idle];
  return [...new Set(expressions.flatMap((expression) => expression?.names ?? []))];
}

/** A signal that stands in for another one is sampled even where no expression names it. */
function withStandIns(signals: readonly string[], { sampling = {} }: AutoscaleSettings): string[] {
  const all = new Set<string>();
  const add = (signal: string) => {
    if (all.has(signal)) return;
    all.add(signal);
    const standIn = Object.hasOwn(sampling, signal) ? sampling[signal]?.else?.signal : undefined;
    if (standIn !== undefined) add(standIn);
  };
  signals.forEach(add);
  return [...all];
}

function surroundingsOf(
  { signals, behavior, intervalMs }: AutoscaleSettings,
  limits: ScaleSettings,
  index: number,
): PolicyContext {
  return {
    pace: { limits, scaleUp: behavior.scaleUp, intervalMs },
    compile: (value) => compileAt(['policies', index, 'value'], value, signals),
    toleranceOr: (own) => ({
      up: behavior.scaleUp?.tolerance ?? own,
      down: behavior.scaleDown?.tolerance ?? own,
    }),
  };
}

/**
 * Names each policy by its type and its value. A number is added where an earlier policy has the same type and value.
 */
export function policyNames({ policies }: Pick<AutoscaleSettings, 'policies'>): string[] {
  const words = policies.map((policy) => ('value' in policy ? `${policy.type} ${policy.value}` : policy.type));
  return words.map((name, index) => {
    const earlier = words.slice(0, index).filter((other) => other === name).length;
    return earlier === 0 ? name : `${name} #${earlier + 1}`;
  });
}

function compileAt(path: readonly (string | number)[], text: string, signals: readonly string[]): Expression {
  try {
    return compileExpression(text, signals);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { column, problem, fix } = error;
    throw new AutoscaleError(path, { problem: `column ${column}: ${problem}`, fix }, { cause: error });
  }
}
