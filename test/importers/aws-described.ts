/** Outputs of the AWS CLI for tests, as objects. */

export const of = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/main/web',
  ScalableDimension: 'ecs:service:DesiredCount',
};

export const targetOf = (MinCapacity = 1, MaxCapacity = 100, rest: object = {}) => ({
  ...of,
  MinCapacity,
  MaxCapacity,
  ...rest,
});

/** The metric `load`, or another one, in a namespace of its own. */
export const metricOf = (MetricName = 'load') => ({ Namespace: 'Shop', MetricName, Statistic: 'Average' });

export function trackingOf(PolicyName: string, settings: object = {}, rest: object = {}) {
  return {
    ...of,
    PolicyName,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 50,
      CustomizedMetricSpecification: metricOf(),
      ...settings,
    },
    ...rest,
  };
}

/** Each step: lower bound, upper bound, adjustment. */
export function stepsOf(
  PolicyName: string,
  steps: readonly (readonly [number | null, number | null, number])[],
  settings: object = {},
) {
  return {
    ...of,
    PolicyName,
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'ChangeInCapacity',
      StepAdjustments: steps.map(([lower, upper, ScalingAdjustment]) => ({
        ...(lower !== null && { MetricIntervalLowerBound: lower }),
        ...(upper !== null && { MetricIntervalUpperBound: upper }),
        ScalingAdjustment,
      })),
      ...settings,
    },
    Alarms: [{ AlarmName: `${PolicyName}-alarm` }],
  };
}

/** The alarm of `stepsOf` with the same name: threshold 50, one datapoint of a minute. */
export function alarmOf(policy: string, side: 'above' | 'below', rest: object = {}) {
  return {
    AlarmName: `${policy}-alarm`,
    ...metricOf(),
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 50,
    ComparisonOperator: side === 'above' ? 'GreaterThanOrEqualToThreshold' : 'LessThanOrEqualToThreshold',
    ...rest,
  };
}

export function actionOf(ScheduledActionName: string, Schedule: string, action: object, rest: object = {}) {
  return { ...of, ScheduledActionName, Schedule, ScalableTargetAction: action, ...rest };
}

interface Described {
  readonly targets?: readonly object[];
  readonly policies?: readonly object[];
  readonly alarms?: readonly object[];
  readonly actions?: readonly object[];
}

/** The outputs of four commands, appended to one file. */
export function outputs({ targets = [targetOf()], policies = [], alarms = [], actions = [] }: Described): string {
  return [
    { ScalableTargets: targets },
    { ScalingPolicies: policies },
    { MetricAlarms: alarms, CompositeAlarms: [] },
    { ScheduledActions: actions },
  ]
    .map((output) => JSON.stringify(output, undefined, 4))
    .join('\n');
}
