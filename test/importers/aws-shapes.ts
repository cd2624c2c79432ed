/** The shapes of scaling policies in public repositories, with other names and numbers, and the outcome of each. */
import { actionOf, alarmOf, metricOf, of, outputs, stepsOf, targetOf, trackingOf } from './aws-described.js';

const predefined = (PredefinedMetricType: string, ResourceLabel?: string) => ({
  CustomizedMetricSpecification: undefined,
  PredefinedMetricSpecification: { PredefinedMetricType, ...(ResourceLabel !== undefined && { ResourceLabel }) },
});
const cpu = predefined('ECSServiceAverageCPUUtilization');
const suspended = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};
export const alias = {
  ServiceNamespace: 'lambda',
  ResourceId: 'function:quotes:live',
  ScalableDimension: 'lambda:function:ProvisionedConcurrency',
};
export const ofCpu = {
  Namespace: 'AWS/ECS',
  MetricName: 'CPUUtilization',
  Dimensions: [{ Name: 'ServiceName', Value: 'web' }],
  Statistic: 'Average',
};

interface Shape {
  readonly shape: string;
  readonly text: string;
  readonly min: number;
  readonly max: number;
  readonly signals: readonly string[];
  /** What is not carried over. */
  readonly lost?: readonly string[];
}

export const shapes: readonly Shape[] = [
  {
    shape: 'a tutorial: 60% of the CPU, without cooldowns',
    text: outputs({
      targets: [targetOf(2, 5, { SuspendedState: suspended })],
      policies: [trackingOf('cpu60', { TargetValue: 60, ...cpu })],
    }),
    ...{ min: 2, max: 5, signals: ['cpu'] },
  },
  {
    shape: 'a web application: CPU, memory and requests of the load balancer',
    text: outputs({
      policies: [
        trackingOf('cpu', { TargetValue: 65, ...cpu, ScaleOutCooldown: 60, ScaleInCooldown: 180 }),
        trackingOf('memory', {
          TargetValue: 75,
          ...predefined('ECSServiceAverageMemoryUtilization'),
          ScaleOutCooldown: 60,
          ScaleInCooldown: 180,
        }),
        trackingOf('requests', {
          TargetValue: 900,
          ...predefined('ALBRequestCountPerTarget', 'app/front/50dc6c495c0c9188/targetgroup/web/943f017f100becff'),
          ScaleOutCooldown: 60,
          ScaleInCooldown: 180,
        }),
      ],
    }),
    ...{ min: 1, max: 100, signals: ['cpu', 'memory', 'requestsPerTarget'] },
  },
  {
    shape: 'the reference of the command line: +150% above 70% of the CPU, and an alarm with its state',
    text: outputs({
      policies: [stepsOf('cpu-gt-70', [[0, null, 150]], { AdjustmentType: 'PercentChangeInCapacity', Cooldown: 90 })],
      alarms: [
        alarmOf('cpu-gt-70', 'above', {
          ...ofCpu,
          Threshold: 70,
          StateValue: 'OK',
          StateReason: 'Threshold Crossed',
          ActionsEnabled: true,
          OKActions: [],
          InsufficientDataActions: [],
        }),
      ],
    }),
    ...{ min: 1, max: 100, signals: ['cpuUtilization'] },
  },
  {
    shape: 'one unit out above 60% for five minutes, one in below 20%: two policies, two alarms',
    text: outputs({
      policies: [stepsOf('out', [[0, null, 1]], { Cooldown: 300 }), stepsOf('in', [[null, 0, -1]], { Cooldown: 300 })],
      alarms: [
        alarmOf('out', 'above', {
          ...ofCpu,
          Threshold: 60,
          EvaluationPeriods: 5,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
        alarmOf('in', 'below', {
          ...ofCpu,
          Threshold: 20,
          EvaluationPeriods: 5,
          ComparisonOperator: 'LessThanThreshold',
        }),
      ],
    }),
    ...{ min: 1, max: 100, signals: ['cpuUtilization'] },
  },
  {
    shape: 'a worker with nothing to do: min 0, a step in by one, and no step out',
    text: outputs({
      targets: [targetOf(0, 1)],
      policies: [stepsOf('in', [[null, 0, -1]], { Cooldown: 60, MetricAggregationType: 'Maximum' })],
      alarms: [
        alarmOf('in', 'below', { ...ofCpu, Statistic: 'Maximum', Period: 300, TreatMissingData: 'notBreaching' }),
      ],
    }),
    ...{ min: 0, max: 1, signals: ['cpuUtilization'] },
  },
  {
    shape: 'an example of a provider: a policy without an alarm',
    text: outputs({ policies: [{ ...stepsOf('in', [[null, 0, -1]], { Cooldown: 60 }), Alarms: [] }] }),
    ...{ min: 1, max: 100, signals: [], lost: ['the whole policy'] },
  },
  {
    shape: 'a stream of an application: +1 after ten minutes, an alarm that was not described',
    text: outputs({ policies: [stepsOf('out', [[0, null, 1]], { Cooldown: 600, MetricAggregationType: 'Average' })] }),
    ...{ min: 1, max: 100, signals: [], lost: ['the alarm out-alarm'] },
  },
  {
    shape: 'office hours: 2 units from 09:15, none from 18:45, in Taipei',
    text: outputs({
      targets: [targetOf(0, 0)],
      actions: [
        actionOf('open', 'cron(15 9 * * ? *)', { MinCapacity: 2, MaxCapacity: 2 }, { Timezone: 'Asia/Taipei' }),
        actionOf('closed', 'cron(45 18 * * ? *)', { MinCapacity: 0, MaxCapacity: 0 }, { Timezone: 'Asia/Taipei' }),
      ],
    }),
    ...{ min: 0, max: 2, signals: [] },
  },
  {
    shape: 'an example of a provider: at() long ago',
    text: outputs({
      targets: [targetOf(1, 4)],
      actions: [actionOf('once', 'at(2006-02-03T10:00:00)', { MinCapacity: 1, MaxCapacity: 9 })],
    }),
    ...{ min: 1, max: 4, signals: [] },
  },
  {
    shape: 'Lambda: 80% of the provisioned concurrency, from 5 to five times as much',
    text: outputs({
      targets: [{ ...targetOf(5, 25), ...alias }],
      policies: [
        {
          ...trackingOf('utilization', { TargetValue: 0.8, ...predefined('LambdaProvisionedConcurrencyUtilization') }),
          ...alias,
        },
      ],
    }),
    ...{ min: 5, max: 25, signals: ['provisionedUtilization'] },
  },
  {
    shape: 'Lambda: the largest utilization, with 0 where there is none, by metric math',
    text: outputs({
      targets: [{ ...targetOf(1, 6), ...alias }],
      policies: [
        {
          ...trackingOf('utilization', {
            TargetValue: 0.75,
            CustomizedMetricSpecification: {
              Metrics: [
                {
                  Id: 'used',
                  MetricStat: {
                    Metric: {
                      Namespace: 'AWS/Lambda',
                      MetricName: 'ProvisionedConcurrencyUtilization',
                      Dimensions: [
                        { Name: 'FunctionName', Value: 'quotes' },
                        { Name: 'Resource', Value: 'quotes:live' },
                      ],
                    },
                    Stat: 'Maximum',
                  },
                  ReturnData: false,
                },
                { Id: 'usedOrZero', Expression: 'FILL(used, 0)', Label: 'used', ReturnData: true },
              ],
            },
          }),
          ...alias,
        },
      ],
    }),
    ...{ min: 1, max: 6, signals: ['usedOrZero'] },
  },
  {
    shape: 'messages for each task, by metric math, with steps above a backlog beside it',
    text: outputs({
      policies: [
        trackingOf('per-task', {
          TargetValue: 40,
          CustomizedMetricSpecification: {
            Metrics: [
              {
                Id: 'm1',
                MetricStat: {
                  Metric: {
                    Namespace: 'AWS/SQS',
                    MetricName: 'ApproximateNumberOfMessagesVisible',
                    Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
                  },
                  Stat: 'Sum',
                },
                ReturnData: false,
              },
              {
                Id: 'm2',
                MetricStat: {
                  Metric: { Namespace: 'ECS/ContainerInsights', MetricName: 'RunningTaskCount' },
                  Stat: 'Average',
                },
                ReturnData: false,
              },
              { Id: 'perTask', Expression: 'm1 / m2', ReturnData: true },
            ],
          },
        }),
        stepsOf(
          'deep',
          [
            [0, 500, 2],
            [500, null, 6],
          ],
          { Cooldown: 300 },
        ),
      ],
      alarms: [alarmOf('deep', 'above', { ...metricOf('backlog'), EvaluationPeriods: 3, Threshold: 1000 })],
    }),
    ...{ min: 1, max: 100, signals: ['perTask', 'backlog'] },
  },
  {
    shape: 'CPU for an API, jobs for each worker',
    text: outputs({
      targets: [targetOf(2, 10)],
      policies: [
        trackingOf('cpu', { TargetValue: 50, ...cpu, ScaleOutCooldown: 60, ScaleInCooldown: 300 }),
        trackingOf('jobs', {
          TargetValue: 5,
          CustomizedMetricSpecification: metricOf('JobsPerWorker'),
          ScaleOutCooldown: 60,
          ScaleInCooldown: 300,
        }),
      ],
    }),
    ...{ min: 2, max: 10, signals: ['cpu', 'jobsPerWorker'] },
  },
  {
    shape: 'a table of DynamoDB beside a service',
    text: outputs({
      targets: [
        targetOf(1, 3),
        {
          ...of,
          ServiceNamespace: 'dynamodb',
          ResourceId: 'table/orders',
          ScalableDimension: 'dynamodb:table:ReadCapacityUnits',
          MinCapacity: 5,
          MaxCapacity: 90,
        },
      ],
    }),
    ...{ min: 1, max: 3, signals: [], lost: ['dynamodb:table:ReadCapacityUnits'] },
  },
  {
    shape: 'rate(5 minutes), as in the tests of an emulator',
    text: outputs({ actions: [actionOf('tick', 'rate(5 minutes)', { MinCapacity: 2 })] }),
    ...{ min: 1, max: 100, signals: [], lost: ['the schedule rate(5 minutes)'] },
  },
];
