import { actionOf, alarmOf, metricOf, outputs, stepsOf, targetOf, trackingOf } from './aws-described.js';
import { importedAs, refusal } from './importing.js';

const kind = 'aws-application-autoscaling';
const arn = (what: string) => `arn:aws:application-autoscaling:eu-west-1:123456789012:${what}`;
const cpu = {
  CustomizedMetricSpecification: undefined,
  PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
};

async function written(text: string): Promise<string> {
  return (await importedAs(kind, text)).yaml;
}

async function windowsOf(actions: readonly object[], target: object = targetOf(2, 10)): Promise<unknown> {
  const { configuration, report } = await importedAs(kind, outputs({ targets: [target], actions }));
  const { autoscale, min, max } = configuration.resources['web'] as Record<string, never>;
  const policies = (autoscale as { policies: { timezone: string; windows: unknown }[] } | undefined)?.policies ?? [];
  const schedules = policies.map(({ timezone, windows }) => ({ timezone, windows }));
  return { min, max, schedules, lost: report.unsupported.map(({ what }) => what) };
}

it('a service with target tracking, a backlog and office hours reads like a file of a person', async () => {
  const text = outputs({
    targets: [targetOf(4, 20, { ScalableTargetARN: arn('scalable-target/1') })],
    policies: [
      trackingOf('cpu50', { ...cpu, ScaleOutCooldown: 60, ScaleInCooldown: 120 }),
      stepsOf(
        'burst',
        [
          [0, 100, 2],
          [100, null, 5],
        ],
        { Cooldown: 60 },
      ),
    ],
    alarms: [
      alarmOf('burst', 'above', {
        ...metricOf('backlog'),
        Statistic: 'Maximum',
        EvaluationPeriods: 3,
        Threshold: 500,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      }),
    ],
    actions: [
      actionOf('day', 'cron(0 8 ? * MON-FRI *)', { MinCapacity: 4, MaxCapacity: 20 }, { Timezone: 'Europe/Berlin' }),
      actionOf('night', 'cron(0 20 * * ? *)', { MinCapacity: 1, MaxCapacity: 6 }, { Timezone: 'Europe/Berlin' }),
    ],
  });
  expect(await written(text)).toBe(`version: 1
resources:
  web:
    platform: { type: ecs, cluster: main, service: web, region: eu-west-1 }
    min: 1
    max: 20
    cooldown: { up: 1m, upAfter: up, down: 2m }
    autoscale:
      interval: 1m
      signals:
        cpu: { type: cloudwatch, predefined: ECSServiceAverageCPUUtilization, resource: service/main/web, region: eu-west-1 }
        backlog: { type: cloudwatch, namespace: Shop, metric: backlog, statistic: Maximum, emptyAs: 0, region: eu-west-1 }
      policies:
        - { type: utilization, value: cpu, target: 50 } # cpu50
        # burst
        - type: steps
          value: backlog ?? 0
          steps:
            - { atOrBelow: 500, set: 1 }
            - { above: 500, below: 600, add: 2 }
            - { atOrAbove: 600, add: 5 }
        - type: schedule
          timezone: Europe/Berlin
          windows:
            - { cron: 0 8 * * mon-fri, until: 20:00, min: 4 } # day
            - { cron: 0 20 * * *, until: 0 8 * * mon-fri, max: 6 } # night
      behavior:
        scaleUp: { tolerance: 0, stabilizationWindowSeconds: 179 }
        scaleDown: { tolerance: 0.1, stabilizationWindowSeconds: 899 }
`);
  expect((await importedAs(kind, text)).report.unsupported).toEqual([]);
});

it('two alarms on one metric are one policy', async () => {
  const text = outputs({
    policies: [stepsOf('out', [[0, null, 1]], { Cooldown: 300 }), stepsOf('in', [[null, 0, -1]], { Cooldown: 300 })],
    alarms: [
      alarmOf('out', 'above', { Threshold: 70, EvaluationPeriods: 2 }),
      alarmOf('in', 'below', { Threshold: 20, Period: 300, EvaluationPeriods: 3 }),
    ],
  });
  // With different periods these are two signals, and the first policy has no say in scaling in.
  expect(await written(text)).toContain('- { below: 70, set: 1 }');
  const same = text.replace('"Period": 300', '"Period": 60');
  expect(await written(same)).toContain(`        # out, in
        - type: steps
          value: load
          steps:
            - { atOrBelow: 20, remove: 1 }
            - { atOrAbove: 70, add: 1 }
      behavior:
        scaleUp: { stabilizationWindowSeconds: 119 }
        scaleDown: { stabilizationWindowSeconds: 179 }
`);
});

