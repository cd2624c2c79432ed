/** Where the region of a request to AWS comes from. It is part of the signature of every request. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, make } from './conformance.js';
import { LocalHttpServer } from './local-servers.js';

const server = new LocalHttpServer(() => ({ status: 500, body: {} }));
const environment = process.env;
beforeAll(() => server.start());
beforeEach(() => {
  server.asked.length = 0;
  // Neither a variable nor a profile has a region, and there is no role of an instance.
  process.env = {
    HOME: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
});
afterAll(async () => {
  process.env = environment;
  await server.stop();
});

async function regionOf(type: string, settings: Record<string, unknown>): Promise<string | undefined> {
  const endpoint = `http://127.0.0.1:${server.port}`;
  const credentials = { accessKeyId: 'reader', secretAccessKey: 'none' };
  const source = make({ type }, { endpoint, credentials, ...settings });
  const { message } = await failureOf(source);
  await source.close?.();
  const signature = String(server.asked[0]?.headers.authorization);
  return /Credential=reader\/\d{8}\/([^/]+)\//.exec(signature)?.[1] ?? message;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:ap-south-1:123456789012:${rest}`;

describe('the region is that of', () => {
  it.each([
    ['the URL of a queue', 'sqs', { queue: 'https://sqs.eu-central-1.amazonaws.com/1/jobs' }, 'eu-central-1'],
    ['a FIPS URL', 'sqs', { queue: 'https://sqs-fips.us-west-2.amazonaws.com/1/jobs' }, 'us-west-2'],
    ['an older URL', 'sqs', { queue: 'https://us-west-1.queue.amazonaws.com/1/jobs' }, 'us-west-1'],
    ['a dual-stack URL', 'sqs', { queue: 'https://sqs.us-west-2.api.aws/1/jobs' }, 'us-west-2'],
    ['a URL in China', 'sqs', { queue: 'https://sqs.cn-north-1.amazonaws.com.cn/1/jobs' }, 'cn-north-1'],
    [
      'the URL of a VPC endpoint',
      'sqs',
      { queue: 'https://vpce-0f-abc.sqs.us-east-2.vpce.amazonaws.com/1/jobs' },
      'us-east-2',
    ],
    ['the ARN of a queue', 'sqs', { queue: arn('sqs', 'jobs') }, 'ap-south-1'],
    ['the ARN of a stream', 'kinesis', { stream: arn('kinesis', 'stream/clicks') }, 'ap-south-1'],
    [
      'the ARN of the stream, for its shards',
      'kinesis',
      { stream: arn('kinesis', 'stream/clicks'), measure: 'shards' },
      'ap-south-1',
    ],
    [
      'the ARN of a service',
      'cloudwatch',
      { predefined: 'ECSServiceAverageCPUUtilization', resource: arn('ecs', 'service/main/jobs') },
      'ap-south-1',
    ],
    ['the setting', 'kinesis', { stream: 'clicks', region: 'sa-east-1' }, 'sa-east-1'],
    ['the setting, before an ARN', 'sqs', { queue: arn('sqs', 'jobs'), region: 'sa-east-1' }, 'sa-east-1'],
  ])('%s', async (_name, type, settings, region) => {
    process.env['AWS_REGION'] = 'eu-north-1';
    expect(await regionOf(type, settings)).toBe(region);
  });

  it.each([
    [{ AWS_REGION: 'eu-north-1', AWS_DEFAULT_REGION: 'eu-south-1' }, 'eu-north-1'],
    [{ AWS_DEFAULT_REGION: 'eu-south-1' }, 'eu-south-1'],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-south-1' }, 'eu-south-1'],
  ])('the environment %j', async (variables, region) => {
    Object.assign(process.env, variables);
    expect(await regionOf('sqs', { queue: 'jobs' })).toBe(region);
  });
});

it('a region that is nowhere is an error that says where to set it', async () => {
  const message = await regionOf('sqs', { queue: 'jobs' });
  expect(message).toContain('no AWS region is set. Set region, or AWS_REGION in the environment');
});

describe('a queue by its ARN', () => {
  it('is asked for with its name and its account', async () => {
    await regionOf('sqs', { queue: arn('sqs', 'jobs.fifo') });
    expect(JSON.parse(server.asked[0]!.body)).toEqual({
      QueueName: 'jobs.fifo',
      QueueOwnerAWSAccountId: '123456789012',
    });
  });
});

describe('a stream by its ARN', () => {
  it('is asked for with its name', async () => {
    await regionOf('kinesis', { stream: arn('kinesis', 'stream/clicks'), measure: 'shards' });
    expect(server.asked[0]!.body).toContain('clicks');
    expect(server.asked[0]!.body).not.toContain('arn:');
  });
});

describe('the reader of a stream', () => {
  const dimensionsOf = async (more: Record<string, unknown>) => {
    await regionOf('kinesis', { stream: 'clicks', region: 'r', measure: 'iteratorAgeMilliseconds', ...more });
    const sent = JSON.parse(server.asked[0]!.body) as { MetricDataQueries: { MetricStat: unknown }[] };
    return sent.MetricDataQueries[0]!.MetricStat;
  };
  const stream = { Name: 'StreamName', Value: 'clicks' };

  it.each([
    [{}, 'AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', [stream]],
    [
      { consumer: 'billing' },
      'AWS/Kinesis',
      'SubscribeToShardEvent.MillisBehindLatest',
      [stream, { Name: 'ConsumerName', Value: 'billing' }],
    ],
    [{ function: 'import' }, 'AWS/Lambda', 'IteratorAge', [{ Name: 'FunctionName', Value: 'import' }]],
  ])('%j', async (reader, Namespace, MetricName, Dimensions) => {
    const Metric = { Namespace, MetricName, Dimensions };
    expect(await dimensionsOf(reader)).toEqual({ Metric, Period: 60, Stat: 'Maximum' });
  });

  it.each([
    [{ measure: 'shards', consumer: 'billing' }, 'consumer: is not supported for measure: shards'],
    [{ measure: 'incomingRecords', function: 'import' }, 'function: is not supported for measure: incomingRecords'],
    [{ function: 'import', consumer: 'billing' }, 'consumer: is not supported with function'],
  ])('%j is refused', async (reader, said) => {
    await expect(dimensionsOf(reader)).rejects.toThrow(said);
  });
});
