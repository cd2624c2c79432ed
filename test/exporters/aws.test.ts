import { bySteps } from '../importers/aws-decisions-by-steps.js';
import { formsOfSteps } from '../importers/aws-forms-of-steps.js';
import { actionOf, alarmOf, metricOf, outputs, stepsOf, targetOf, trackingOf } from '../importers/aws-described.js';
import { shapes } from '../importers/aws-shapes.js';
import { exported, roundTrip } from './exporting.js';

const kind = 'aws-application-autoscaling';

/** A service on ECS with these lines under `autoscale:`. */
function onEcs(autoscale: string, resource = 'min: 1\nmax: 9\ncooldown: 0s'): string {
  const inside = autoscale.trimEnd().replaceAll(/^/gm, '      ');
  return `version: 1
resources:
  web:
    platform: { type: ecs, cluster: main }
${resource.replaceAll(/^/gm, '    ')}
    autoscale:
      interval: 1m
${inside}
`;
}

const load = `signals:
  load: { type: cloudwatch, namespace: Shop, metric: load }
policies:
`;
const usual = `behavior:
  scaleUp: { tolerance: 0, stabilizationWindowSeconds: 179 }
  scaleDown: { tolerance: 0.1, stabilizationWindowSeconds: 899 }
`;

interface Lists {
  readonly ScalableTargets: readonly Record<string, unknown>[];
  readonly ScalingPolicies: readonly Record<string, unknown>[];
  readonly MetricAlarms: readonly Record<string, unknown>[];
  readonly ScheduledActions: readonly Record<string, unknown>[];
}

async function listsOf(yaml: string): Promise<Lists & { readonly lost: readonly string[] }> {
  const { text, report } = await exported(kind, yaml);
  return { ...(JSON.parse(text) as Lists), lost: report.unsupported.map(({ what }) => what) };
}

describe('import, export and import give the same configuration', () => {
  it.each(shapes.map(({ shape, text }) => [shape, text] as const))('%s', async (_, text) => {
    const { first, second, report } = await roundTrip(kind, text);
    expect(second).toEqual(first);
    expect(report.unsupported).toEqual([]);
  });

  const valid = [...bySteps, ...formsOfSteps].filter(({ expected }) => expected !== 'invalid');
  it.each(valid.map((decision) => [decision.name, decision] as const))('the policy of: %s', async (_, decision) => {
    const { adjustment, steps, side, least, cooldown = 300, min, max } = decision;
    const policy = stepsOf('s', steps, {
      AdjustmentType: adjustment,
      Cooldown: cooldown,
      ...(least !== undefined && { MinAdjustmentMagnitude: least }),
    });
    const alarms = [alarmOf('s', side === 'above' ? 'above' : 'below', { EvaluationPeriods: 3 })];
    const { first, second, report } = await roundTrip(
      kind,
      outputs({ targets: [targetOf(min, max)], policies: [policy], alarms }),
    );
    expect(second).toEqual(first);
    expect(report.unsupported).toEqual([]);
  });

  const between = [alarmOf('out', 'above', { Threshold: 70 }), alarmOf('in', 'below', { Threshold: 20 })];
  const action = (name: string, schedule: string, MinCapacity: number, MaxCapacity?: number, Timezone?: string) =>
    actionOf(name, schedule, { MinCapacity, MaxCapacity }, { Timezone });

  it.each<[string, string]>([
    [
      'a policy on each side',
      outputs({ policies: [stepsOf('out', [[0, null, 1]]), stepsOf('in', [[null, 0, -1]])], alarms: between }),
    ],
    [
      'scale-out disabled',
      outputs({
        targets: [targetOf(1, 9, { SuspendedState: { DynamicScalingOutSuspended: true } })],
        policies: [trackingOf('a')],
      }),
    ],
    [
      'scale-in disabled',
      outputs({
        targets: [targetOf(1, 9, { SuspendedState: { DynamicScalingInSuspended: true } })],
        policies: [trackingOf('a')],
      }),
    ],
    ['DisableScaleIn', outputs({ policies: [trackingOf('a', { DisableScaleIn: true })] })],
    [
      'DisableScaleIn of one of two',
      outputs({
        policies: [
          trackingOf('a'),
          trackingOf('b', { CustomizedMetricSpecification: metricOf('other'), DisableScaleIn: true }),
        ],
      }),
    ],
    [
      'tracking, and steps above',
      outputs({
        policies: [
          trackingOf('a'),
          stepsOf(
            'b',
            [
              [0, 10, 1],
              [10, null, 3],
            ],
            { Cooldown: 300 },
          ),
        ],
        alarms: [
          alarmOf('b', 'above', {
            ...metricOf('backlog'),
            EvaluationPeriods: 3,
            TreatMissingData: 'notBreaching',
            Unit: 'Count',
            Period: 60,
          }),
        ],
      }),
    ],
    [
      'a percentile of five minutes',
      outputs({
        policies: [stepsOf('b', [[0, null, 1]])],
        alarms: [
          alarmOf('b', 'above', { Statistic: undefined, ExtendedStatistic: 'p95', Period: 300, EvaluationPeriods: 2 }),
        ],
      }),
    ],
    [
      'office hours',
      outputs({
        actions: [
          action('a', 'cron(0 8 ? * MON-FRI *)', 4, 20, 'Europe/Berlin'),
          action('b', 'cron(0 20 * * ? *)', 1, 6, 'Europe/Berlin'),
        ],
      }),
    ],
    [
      'three times a day',
      outputs({
        actions: [
          action('a', 'cron(0 7 * * ? *)', 4),
          action('b', 'cron(0 12 * * ? *)', 8),
          action('c', 'cron(30 19 * * ? *)', 2),
        ],
      }),
    ],
    [
      'days of the month, and a day of the week as a number',
      outputs({ actions: [action('a', 'cron(0 7 28 * ? *)', 4), action('b', 'cron(0 7 ? * 2 *)', 2)] }),
    ],
    [
      'one day',
      outputs({ actions: [action('a', 'at(2999-03-01T09:30:00)', 6), action('b', 'at(2999-03-01T18:00:00)', 1)] }),
    ],
  ])('%s', async (_, text) => {
    const { first, second, report } = await roundTrip(kind, text);
    expect(second).toEqual(first);
    expect(report.unsupported).toEqual([]);
  });
});