describe('suspended scaling', () => {
  it.each([
    [
      'DynamicScalingOutSuspended',
      'scaleUp: { tolerance: 0, stabilizationWindowSeconds: 179, selectPolicy: Disabled }',
    ],
    [
      'DynamicScalingInSuspended',
      'scaleDown: { tolerance: 0.1, stabilizationWindowSeconds: 899, selectPolicy: Disabled }',
    ],
  ])('%s', async (field, line) => {
    const targets = [targetOf(1, 9, { SuspendedState: { [field]: true } })];
    expect(await written(outputs({ targets, policies: [trackingOf('a')] }))).toContain(line);
  });

  it('ScheduledScalingSuspended leaves the actions out, and the report names them', async () => {
    const targets = [targetOf(1, 9, { SuspendedState: { ScheduledScalingSuspended: true } })];
    const actions = [actionOf('day', 'cron(0 8 * * ? *)', { MinCapacity: 4 })];
    const { report, configuration } = await importedAs(kind, outputs({ targets, actions }));
    expect(configuration.resources['web']).not.toHaveProperty('autoscale');
    expect(report.warnings).toContainEqual({
      path: 'ScheduledAction day',
      message: 'is left out: the scheduled scaling of its target is suspended',
    });
  });

  it('DisableScaleIn of every policy', async () => {
    expect(await written(outputs({ policies: [trackingOf('a', { DisableScaleIn: true })] }))).toContain(
      'scaleDown: { selectPolicy: Disabled }',
    );
  });
});

describe('scheduled actions', () => {
  const action = (name: string, schedule: string, min?: number, max?: number, rest: object = {}) =>
    actionOf(
      name,
      schedule,
      { ...(min !== undefined && { MinCapacity: min }), ...(max !== undefined && { MaxCapacity: max }) },
      rest,
    );

  it('a minimum alone: the maximum stays that of the target', async () => {
    expect(await windowsOf([action('a', 'cron(0 8 * * ? *)', 5), action('b', 'cron(30 18 * * ? *)', 2)])).toEqual({
      ...{ min: 2, max: 10, lost: [] },
      schedules: [{ timezone: 'UTC', windows: [{ cron: '0 8 * * *', until: '18:30', min: 5 }] }],
    });
  });

  it('minimum and maximum by different actions have schedules of their own', async () => {
    const actions = [
      action('a', 'cron(0 8 * * ? *)', 5),
      action('b', 'cron(0 18 * * ? *)', 2),
      action('c', 'cron(0 22 ? * SAT *)', undefined, 4),
      action('d', 'cron(0 6 ? * 2 *)', undefined, 10),
    ];
    expect(await windowsOf(actions)).toEqual({
      ...{ min: 2, max: 10, lost: [] },
      schedules: [
        { timezone: 'UTC', windows: [{ cron: '0 8 * * *', until: '18:00', min: 5 }] },
        { timezone: 'UTC', windows: [{ cron: '0 22 * * sat', until: '0 6 * * 1', max: 4 }] },
      ],
    });
  });

  it('three in a day follow each other', async () => {
    const actions = [
      action('a', 'cron(0 7 * * ? *)', 4),
      action('b', 'cron(0 12 * * ? *)', 8),
      action('c', 'cron(0 19 * * ? *)', 2),
    ];
    expect(await windowsOf(actions)).toMatchObject({
      schedules: [
        {
          windows: [
            { cron: '0 7 * * *', until: '12:00', min: 4 },
            { cron: '0 12 * * *', until: '19:00', min: 8 },
          ],
        },
      ],
    });
  });

  it('at(), until the next action: the rest of the day, whole days, and a part of the last day', async () => {
    const actions = [action('fair', 'at(2999-03-01T09:30:00)', 6), action('over', 'at(2999-03-04T18:00:00)', 2)];
    expect(await windowsOf(actions)).toMatchObject({
      lost: ['the whole action'],
      schedules: [
        {
          windows: [
            { dates: '2999-03-01', from: '09:30', to: '24:00', min: 6 },
            { dates: '2999-03-02..2999-03-03', min: 6 },
            { dates: '2999-03-04', from: '00:00', to: '18:00', min: 6 },
          ],
        },
      ],
    });
  });

  it('a cron with a year is one time, and the recurring action ends it', async () => {
    const actions = [action('fair', 'cron(0 9 24 12 ? 2999)', 6), action('night', 'cron(0 20 * * ? *)', 2)];
    expect(await windowsOf(actions)).toMatchObject({
      schedules: [{ windows: [{ dates: '2999-12-24', from: '09:00', to: '20:00', min: 6 }] }],
    });
  });

  it('the same bounds again and again are bounds of the resource', async () => {
    expect(await windowsOf([action('a', 'cron(0 8 * * ? *)', 3)])).toEqual({
      min: 3,
      max: 10,
      schedules: [],
      lost: [],
    });
  });

  it.each([
    [
      'ends on some days by another action',
      [
        action('a', 'cron(0 8 * * ? *)', 5),
        action('b', 'cron(0 18 ? * MON-FRI *)', 2),
        action('c', 'cron(0 12 ? * SAT,SUN *)', 3),
      ],
      ['the whole action'],
    ],
    ['the last friday of a month', [action('a', 'cron(0 8 ? * 6L *)', 5)], ['the schedule cron(0 8 ? * 6L *)']],
    [
      'a second time zone',
      [
        action('a', 'cron(0 8 * * ? *)', 5),
        action('b', 'cron(0 18 * * ? *)', 2, undefined, { Timezone: 'Asia/Tokyo' }),
      ],
      ['a second time zone, Asia/Tokyo'],
    ],
    [
      'an end',
      [action('a', 'cron(0 8 * * ? *)', 5, undefined, { EndTime: '2999-01-01T00:00:00Z' })],
      ['the end of a recurring action'],
    ],
    [
      'a beginning',
      [action('a', 'cron(0 8 * * ? *)', 5, undefined, { StartTime: 32472144000 })],
      ['the beginning of a recurring action'],
    ],
  ])('%s: the report says what is lost', async (_, actions, lost) => {
    expect(await windowsOf(actions)).toMatchObject({ lost: expect.arrayContaining(lost) as unknown });
  });
});

