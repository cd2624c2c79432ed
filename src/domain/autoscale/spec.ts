/** An autoscale ready to be evaluated: its expressions compiled, its schedules prepared. Made once, used every interval. */
import { compileExpression, type Expression } from '../expression/expression.js';
import { ExpressionError } from '../expression/error.js';
import type { FixedSettings } from '../policies/fixed.js';
import type { ForecastSettings } from '../policies/forecast.js';
import type { PerUnitSettings } from '../policies/per-unit.js';
import { compileSchedule, type Schedule } from '../policies/schedule.js';
import type { ThresholdsSettings } from '../policies/thresholds.js';
import type { Tolerance } from '../policies/tolerance.js';
import type { UtilizationSettings } from '../policies/utilization.js';
import type { ScaleSettings } from '../scale/settings.js';
import type { AutoscaleSettings, PolicySettings } from './settings.js';

interface Named {
  /** What the policy is known by: in its state, so that reordering policies loses nothing, and in reasons. */
  readonly name: string;
}

type LoadSettings = ThresholdsSettings | PerUnitSettings | UtilizationSettings;

export type LoadPolicy = Named & {
  readonly says: 'capacity';
  readonly settings: LoadSettings;
  readonly expression: Expression;
  readonly tolerance: Tolerance;
  /** Whether the same value asks for more where there is more: counted twice, it would be acted on twice. */
  readonly isRelative: boolean;
};
type FixedPolicy = Named & { readonly says: 'fixed'; readonly settings: FixedSettings };
type SchedulePolicy = Named & { readonly says: 'schedule'; readonly schedule: Schedule };
type ForecastPolicy = Named & {
  readonly says: 'forecast';
  readonly settings: ForecastSettings;
  readonly expression: Expression;
};

export type Policy = LoadPolicy | FixedPolicy | SchedulePolicy | ForecastPolicy;

export interface AutoscaleSpec {
  readonly settings: AutoscaleSettings;
  readonly limits: ScaleSettings;
  /** The signals that some expression reads; no other is sampled. */
  readonly signals: readonly string[];
  readonly policies: readonly Policy[];
  /** Null: no idle rule. */
  readonly idle: Expression | null;
  /** What is asked for where no policy recommends: the least, where a schedule lifts it; else what there is. */
  readonly restsAt: 'min' | 'capacity';
}

/** What is wrong with an autoscale that its schema alone cannot tell. */
class AutoscaleError extends Error {
  override readonly name = 'AutoscaleError';
  readonly code = 'AUTOSCALE_INVALID';

  constructor(
    /** Within `autoscale`: `policies`, `0`, `value`. */
    readonly path: readonly (string | number)[],
    override readonly cause: ExpressionError | string,
  ) {
    super(`${path.join('.')}: ${typeof cause === 'string' ? cause : cause.message}`);
  }
}

/** @throws AutoscaleError */
export function compileAutoscale(settings: AutoscaleSettings, limits: ScaleSettings): AutoscaleSpec {
  const { idle } = settings;
  if (idle !== null && limits.min > 0) {
    throw new AutoscaleError(['idle'], `scales to zero, but min is ${limits.min}; set min to 0 or remove idle`);
  }
  const names = policyNames(settings);
  const policies = settings.policies.map((policy, index) => compilePolicy(settings, policy, index, names[index] ?? ''));
  const schedules = policies.filter((policy) => policy.says === 'schedule');
  const isLiftedBySchedule = schedules.some(({ schedule }) => schedule.hasFloor);
  const idleExpression = idle === null ? null : compileAt(['idle', 'value'], idle.value, settings.signals);
  return {
    settings,
    limits,
    signals: signalsRead(policies, idleExpression),
    policies,
    idle: idleExpression,
    restsAt: isLiftedBySchedule ? 'min' : 'capacity',
  };
}

function signalsRead(policies: readonly Policy[], idle: Expression | null): string[] {
  const expressions = [...policies.map((policy) => ('expression' in policy ? policy.expression : null)), idle];
  return [...new Set(expressions.flatMap((expression) => expression?.names ?? []))];
}

function compilePolicy(settings: AutoscaleSettings, policy: PolicySettings, index: number, name: string): Policy {
  const compile = (value: string): Expression => compileAt(['policies', index, 'value'], value, settings.signals);
  switch (policy.type) {
    case 'thresholds':
    case 'perUnit':
    case 'utilization': {
      const { scaleUp, scaleDown } = settings.behavior;
      const own = policy.type === 'thresholds' ? 0 : policy.tolerance;
      const tolerance = { up: scaleUp?.tolerance ?? own, down: scaleDown?.tolerance ?? own };
      const expression = compile(policy.value);
      const isRelative = policy.type !== 'perUnit' || expression.readsCurrent;
      return { name, says: 'capacity', settings: policy, expression, tolerance, isRelative };
    }
    case 'forecast':
      return { name, says: 'forecast', settings: policy, expression: compile(policy.value) };
    case 'schedule':
      return { name, says: 'schedule', schedule: compileSchedule(policy) };
    case 'fixed':
      return { name, says: 'fixed', settings: policy };
  }
}

/** By the place of each policy: its type and its value, with a number where another says the same. */
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
    if (error instanceof ExpressionError) throw new AutoscaleError(path, error);
    throw error;
  }
}
