import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { motoService, type AccessKey } from '../../scripts/services/moto.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const moto = await motoService();
const region = 'eu-central-1';
let key: AccessKey = { accessKeyId: '', secretAccessKey: '' };
let metricsKey = key;

const settingsFor = (port: number) => ({
  stream: 'clicks',
  measure: 'shards',
  region,
  endpoint: `http://127.0.0.1:${port}`,
  credentials: key,
});
const subject = { type: 'kinesis', settingsFor };
const settings = (more: Record<string, unknown> = {}) => ({ ...settingsFor(moto.port), ...more });

async function fill(): Promise<void> {
  await moto.trustEveryone();
  // AWS calls the right cloudwatch:GetMetricData; moto takes the name that requests are signed with.
  key = await moto.userWho('reader', ['kinesis:DescribeStreamSummary', 'monitoring:GetMetricData']);
  metricsKey = await moto.userWho('metrics', ['monitoring:GetMetricData']);
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'any' };
  const access = { region, endpoint: moto.endpoint, credentials };
  const streams = new KinesisClient({ ...access, requestHandler: new NodeHttpHandler() });
  await streams.send(new CreateStreamCommand({ StreamName: 'clicks', ShardCount: 3 }));
  await streams.send(new CreateStreamCommand({ StreamName: 'quiet', ShardCount: 1 }));
  const metrics = new CloudWatchClient(access);
  const endMs = Math.floor(Date.now() / 60_000) * 60_000;
  const datum = (MetricName: string, Value: number, atMs: number) => ({
    MetricName,
    Value,
    Timestamp: new Date(atMs),
    Dimensions: [{ Name: 'StreamName', Value: 'clicks' }],
  });
  // The minute that is over, and the one that may be over when the test looks.
  const MetricData = [endMs - 30_000, endMs + 1].flatMap((atMs) => [
    datum('IncomingRecords', 120, atMs),
    datum('GetRecords.IteratorAgeMilliseconds', 4_500, atMs),
  ]);
  await metrics.send(new PutMetricDataCommand({ Namespace: 'AWS/Kinesis', MetricData }));
  streams.destroy();
  metrics.destroy();
  await moto.checkRights();
}

beforeAll(async () => {
  await moto.start();
  await fill();
});
afterAll(() => moto.stop());

describe('kinesis', () => {
  it.each([
    ['open shards', 'shards', 3],
    ['records that came in over a minute', 'incomingRecords', 120],
    ['how far the slowest reader is behind', 'iteratorAgeMilliseconds', 4_500],
  ])('gives %s', async (_name, measure, value) => {
    const source = make(subject, settings({ measure }));
    expect((await source.sample(new AbortController().signal)).value).toBe(value);
    await source.close?.();
  });

  it('a stream that nobody writes to has no data', async () => {
    const source = make(subject, settings({ measure: 'incomingRecords', stream: 'quiet' }));
    expect(await failureOf(source)).toMatchObject({ code: 'noData' });
    await source.close?.();
  });

  it('a stream that does not exist is not an empty one, whatever emptyAs says', async () => {
    const source = make(subject, settings({ measure: 'incomingRecords', stream: 'clicsk', emptyAs: 0 }));
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'missing' });
    expect(error.message).toContain('there is no stream clicsk');
    await source.close?.();
  });

  it('a stream that may not be looked at is not an empty one either', async () => {
    const credentials = metricsKey;
    const source = make(subject, settings({ measure: 'incomingRecords', stream: 'quiet', emptyAs: 0, credentials }));
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'denied' });
    expect(error.message).toContain('kinesis:DescribeStreamSummary');
    await source.close?.();
  });
});

describeConformance(subject, {
  server: moto,
  value: 3,
  wrongLogin: () => settings({ credentials: { ...key, secretAccessKey: plantedSecret } }),
  missingName: () => ({ settings: settings({ stream: 'no-such-stream' }), outcome: 'missing' }),
  empty: () => ({ settings: settings({ stream: 'quiet', measure: 'incomingRecords', emptyAs: 0 }), outcome: 0 }),
  afterRestart: fill,
});
