import { isMapping } from '../../src/config/file/path.js';
import { importFiles } from '../../src/importers/import.js';
import { actionOf, alarmOf, stepsOf, targetOf, trackingOf } from './aws-described.js';

const kind = 'aws-application-autoscaling';
const arn = (what: string) => `arn:aws:application-autoscaling:eu-west-1:123456789012:${what}`;
const cpu = {
  CustomizedMetricSpecification: undefined,
  PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
};

describe('nothing is lost silently', () => {
  const everything = {
    ScalableTargets: [
      {
        ...targetOf(2, 12),
        RoleARN: 'arn:aws:iam::123456789012:role/a',
        CreationTime: '2026-01-02T00:00:00Z',
        SuspendedState: { DynamicScalingInSuspended: false, ScheduledScalingSuspended: false },
        ScalableTargetARN: arn('scalable-target/1'),
        unknown: { deep: [1] },
      },
    ],
    ScalingPolicies: [
      {
        ...trackingOf('t', { ...cpu, ScaleOutCooldown: 60, ScaleInCooldown: 90, DisableScaleIn: false }),
        PolicyARN: 'arn:t',
        Alarms: [{ AlarmName: 'high', AlarmARN: 'arn:high' }],
      },
      trackingOf('m', {
        CustomizedMetricSpecification: {
          Metrics: [
            {
              Id: 'a',
              MetricStat: {
                Metric: { Namespace: 'N', MetricName: 'M', Dimensions: [{ Name: 'D', Value: 'V' }] },
                Stat: 'Sum',
                Unit: 'Count',
              },
              ReturnData: false,
            },
            { Id: 'b', Expression: 'a * 2', Label: 'twice', ReturnData: true },
          ],
        },
        ScaleOutCooldown: 60,
        ScaleInCooldown: 90,
      }),
      stepsOf(
        's',
        [
          [0, 10, 20],
          [10, null, 40],
        ],
        {
          AdjustmentType: 'PercentChangeInCapacity',
          MinAdjustmentMagnitude: 2,
          Cooldown: 60,
          MetricAggregationType: 'Average',
        },
      ),
    ],
    MetricAlarms: [
      alarmOf('x', 'above', { AlarmName: 'high', EvaluationPeriods: 3 }),
      alarmOf('s', 'above', {
        AlarmActions: ['arn:sns'],
        AlarmDescription: 'text',
        Dimensions: [{ Name: 'Queue', Value: 'jobs' }],
        Unit: 'Count',
        DatapointsToAlarm: 3,
        EvaluationPeriods: 3,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: 'ignore',
        StateValue: 'OK',
      }),
    ],
    ScheduledActions: [
      actionOf(
        'day',
        'cron(0 8 * * ? *)',
        { MinCapacity: 3, MaxCapacity: 12 },
        { Timezone: 'UTC', StartTime: '2999-01-01T00:00:00Z', CreationTime: 'x' },
      ),
      actionOf('night', 'cron(0 20 * * ? *)', { MinCapacity: 2, MaxCapacity: 8 }),
    ],
  };

  type Key = string | number;
  const leaves = (value: unknown, path: readonly Key[] = []): (readonly Key[])[] =>
    Array.isArray(value)
      ? value.flatMap((item, index) => leaves(item, [...path, index]))
      : isMapping(value)
        ? Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : leaves(item, [...path, key])))
        : [path];

  const outcomeOf = async (document: unknown) =>
    importFiles(kind, [{ name: 'a', text: JSON.stringify(document) }]).then(
      ({ yaml, report }) => ({ yaml, unsupported: report.unsupported, warnings: report.warnings }),
      (error: unknown) => String(error),
    );

  let first: ReturnType<typeof outcomeOf> | undefined;

  it.each(leaves(everything).map((path) => [path.join('.'), path] as const))(
    '%s is in the output, or in the report',
    async (_, path) => {
      const before = await (first ??= outcomeOf(everything));
      if (typeof before === 'string') throw new Error(before);
      const [list, index, ...inside] = path;
      const item = (everything as unknown as Record<Key, Record<Key, Record<string, string>>>)[list!]![index!]!;
      const name = item['ScheduledActionName'] ?? item['AlarmName'] ?? item['PolicyName'] ?? item['ResourceId'] ?? '';
      const field = inside.filter((key) => typeof key === 'string').join('.');
      const isReported = [...before.warnings, ...before.unsupported].some((entry) => {
        const about = entry.path.split(' ');
        if (about[1] !== name) return false;
        const isNamed = about[2]?.replaceAll(/\[\d+\]/g, '') === field;
        const said = 'message' in entry ? entry.message : '';
        return isNamed || said.split(/[ ,]+/).includes(field) || said.startsWith('was made by AWS');
      });
      if (isReported) return;
      const other = structuredClone(JSON.parse(JSON.stringify(everything))) as Record<Key, never>;
      let parent: Record<Key, unknown> = other;
      for (const key of path.slice(0, -1)) parent = parent[key] as Record<Key, unknown>;
      const last = path.at(-1)!;
      const value = parent[last];
      parent[last] = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${String(value)}0`;
      const after = await outcomeOf(other);
      expect(after).not.toEqual(before);
    },
  );
});