describe('an alarm', () => {
  const outcome = async (rest: object, side: 'above' | 'below' = 'above') =>
    importedAs(
      kind,
      outputs({
        policies: [stepsOf('a', side === 'above' ? [[0, null, 1]] : [[null, 0, -1]])],
        alarms: [alarmOf('a', side, rest)],
      }),
    );

  it.each<[string, object, 'above' | 'below', string]>([
    ['a percentile', { Statistic: undefined, ExtendedStatistic: 'p95' }, 'above', 'statistic: p95'],
    ['ten minutes', { Period: 600 }, 'above', 'period: 10m'],
    ['ten seconds', { Period: 10 }, 'above', 'interval: 10s'],
    ['a unit', { Unit: 'Percent' }, 'above', 'unit: Percent'],
    ['missing data is below the threshold', { TreatMissingData: 'breaching' }, 'below', 'emptyAs: 0'],
    ['not at the threshold', { ComparisonOperator: 'LessThanThreshold' }, 'below', '{ below: 50, remove: 1 }'],
    [
      'two of three datapoints',
      { EvaluationPeriods: 3, DatapointsToAlarm: 2 },
      'above',
      'stabilizationWindowSeconds: 119',
    ],
  ])('%s', async (_, rest, side, line) => {
    expect((await outcome(rest, side)).yaml).toContain(line);
  });

  it.each<[string, object, string]>([
    ['two of three datapoints', { EvaluationPeriods: 3, DatapointsToAlarm: 2 }, '2 datapoints out of 3'],
    ['missing data above', { TreatMissingData: 'breaching' }, 'missing data that counts as above the threshold'],
    ['an unusual period', { Period: 420 }, 'a metric with a period of 420 s'],
    [
      'a band of expected values',
      { ComparisonOperator: 'GreaterThanUpperThreshold', ThresholdMetricId: 'ad1' },
      'an alarm with GreaterThanUpperThreshold',
    ],
    ['no actions', { ActionsEnabled: false }, 'an alarm with ActionsEnabled: false'],
    ['more than an hour', { Period: 900, EvaluationPeriods: 5 }, ''],
  ])('%s: the report says what is lost', async (_, rest, what) => {
    const lost = (await outcome(rest)).report.unsupported.map((each) => each.what);
    expect(lost.join()).toContain(what);
  });

  it('is found by the ARN of its policy too', async () => {
    const policy = { ...stepsOf('a', [[0, null, 1]]), PolicyARN: arn('policy/a'), Alarms: [] };
    const alarm = { ...alarmOf('a', 'above'), AlarmActions: [arn('policy/a')] };
    expect(await written(outputs({ policies: [policy], alarms: [alarm] }))).toContain('{ atOrAbove: 50, add: 1 }');
  });

  it('of no policy is ignored, and the report names it', async () => {
    const { report } = await importedAs(kind, outputs({ alarms: [alarmOf('other', 'above')] }));
    expect(report.warnings).toContainEqual({
      path: 'MetricAlarm other-alarm',
      message: 'is ignored: no policy of the input uses it',
    });
  });
});

