/** Amazon Kinesis Data Streams: open shards, incoming records, and how far readers are behind. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { emptyAsSetting } from '../empty-as.js';
import { makeSampler } from '../sampler.js';
import { defineSource } from '../source.js';
import { sourceClientConfig, awsSecrets, awsSettings, callAws, type AwsSettings } from './aws.js';
import { newestDatapoint, openCloudWatch } from './cloudwatch-metric.js';

const settings = z.strictObject({
  stream: z.string().min(1).describe('Name of the stream.'),
  measure: z
    .enum(['shards', 'incomingRecords', 'iteratorAgeMilliseconds'])
    .default('incomingRecords')
    .describe(
      '`shards`: the number of open shards. From CloudWatch, over the last complete minute: `incomingRecords`: the number of records put; `iteratorAgeMilliseconds`: the age of the last record that the slowest reader read.',
    ),
  emptyAs: emptyAsSetting('CloudWatch has no datapoint, because no records were put or no reader reads'),
  ...awsSettings,
});

export const kinesis = defineSource({
  type: 'kinesis',
  summary: 'Shards, incoming records or iterator age of an Amazon Kinesis data stream.',
  settings,
  datesSamples: ({ measure }) => measure !== 'shards',
  create(settings, context) {
    let streams: KinesisClient | undefined;
    let metrics: CloudWatchClient | undefined;
    return makeSampler(context, {
      server: `Kinesis stream ${settings.stream}`,
      secrets: awsSecrets(settings),
      emptyAs: settings.emptyAs,
      async look(signal) {
        if (settings.measure === 'shards') {
          streams ??= await openKinesis(settings, context.timeoutMs);
          return { value: await openShards(streams, settings.stream, signal) };
        }
        metrics ??= await openCloudWatch(settings, context.timeoutMs);
        const dimensions = { StreamName: settings.stream };
        const question = { namespace: 'AWS/Kinesis', dimensions, periodSeconds: 60, ...metricOf[settings.measure] };
        try {
          return await newestDatapoint(metrics, question, Date.now(), signal);
        } catch (error) {
          // CloudWatch returns no datapoint both for a stream without records and for a stream that does not exist.
          if (settings.emptyAs !== undefined && error instanceof AdapterError && error.code === 'noData') {
            streams ??= await openKinesis(settings, context.timeoutMs);
            await openShards(streams, settings.stream, signal);
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

/** https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
const metricOf = {
  incomingRecords: { metric: 'IncomingRecords', statistic: 'Sum' },
  iteratorAgeMilliseconds: { metric: 'GetRecords.IteratorAgeMilliseconds', statistic: 'Maximum' },
} as const;

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