it('a target of CPU, with its alarms left to AWS', async () => {
  const cpu = `signals:
  cpu: { type: cloudwatch, predefined: ECSServiceAverageCPUUtilization, resource: service/main/web }
policies:
  - { type: utilization, value: cpu, target: 50 }
${usual}`;
  const { text, report } = await exported(
    kind,
    onEcs(cpu, 'min: 1\nmax: 9\ncooldown: { up: 1m, upAfter: up, down: 5m }'),
  );
  const of = { ServiceNamespace: 'ecs', ResourceId: 'service/main/web', ScalableDimension: 'ecs:service:DesiredCount' };
  expect(JSON.parse(text)).toEqual({
    ScalableTargets: [{ ...of, MinCapacity: 1, MaxCapacity: 9 }],
    ScalingPolicies: [
      {
        ...of,
        PolicyName: 'web-cpu',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 50,
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
          ScaleOutCooldown: 60,
          ScaleInCooldown: 300,
        },
      },
    ],
    MetricAlarms: [],
    ScheduledActions: [],
  });
  expect(report).toEqual({ resources: ['web'], warnings: [], unsupported: [] });
});

it('thresholds are step scaling with two alarms', async () => {
  const { ScalingPolicies, MetricAlarms, lost } = await listsOf(
    onEcs(`${load}  - { type: thresholds, value: load, up: { at: 50, add: 2 }, down: { at: 10, remove: 1 } }\n`),
  );
  expect(ScalingPolicies).toMatchObject([
    {
      PolicyName: 'web-load-out',
      StepScalingPolicyConfiguration: { StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 2 }] },
    },
    {
      PolicyName: 'web-load-in',
      StepScalingPolicyConfiguration: { StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }] },
    },
  ]);
  expect(MetricAlarms).toMatchObject([
    { AlarmName: 'web-load-out', Threshold: 50, ComparisonOperator: 'GreaterThanOrEqualToThreshold', Period: 60 },
    { AlarmName: 'web-load-in', Threshold: 10, ComparisonOperator: 'LessThanOrEqualToThreshold' },
  ]);
  expect(lost).toEqual([]);
});

it('a gap between two steps is an adjustment of 0', async () => {
  const steps = `${load}  - { type: steps, value: load, steps: [{ atOrAbove: 10, below: 20, add: 1 }, { atOrAbove: 30, add: 2 }] }\n`;
  const { ScalingPolicies } = await listsOf(onEcs(steps));
  expect(ScalingPolicies[0]).toMatchObject({
    StepScalingPolicyConfiguration: {
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 10, MetricIntervalUpperBound: 20, ScalingAdjustment: 0 },
        { MetricIntervalLowerBound: 20, ScalingAdjustment: 2 },
      ],
    },
  });
});

describe('windows of a schedule', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'days of the week',
      '{ days: mon-fri, from: "09:00", to: "17:30", min: 3 }',
      ['cron(0 9 ? * MON-FRI *)', 'cron(30 17 ? * MON-FRI *)'],
    ],
    ['every night', '{ from: "22:00", to: "06:00", max: 4 }', ['cron(0 22 * * ? *)', 'cron(0 6 * * ? *)']],
    ['dates', '{ dates: 2999-12-24..2999-12-26, capacity: 4 }', ['at(2999-12-24T00:00:00)', 'at(2999-12-27T00:00:00)']],
    ['Sunday as 7', '{ cron: "0 9 * * 7", until: "18:00", min: 4 }', ['cron(0 9 ? * 1 *)', 'cron(0 18 * * ? *)']],
  ])('%s', async (_, window, schedules) => {
    const { ScheduledActions, lost } = await listsOf(
      onEcs(`policies:\n  - { type: schedule, timezone: UTC, windows: [${window}] }\n`),
    );
    expect(ScheduledActions.map(({ Schedule }) => Schedule)).toEqual(schedules);
    expect(lost).toEqual([]);
  });

  it.each([
    ['a night of certain days', '{ days: mon, from: "22:00", to: "06:00", max: 4 }'],
    ['days of the month and of the week', '{ cron: "0 9 1 * 7", until: "18:00", min: 4 }'],
    ['a duration', '{ cron: "0 9 * * *", for: 8h, min: 4 }'],
    ['dates of every year', '{ dates: 12-24..12-26, min: 4 }'],
    ['days of the month', '{ daysOfMonth: 1, from: "09:00", to: "10:00", min: 4 }'],
    ['whole days', '{ days: mon, min: 4 }'],
    ['hours on several dates', '{ dates: 2999-12-24..2999-12-26, from: "09:00", to: "10:00", min: 4 }'],
  ])('%s: the report says what to write', async (_, window) => {
    const { lost } = await listsOf(onEcs(`policies:\n  - { type: schedule, timezone: UTC, windows: [${window}] }\n`));
    expect(lost).toEqual(['the window']);
  });
});