it('reads YAML, and several files', async () => {
  const target =
    'ScalableTargets:\n- { ServiceNamespace: ecs, ResourceId: service/main/web, ScalableDimension: ecs:service:DesiredCount, MinCapacity: 1, MaxCapacity: 3 }\n';
  const { report } = await importedAs(kind, target, JSON.stringify({ ScalingPolicies: [trackingOf('a')] }));
  expect(report.resources).toEqual(['web']);
  expect(report.unsupported).toEqual([]);
});

it('two services of the same name have distinct aliases, and the same target counts once', async () => {
  const other = { ...targetOf(), ResourceId: 'service/lab/web' };
  const { report } = await importedAs(kind, outputs({ targets: [targetOf(), other, targetOf()] }));
  expect(report.resources).toEqual(['main.web', 'lab.web']);
  expect(report.unsupported).toEqual([expect.objectContaining({ what: 'the whole target' })]);
});

it('a policy whose target is not in the input, and a page that is missing, are in the report', async () => {
  const policies = [{ ...trackingOf('lost'), ResourceId: 'service/main/other' }];
  const { report } = await importedAs(kind, outputs({ policies }), JSON.stringify({ NextToken: 'abc' }));
  expect(report.unsupported.map(({ path, what }) => `${path}: ${what}`)).toEqual([
    'input-2.yaml NextToken: the next page of the output',
    'ScalingPolicy lost: the whole document',
  ]);
});

describe('an input that cannot be imported', () => {
  it.each([
    ['nothing', '', 'has no scalable target. It contains: nothing'],
    ['policies alone', JSON.stringify({ ScalingPolicies: [trackingOf('a')] }), 'describe-scalable-targets'],
    ['no JSON', '{ "ScalableTargets": [ }', 'is not valid JSON'],
    ['half an output', '{ "ScalableTargets": [', 'is not valid JSON'],
    ['a list', '[1]', 'is not an output of the AWS CLI'],
    [
      'EC2 Auto Scaling',
      JSON.stringify({ ScalingPolicies: [{ AutoScalingGroupName: 'g', PolicyName: 'p' }] }),
      'belongs to EC2 Auto Scaling',
    ],
    [
      'a service without a cluster',
      outputs({ targets: [{ ...targetOf(), ResourceId: 'web' }] }),
      'ResourceId is not service/<cluster>/<service>',
    ],
    ['bounds that cross', outputs({ targets: [targetOf(5, 2)] }), 'MaxCapacity is below MinCapacity'],
    ['a text for a number', outputs({ targets: [{ ...targetOf(), MinCapacity: '1' }] }), 'MinCapacity is not a number'],
    ['no target value', outputs({ policies: [trackingOf('a', { TargetValue: 0 })] }), 'TargetValue must be above 0'],
    [
      'no metric',
      outputs({ policies: [trackingOf('a', { CustomizedMetricSpecification: undefined })] }),
      'has neither',
    ],
    [
      'an unknown adjustment',
      outputs({
        policies: [stepsOf('a', [[0, null, 1]], { AdjustmentType: 'Half' })],
        alarms: [alarmOf('a', 'above')],
      }),
      'AdjustmentType is not',
    ],
    [
      'an action without bounds',
      outputs({ actions: [actionOf('a', 'cron(0 8 * * ? *)', {})] }),
      'has neither MinCapacity nor MaxCapacity',
    ],
    [
      'a statistic that CloudWatch does not have',
      outputs({
        policies: [trackingOf('a', { CustomizedMetricSpecification: { ...metricOf(), Statistic: 'Median' } })],
      }),
      'is not a statistic',
    ],
  ])('%s', async (_, text, words) => {
    expect(await refusal(text, kind)).toContain(words);
  });
});
