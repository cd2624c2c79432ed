/** The policies of a resource as scaling policies, with the alarms of step scaling. */
import type { Fields } from '../../importers/fields.js';
import type { Remarks, Source } from '../exporter.js';
import { signalOf } from '../signal.js';
import type { Limits } from './limits.js';
import { alarmMetric, periodOf, trackedMetric } from './metrics.js';
import { sidesOf, type Side } from './steps.js';
import type { Target } from './target.js';

interface Context {
  readonly target: Target;
  readonly limits: Limits;
  readonly min: number;
}

interface Scaling {
  readonly policies: readonly object[];
  readonly alarms: readonly object[];
}

const nothing: Scaling = { policies: [], alarms: [] };

export function policiesOf(source: Source, policies: readonly Fields[], context: Context, remarks: Remarks): Scaling {
  const isTracking = policies.some((policy) => policy.at('type').peek() === 'utilization');
  if (isTracking) checkTracking(source, context.limits, remarks);
  const found = policies.map((policy) =>
    policyOf(source, policy, { ...context, isAlone: policies.length === 1 }, remarks),
  );
  return {
    policies: found.flatMap((each) => each.policies),
    alarms: found.flatMap((each) => each.alarms),
  };
}

const others: Readonly<Partial<Record<string, string>>> = {
  perUnit:
    'target tracking needs a metric for each unit: divide the load by the running units with metric math, and follow it with utilization',
  forecast: 'predictive scaling has a model of its own',
  fixed: 'a fixed capacity is MinCapacity and MaxCapacity',
};

interface OfOne extends Context {
  /** No other policy recommends a capacity. */
  readonly isAlone: boolean;
}

function policyOf(source: Source, policy: Fields, context: OfOne, remarks: Remarks): Scaling {
  const type = policy.at('type').text();
  if (type === 'utilization') return tracking(source, policy, context, remarks);
  if (type === 'steps' || type === 'thresholds') return stepScaling(source, policy, context, remarks);
  remarks.drop(policy, `the policy ${type}`, others[type] ?? 'AWS has no such policy');
  return nothing;
}

interface Followed {
  readonly name: string;
  readonly settings: Fields;
  /** The policy has no say in scaling in: it recommends nothing below its target, and without data. */
  readonly isWithoutSay: boolean;
}

/** `cpu`; `backlog ?? 0` of steps; `(cpu ?? 0) > 50 ? cpu : 0` of a policy that only scales out. */
function followedBy(source: Source, policy: Fields, remarks: Remarks): Followed | undefined {
  const value = policy.at('value').text();
  const [, tracked] = /^\((\w+) \?\? 0\) > [\d.]+ \? \1 : 0$/.exec(value) ?? [];
  const [, orZero] = /^(\w+) \?\? 0$/.exec(value) ?? [];
  const signal = signalOf(source, tracked ?? orZero ?? value);
  if (signal === undefined) {
    remarks.drop(
      policy,
      `the expression ${value}`,
      'an alarm follows one metric. Write the arithmetic as metric math, in expression and queries',
    );
    return undefined;
  }
  if (signal.type !== 'cloudwatch') {
    remarks.leaveOut(signal.settings);
    remarks.drop(
      policy,
      `the signal ${signal.name} (${signal.type})`,
      'AWS follows metrics of CloudWatch. Publish the number as a metric',
    );
    return undefined;
  }
  for (const field of ['region', 'endpoint', 'credentials']) signal.settings.at(field).take();
  return { ...signal, isWithoutSay: tracked !== undefined || orZero !== undefined };
}

function tracking(source: Source, policy: Fields, { target, limits }: Context, remarks: Remarks): Scaling {
  const followed = followedBy(source, policy, remarks);
  if (followed === undefined) return nothing;
  const { name, settings, isWithoutSay } = followed;
  const emptyAs = settings.at('emptyAs');
  if (emptyAs.isPresent) {
    remarks.drop(
      emptyAs,
      'a number for missing data',
      'target tracking keeps the capacity then. With metric math, write FILL(id, 0)',
    );
  }
  // AWS scales in from 10% below the target, which `checkTracking` compares.
  policy.at('tolerance').take();
  const isOff = isWithoutSay || limits.isScaleInDisabled;
  return {
    policies: [
      {
        PolicyName: `${source.alias}-${name}`,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: Number(policy.at('target').take()),
          ...trackedMetric(name, settings, target.of.ResourceId, remarks),
          ScaleOutCooldown: limits.cooldown.out,
          ScaleInCooldown: limits.cooldown.in,
          ...(isOff && { DisableScaleIn: true }),
        },
      },
    ],
    alarms: [],
  };
}

/** AWS makes the alarms of target tracking by itself. */
function checkTracking({ fields }: Source, { windows, isScaleInDisabled }: Limits, remarks: Remarks): void {
  const behavior = fields.at('autoscale', 'behavior');
  const [up, down] = [behavior.at('scaleUp', 'tolerance'), behavior.at('scaleDown', 'tolerance')];
  const usual =
    'target tracking scales out after 3 minutes above the target, and in after 15 minutes more than 10% below it';
  const isUsualIn = isScaleInDisabled || (windows.in === 899 && down.take() === 0.1);
  if (windows.out === 179 && up.take() === 0 && isUsualIn) return;
  for (const field of [up, down]) field.take();
  remarks.warn(behavior, `differs from AWS: ${usual}, whatever is written here`);
}

function stepScaling(source: Source, policy: Fields, context: OfOne, remarks: Remarks): Scaling {
  const followed = followedBy(source, policy, remarks);
  if (followed === undefined) return nothing;
  const { name, settings } = followed;
  const metric = alarmMetric(name, settings);
  if (metric === undefined) {
    remarks.leaveOut(settings);
    remarks.drop(
      policy,
      `steps of the predefined metric ${name}`,
      'an alarm needs the namespace and the name of the metric',
    );
    return nothing;
  }
  const sides = sidesOf(policy, context.isAlone ? undefined : context.min);
  if (typeof sides === 'string') {
    remarks.drop(policy, 'the steps', sides);
    return nothing;
  }
  const emptyAs = settings.at('emptyAs').take();
  const made = sides.map((side) =>
    stepPolicy(`${source.alias}-${name}-${side.direction}`, side, metric, settings, emptyAs === 0, context),
  );
  return { policies: made.map(({ policy: each }) => each), alarms: made.map(({ alarm }) => alarm) };
}

function stepPolicy(
  PolicyName: string,
  side: Side,
  metric: object,
  signal: Fields,
  isZeroWithoutData: boolean,
  { limits }: Context,
) {
  const AlarmName = PolicyName;
  const isAbove = side.comparison.startsWith('Greater');
  const missing = isZeroWithoutData ? (isAbove === side.threshold > 0 ? 'notBreaching' : 'breaching') : 'missing';
  const window = side.direction === 'out' ? limits.windows.out : limits.windows.in;
  const evaluations = window === 0 ? 1 : Math.round((window + 1 - limits.intervalSeconds) / periodOf(signal)) + 1;
  return {
    policy: {
      PolicyName,
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        ...side.configuration,
        Cooldown: side.direction === 'out' ? limits.cooldown.out : limits.cooldown.in,
        // With several datapoints, the one with the smallest change selects the step.
        MetricAggregationType: isAbove ? 'Minimum' : 'Maximum',
      },
      Alarms: [{ AlarmName }],
    },
    alarm: {
      AlarmName,
      ...metric,
      EvaluationPeriods: Math.max(1, evaluations),
      Threshold: side.threshold,
      ComparisonOperator: side.comparison,
      TreatMissingData: missing,
    },
  };
}