describe('the report names what AWS has no equivalent of', () => {
  const steps = (list: string) => onEcs(`${load}  - { type: steps, value: load, steps: [${list}] }\n`);

  it.each<[string, string, readonly string[]]>([
    [
      'a policy on the whole load',
      onEcs(`${load}  - { type: perUnit, value: load, target: 5 }\n`),
      ['the policy perUnit', 'the signal load'],
    ],
    [
      'an expression',
      onEcs(`${load}  - { type: utilization, value: load * 2, target: 5 }\n${usual}`),
      ['the expression load * 2', 'the signal load'],
    ],
    [
      'another source',
      onEcs(
        `${load.replace('cloudwatch, namespace: Shop, metric: load', 'constant, value: 1')}  - { type: utilization, value: load, target: 5 }\n${usual}`,
      ),
      ['the signal load (constant)'],
    ],
    ['steps of two kinds', steps('{ atOrAbove: 10, below: 20, add: 1 }, { atOrAbove: 20, add: 50% }'), ['the steps']],
    ['a highest step with an end', steps('{ atOrAbove: 10, below: 20, add: 1 }'), ['the steps']],
    ['bounds of another kind', steps('{ atOrAbove: 10, atOrBelow: 20, add: 1 }, { above: 20, add: 2 }'), ['the steps']],
    [
      'a rate and an upAfter',
      onEcs(
        `${load}  - { type: steps, value: load, steps: [{ atOrAbove: 1, add: 1 }] }\nbehavior: { scaleUp: { policies: [{ type: Pods, value: 1, periodSeconds: 60 }] } }\n`,
        'min: 1\nmax: 9\nstep: 1\ndryRun: true\ncooldown: { up: 1m, down: 1m }',
      ),
      ['the size of a step', 'a cooldown of scaling out that a scale-in begins', 'dryRun: true', 'a rate of scaling'],
    ],
    [
      'idle, fallback and combine',
      onEcs(
        `${load}  - { type: steps, value: load, steps: [{ atOrAbove: 1, add: 1 }] }\ncombine: min\nidle: { value: load, for: 5m }\nfallback: { capacity: 2 }\n`,
        'min: 0\nmax: 9\ncooldown: 0s',
      ),
      ['combine: min', 'scaling to zero without work', 'the fallback'],
    ],
    [
      'a period of an hour, and a number for missing data, of target tracking',
      onEcs(
        `${load.replace('metric: load', 'metric: load, period: 1h, emptyAs: 0')}  - { type: utilization, value: load, target: 5 }\n${usual}`,
      ),
      ['a number for missing data', 'the period'],
    ],
    [
      'steps of a predefined metric',
      onEcs(
        'signals:\n  cpu: { type: cloudwatch, predefined: ECSServiceAverageCPUUtilization, resource: service/main/web }\npolicies:\n  - { type: steps, value: cpu, steps: [{ atOrAbove: 70, add: 1 }] }\n',
      ),
      ['steps of the predefined metric cpu'],
    ],
    [
      'bounds outside of all windows',
      onEcs(
        'policies:\n  - { type: schedule, timezone: UTC, otherwise: 2, windows: [{ from: "09:00", to: "10:00", min: 3 }] }\n',
      ),
      ['the bounds outside of all windows'],
    ],
  ])('%s', async (_, yaml, lost) => {
    expect((await listsOf(yaml)).lost).toEqual(lost);
  });

  it.each(['{ type: auto-scaling-group }', '{ type: kubernetes }'])('the platform %s', async (platform) => {
    const yaml = `version: 1\nresources:\n  a: { platform: ${platform}, min: 1, max: 2 }\n`;
    const { text, report } = await exported(kind, yaml);
    expect(text).toBe('');
    expect(report.unsupported).toEqual([expect.objectContaining({ path: 'a platform' })]);
  });

  it('the windows of target tracking, which AWS sets by itself', async () => {
    const { report } = await exported(kind, onEcs(`${load}  - { type: utilization, value: load, target: 5 }\n`));
    expect(report.warnings.map(({ message }) => message)).toEqual([expect.stringContaining('differs from AWS')]);
  });
});
