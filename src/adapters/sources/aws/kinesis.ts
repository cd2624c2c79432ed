/** Amazon Kinesis Data Streams: open shards, incoming records, and how far readers are behind. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { z } from 'zod';
import { report } from '../../../domain/written/issue.js';
import { regionOfArn } from '../../net/aws.js';
import { AdapterError } from '../../net/errors.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { sourceClientConfig, awsSecrets, awsSettings, callAws, type AwsSettings } from './aws.js';
import { newestDatapoint, openCloudWatch, questionOf, type Metric } from './cloudwatch-metric.js';

const settings = z
  .strictObject({
    stream: z.string().min(1).describe('Name of the stream, or its ARN, which gives the region.'),
    measure: z
      .enum(['shards', 'incomingRecords', 'iteratorAgeMilliseconds'])
      .default('incomingRecords')
      .describe(
        '`shards`: the number of open shards. From CloudWatch, over the last complete minute: `incomingRecords`: the number of records put; `iteratorAgeMilliseconds`: the age of the last record that the slowest reader read.',
      ),
    function: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of the Lambda function that reads the stream. With it, `iteratorAgeMilliseconds` is the age of the last record of a batch of this function, and not of all readers.',
      ),
    consumer: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of a consumer with enhanced fan-out. With it, `iteratorAgeMilliseconds` is how far this consumer is behind. Without it, only readers that call `GetRecords` count.',
      ),
    emptyAs: emptyAsSetting('CloudWatch has no datapoint, because no records were put or no reader reads'),
    ...awsSettings,
  })
  .superRefine((given, issues) => {
    const reader = readerIn(given);
    if (reader === undefined) return;
    const fix = `remove ${reader}, or write measure: iteratorAgeMilliseconds`;
    if (given.measure !== 'iteratorAgeMilliseconds') {
      report(issues, { path: [reader], problem: `is not supported for measure: ${given.measure}`, fix });
    } else if (given.function !== undefined && given.consumer !== undefined) {
      report(issues, { path: ['consumer'], problem: 'is not supported with function', fix: 'remove one of them' });
    }
  });

type Settings = z.output<typeof settings>;

function readerIn({ function: lambda, consumer }: Settings): 'function' | 'consumer' | undefined {
  if (lambda !== undefined) return 'function';
  return consumer === undefined ? undefined : 'consumer';
}

export const kinesis = defineSource({
  type: 'kinesis',
  summary: 'Shards, incoming records or iterator age of an Amazon Kinesis data stream.',
  settings,
  datesSamples: ({ measure }) => measure !== 'shards',
  create(settings, context) {
    let streams: KinesisClient | undefined;
    let metrics: CloudWatchClient | undefined;
    const stream = nameOf(settings.stream);
    const access = { ...settings, region: settings.region ?? regionOfArn(settings.stream) };
    const question = questionOf(metricOf(stream, settings), 60);
    return makeSampler(context, {
      server: `Kinesis stream ${stream}`,
      secrets: awsSecrets(settings),
      emptyAs: settings.emptyAs,
      async look(signal) {
        if (settings.measure === 'shards') {
          streams ??= await openKinesis(access, context.timeoutMs);
          return { value: await openShards(streams, stream, signal) };
        }
        metrics ??= await openCloudWatch(access, context.timeoutMs);
        try {
          return await newestDatapoint(metrics, question, Date.now(), signal);
        } catch (error) {
          // CloudWatch returns no datapoint both for a stream without records and for a stream that does not exist.
          if (settings.emptyAs !== undefined && error instanceof AdapterError && error.code === 'noData') {
            streams ??= await openKinesis(access, context.timeoutMs);
            await openShards(streams, stream, signal);
          }
          throw error;
        }
      },
      async close() {
        streams?.destroy();
        metrics?.destroy();
        streams = undefined;
        metrics = undefined;
      },
    });
  },
});

/** `arn:aws:kinesis:eu-west-1:123456789012:stream/clicks` -> `clicks`. */
function nameOf(stream: string): string {
  return stream.startsWith('arn:') ? stream.slice(stream.lastIndexOf('/') + 1) : stream;
}

/**
 * https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html. Lambda has no dimension for the stream.
 */
function metricOf(StreamName: string, { measure, function: lambda, consumer }: Settings): Metric {
  const namespace = 'AWS/Kinesis';
  const dimensions = { StreamName };
  if (measure !== 'iteratorAgeMilliseconds') {
    return { namespace, metric: 'IncomingRecords', dimensions, statistic: 'Sum' };
  }
  const statistic = 'Maximum';
  if (lambda !== undefined) {
    return { namespace: 'AWS/Lambda', metric: 'IteratorAge', dimensions: { FunctionName: lambda }, statistic };
  }
  if (consumer === undefined) {
    return { namespace, metric: 'GetRecords.IteratorAgeMilliseconds', dimensions, statistic };
  }
  const metric = 'SubscribeToShardEvent.MillisBehindLatest';
  return { namespace, metric, dimensions: { ...dimensions, ConsumerName: consumer }, statistic };
}

async function openKinesis(settings: AwsSettings, timeoutMs: number): Promise<KinesisClient> {
  // Loaded on first use: the SDK is large, and most configurations have no such signal.
  const { KinesisClient } = await import('@aws-sdk/client-kinesis');
  return new KinesisClient(await sourceClientConfig(settings, timeoutMs));
}

async function openShards(client: KinesisClient, stream: string, abortSignal: AbortSignal): Promise<number> {
  const { DescribeStreamSummaryCommand } = await import('@aws-sdk/client-kinesis');
  const command = new DescribeStreamSummaryCommand({ StreamName: stream });
  const answer = await callAws(`stream ${stream}`, 'kinesis:DescribeStreamSummary', () =>
    client.send(command, { abortSignal }),
  );
  const shards = answer.StreamDescriptionSummary?.OpenShardCount;
  if (shards === undefined) throw new AdapterError('malformed', 'the response of Kinesis has no number of shards.');
  return shards;
}
