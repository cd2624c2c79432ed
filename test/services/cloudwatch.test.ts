import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { motoService, type AccessKey } from '../../scripts/services/moto.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const moto = await motoService();
const region = 'eu-central-1';
let key: AccessKey = { accessKeyId: '', secretAccessKey: '' };

const settingsFor = (port: number) => ({
  namespace: 'Shop',
  metric: 'Requests',
  dimensions: { Service: 'web' },
  statistic: 'Sum',
  region,
  endpoint: `http://127.0.0.1:${port}`,
  credentials: key,
});
const subject = { type: 'cloudwatch', settingsFor };
const settings = (more: Record<string, unknown> = {}) => ({ ...settingsFor(moto.port), ...more });

/** Two datapoints in the last minute that is over, one in the minute before, and one in the minute that is running. */
async function fill(): Promise<void> {
  await moto.trustEveryone();
  // AWS calls the right cloudwatch:GetMetricData; moto takes the name that requests are signed with.
  key = await moto.userWho('reader', ['monitoring:GetMetricData']);
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'any' };
  const client = new CloudWatchClient({ region, endpoint: moto.endpoint, credentials });
  const minuteMs = 60_000;
  const endMs = Math.floor(Date.now() / minuteMs) * minuteMs;
  const datum = (atMs: number, Value: number, MetricName = 'Requests') => ({
    MetricName,
    Value,
    Timestamp: new Date(atMs),
    Dimensions: [{ Name: 'Service', Value: 'web' }],
  });
  await client.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [
        datum(endMs - 90_000, 7),
        ...[30, 12].map((value, index) => datum(endMs - 50_000 + index, value)),
        // The minute may end while the test runs: what was running is then complete, with the same sum.
        datum(endMs + 1, 42),
        datum(endMs - 40_000, 0, 'Errors'),
        datum(endMs + 1, 0, 'Errors'),
      ],
    }),
  );
  const MetricData = [endMs - 30_000, endMs + 1].flatMap((atMs) =>
    [40, 60].map((Value) => ({
      MetricName: 'CPUUtilization',
      Value,
      Unit: 'Percent' as const,
      Timestamp: new Date(atMs),
      Dimensions: [
        { Name: 'ClusterName', Value: 'main' },
        { Name: 'ServiceName', Value: 'jobs' },
      ],
    })),
  );
  await client.send(new PutMetricDataCommand({ Namespace: 'AWS/ECS', MetricData }));
  client.destroy();
  await moto.checkRights();
}

beforeAll(async () => {
  await moto.start();
  await fill();
});
afterAll(() => moto.stop());

describe('cloudwatch', () => {
  const never = new AbortController().signal;

  it('gives the newest minute that is over, at the time it ended', async () => {
    const source = make(subject, settings());
    const { value, atMs } = await source.sample(never);
    expect(value).toBe(42);
    expect(atMs % 60_000).toBe(0);
    expect(atMs).toBeLessThanOrEqual(Date.now());
    await source.close?.();
  });

  it.each([
    ['no datapoints are no data: capacity is held', {}, 'noData'],
    ['no datapoints are zero where a person said so', { emptyAs: 0 }, 0],
  ])('%s', async (_name, more, outcome) => {
    const source = make(subject, settings({ metric: 'RequestCountPerTarget', ...more }));
    if (typeof outcome === 'number') expect((await source.sample(never)).value).toBe(outcome);
    else expect(await failureOf(source)).toMatchObject({ code: outcome });
    await source.close?.();
  });

  it('gives the metric of a predefined name, and says which one it is', async () => {
    const { region, endpoint, credentials } = settings() as Record<string, unknown>;
    const predefined = { predefined: 'ECSServiceAverageCPUUtilization', resource: 'service/main/jobs' };
    const source = make(subject, { region, endpoint, credentials, ...predefined });
    const { value, note } = await source.sample(never);
    expect(value).toBe(50);
    expect(note).toContain('is AWS/ECS CPUUtilization, Average of 1m, of ClusterName=main, ServiceName=jobs');
    await source.close?.();
  });

  // Of metric math, moto supports only the ID of a query.
  it('gives the value of an expression over a query', async () => {
    const { region, endpoint, credentials, ...requests } = settings() as Record<string, unknown>;
    const source = make(subject, { region, endpoint, credentials, expression: 'requests', queries: { requests } });
    expect((await source.sample(never)).value).toBe(42);
    await source.close?.();
  });

  it.each([
    ['Percent', 50],
    ['Count', 'noData'],
  ])('counts only datapoints with the unit %s', async (unit, outcome) => {
    const { region, endpoint, credentials } = settings() as Record<string, unknown>;
    const dimensions = { ClusterName: 'main', ServiceName: 'jobs' };
    const cpu = { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions, unit };
    const source = make(subject, { region, endpoint, credentials, ...cpu });
    if (typeof outcome === 'number') expect((await source.sample(never)).value).toBe(outcome);
    else expect(await failureOf(source)).toMatchObject({ code: outcome });
    await source.close?.();
  });

  it('refuses a statistic that does not exist when it is made', () => {
    expect(() => make(subject, settings({ statistic: 'Mean' }))).toThrow('statistic: is not a statistic');
  });
});

describeConformance(subject, {
  server: moto,
  value: 42,
  wrongLogin: () => settings({ credentials: { ...key, secretAccessKey: plantedSecret } }),
  missingName: () => ({ settings: settings({ metric: 'NoSuchMetric' }), outcome: 'noData' }),
  empty: () => ({ settings: settings({ metric: 'Errors' }), outcome: 0 }),
  afterRestart: fill,
});
