/** What CloudWatch is asked, against a server that answers with the documented shapes of GetMetricData. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, make } from './conformance.js';
import { LocalHttpServer, type Reply } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const minute = Math.floor(Date.now() / 60_000) * 60 - 60;
const result = (more: Record<string, unknown> = {}) => ({
  Id: 'result',
  Label: 'result',
  StatusCode: 'Complete',
  Timestamps: [minute, minute - 60],
  Values: [42, 7],
  ...more,
});
let reply: Reply;
const server = new LocalHttpServer(() => reply);
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
  reply = { body: { MetricDataResults: [result()] } };
});

const access = () => ({
  region: 'eu-west-1',
  endpoint: `http://127.0.0.1:${server.port}`,
  credentials: { accessKeyId: 'reader', secretAccessKey: 'none' },
});
const source = (settings: Record<string, unknown>) => make({ type: 'cloudwatch' }, { ...access(), ...settings });
const queriesSent = () => (JSON.parse(server.asked[0]!.body) as { MetricDataQueries: unknown }).MetricDataQueries;
const dimensions = (pairs: Record<string, string>) => Object.entries(pairs).map(([Name, Value]) => ({ Name, Value }));

describe('metric math', () => {
  const queries = {
    messages: {
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: 'jobs' },
      statistic: 'Maximum',
      account: '123456789012',
    },
    tasks: { namespace: 'ECS/ContainerInsights', metric: 'RunningTaskCount', unit: 'Count' },
    busy: { expression: 'MAX([tasks, 1])' },
  };

  it('asks for the expression over its queries, and only for the values of the expression', async () => {
    const { value, atMs, note } = await source({ expression: 'messages / busy', queries }).sample(never());
    expect({ value, atMs, note }).toEqual({ value: 42, atMs: (minute + 60) * 1000, note: undefined });
    expect(queriesSent()).toEqual([
      {
        Id: 'messages',
        ReturnData: false,
        AccountId: '123456789012',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Dimensions: dimensions({ QueueName: 'jobs' }),
          },
          Period: 60,
          Stat: 'Maximum',
        },
      },
      {
        Id: 'tasks',
        ReturnData: false,
        MetricStat: {
          Metric: { Namespace: 'ECS/ContainerInsights', MetricName: 'RunningTaskCount', Dimensions: [] },
          Period: 60,
          Stat: 'Average',
          Unit: 'Count',
        },
      },
      { Id: 'busy', ReturnData: false, Expression: 'MAX([tasks, 1])' },
      { Id: 'result', ReturnData: true, Expression: 'messages / busy' },
    ]);
  });

  it('gives a Metrics Insights query the period, because no metric gives it one', async () => {
    const expression = 'SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)';
    await source({ expression, period: '5m' }).sample(never());
    expect(queriesSent()).toEqual([{ Id: 'result', ReturnData: true, Expression: expression, Period: 300 }]);
  });

  it('does not take an ID that a query has', async () => {
    await source({ expression: 'result * 2', queries: { result: queries.tasks } }).sample(never());
    expect(queriesSent()).toMatchObject([
      { Id: 'result', ReturnData: false },
      { Id: 'result_', ReturnData: true, Expression: 'result * 2' },
    ]);
  });

  it('refuses several series, and says how to combine them', async () => {
    reply = { body: { MetricDataResults: [result(), result()] } };
    const error = await failureOf(source({ expression: "SEARCH('{AWS/SQS} jobs', 'Sum', 60)" }));
    expect(error.code).toBe('malformed');
    expect(error.message).toContain('returned 2 series instead of one. Combine them: SUM(...)');
  });

  it('an expression without datapoints is no data, and the reason of CloudWatch is quoted', async () => {
    const Value = 'One or more data points have been dropped due to non-numeric values (NaN, -Infinite, +Infinite)';
    const messages = [{ Code: 'ArithmeticError', Value }];
    reply = { body: { MetricDataResults: [result({ Values: [], Timestamps: [], Messages: messages })] } };
    const error = await failureOf(source({ expression: 'messages / busy', queries }));
    expect(error.code).toBe('noData');
    expect(error.message).toContain(`CloudWatch says: ${Value}.`);
    expect(error.message).toContain('FILL(id, 0)');
  });

  it.each([
    ['an ID that no query has', { expression: 'messages / task', queries }, 'uses task, which is not the ID'],
    ['an ID in a query that no query has', { expression: 'a', queries: { a: { expression: 'm1' } } }, 'uses m1'],
    [
      'an ID in capitals',
      { expression: 'SUM(METRICS())', queries: { Tasks: queries.tasks } },
      'is not an ID of a query',
    ],
    ['a query without a metric', { expression: 'a', queries: { a: { namespace: 'Shop' } } }, 'a.metric: is missing'],
    ['a metric without a namespace', { expression: 'a', queries: { a: { metric: 'm' } } }, 'a.namespace: is missing'],
    [
      'an expression with a statistic',
      { expression: 'a', queries: { a: { expression: '1', statistic: 'Sum' } } },
      'a.statistic: is not supported with expression',
    ],
    [
      'a metric beside it',
      { expression: '1', metric: 'm', namespace: 'n' },
      'metric: is not supported with expression',
    ],
    ['queries beside a metric', { metric: 'm', namespace: 'n', queries }, 'queries: is not supported with metric'],
    ['nothing at all', {}, 'write namespace and metric, or predefined and resource, or expression and queries'],
  ])('refuses %s', (_name, settings, said) => {
    expect(() => source(settings)).toThrow(said);
  });

  it.each([
    'FILL(messages, 0) + 1e3',
    "SUM(SEARCH('{AWS/SQS,QueueName} jobs', 'Sum', 60))",
    'IF(messages > 10 AND tasks < 2, messages, 0)',
    'SUM(METRICS("task"))',
    'select max(m) from Shop',
  ])('accepts %s', (expression) => {
    expect(source({ expression, queries })).toHaveProperty('sample');
  });
});

describe('a predefined metric of target tracking', () => {
  it.each([
    [
      'ECSServiceAverageCPUUtilization',
      'service/main/jobs',
      'AWS/ECS CPUUtilization Average',
      { ClusterName: 'main', ServiceName: 'jobs' },
    ],
    [
      'ECSServiceAverageMemoryUtilization',
      'arn:aws:ecs:us-east-1:123456789012:service/main/jobs',
      'AWS/ECS MemoryUtilization Average',
      { ClusterName: 'main', ServiceName: 'jobs' },
    ],
    [
      'ALBRequestCountPerTarget',
      'app/web/778d41231b141a0f/targetgroup/web/943f017f100becff',
      'AWS/ApplicationELB RequestCountPerTarget Sum',
      { TargetGroup: 'targetgroup/web/943f017f100becff', LoadBalancer: 'app/web/778d41231b141a0f' },
    ],
    [
      'ALBRequestCountPerTarget',
      'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/943f017f100becff',
      'AWS/ApplicationELB RequestCountPerTarget Sum',
      { TargetGroup: 'targetgroup/web/943f017f100becff' },
    ],
    ['ASGAverageCPUUtilization', 'web', 'AWS/EC2 CPUUtilization Average', { AutoScalingGroupName: 'web' }],
    ['ASGAverageNetworkIn', 'web', 'AWS/EC2 NetworkIn Average', { AutoScalingGroupName: 'web' }],
    [
      'ASGAverageNetworkOut',
      'arn:aws:autoscaling:us-east-1:1:autoScalingGroup:4d3c:autoScalingGroupName/web',
      'AWS/EC2 NetworkOut Average',
      { AutoScalingGroupName: 'web' },
    ],
    [
      'LambdaProvisionedConcurrencyUtilization',
      'function:thumbnails:live',
      'AWS/Lambda ProvisionedConcurrencyUtilization Average',
      { FunctionName: 'thumbnails', Resource: 'thumbnails:live' },
    ],
  ])('%s of %s is %s', async (predefined, resource, metric, expected) => {
    await source({ predefined, resource }).sample(never());
    const [Namespace, MetricName, Stat] = metric.split(' ');
    expect(queriesSent()).toEqual([
      {
        Id: 'newest',
        ReturnData: true,
        MetricStat: { Metric: { Namespace, MetricName, Dimensions: dimensions(expected) }, Period: 60, Stat },
      },
    ]);
  });

  it('says with the sample which metric it is', async () => {
    const settings = { predefined: 'ECSServiceAverageCPUUtilization', resource: 'service/main/jobs' };
    expect((await source(settings).sample(never())).note).toBe(
      'ECSServiceAverageCPUUtilization is AWS/ECS CPUUtilization, Average of 1m, of ClusterName=main, ServiceName=jobs',
    );
  });

  it.each([
    [{ predefined: 'ECSServiceAverageCPUUtilization' }, 'resource: is missing, but'],
    [{ predefined: 'ECSServiceAverageCPUUtilization', resource: 'jobs' }, 'write service/<cluster>/<service>'],
    [
      { predefined: 'ALBRequestCountPerTarget', resource: 'app/web/778d41231b141a0f' },
      'write app/<load balancer>/<id>/targetgroup/<target group>/<id>',
    ],
    [
      { predefined: 'LambdaProvisionedConcurrencyUtilization', resource: 'function:thumbnails' },
      'write function:<name>:<alias or version>',
    ],
    [
      { predefined: 'EC2SpotFleetRequestAverageCPUUtilization', resource: 'sfr-1' },
      'write namespace: AWS/EC2Spot, metric: CPUUtilization, dimensions: { FleetRequestId: ... }, statistic: Average',
    ],
    [{ predefined: 'DynamoDBReadCapacityUtilization', resource: 'table/a' }, 'the alarm that AWS made for the policy'],
    [{ predefined: 'ASGAverageCpuUtilisation', resource: 'web' }, 'ASGAverageCPUUtilization'],
    [
      { predefined: 'ASGAverageCPUUtilization', resource: 'web', statistic: 'p99' },
      'statistic: is not supported with predefined; remove statistic, or predefined',
    ],
    [{ metric: 'm', namespace: 'n', resource: 'web' }, 'resource: is not supported with metric'],
  ])('refuses %j', (settings, said) => {
    expect(() => source(settings)).toThrow(said);
  });
});

describe('a metric', () => {
  it.each(['p99', 'p99.9', 'p100', 'tm99', 'TM(10%:90%)', 'TM(:0.5)', 'PR(100:2000)', 'IQM', 'wm98.5'])(
    'has the statistic %s',
    async (statistic) => {
      await source({ namespace: 'Shop', metric: 'Latency', statistic, unit: 'Milliseconds' }).sample(never());
      expect(queriesSent()).toMatchObject([{ MetricStat: { Stat: statistic, Unit: 'Milliseconds' } }]);
    },
  );

  it.each(['Mean', 'p', 'p101', 'p999', 'TM(10%)', 'tm(10%:90%)'])('has no statistic %s', (statistic) => {
    expect(() => source({ namespace: 'Shop', metric: 'Latency', statistic })).toThrow('is not a statistic');
  });

  it.each([
    [{ unit: 'percent' }, 'unit'],
    [{ account: '1234' }, 'account: is not the ID of an AWS account'],
  ])('refuses %j', (more, said) => {
    expect(() => source({ namespace: 'Shop', metric: 'Latency', ...more })).toThrow(said);
  });
});
