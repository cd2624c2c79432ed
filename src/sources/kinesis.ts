/** Amazon Kinesis Data Streams: open shards, what came in, and how far readers are behind. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { z } from 'zod';
import { awsClientConfig, awsSecrets, awsSettings, callAws } from './aws.js';
import { newestDatapoint } from './cloudwatch-metric.js';
import { emptyAsSetting } from './empty-as.js';
import { keepContract } from './keep-contract.js';
import { defineSource, SourceError } from './source.js';

const settings = z.strictObject({
  stream: z.string().min(1).describe('Name of the stream.'),
  measure: z
    .enum(['shards', 'incomingRecords', 'iteratorAgeMilliseconds'])
    .default('incomingRecords')
    .describe(
      '`shards`: open ones. From CloudWatch, over the last complete minute: `incomingRecords`: records put; `iteratorAgeMilliseconds`: how old the last record was that the slowest reader got.',
    ),
  emptyAs: emptyAsSetting('CloudWatch has no datapoint: nothing was put, or nothing reads'),
  ...awsSettings,
});

export const kinesis = defineSource({
  type: 'kinesis',
  summary: 'Shards, incoming records or iterator age of an Amazon Kinesis data stream.',
  settings,
  create(settings, context) {
    const config = () => awsClientConfig(settings, context.timeoutMs);
    let streams: KinesisClient | undefined;
    let metrics: CloudWatchClient | undefined;
    return keepContract(context, {
      server: `Kinesis stream ${settings.stream}`,
      secrets: awsSecrets(settings),
      emptyAs: settings.emptyAs,
      async look(signal) {
        if (settings.measure === 'shards') {
          streams ??= new KinesisClient(config());
          return { value: await openShards(streams, settings.stream, signal) };
        }
        metrics ??= new CloudWatchClient(config());
        const dimensions = { StreamName: settings.stream };
        const question = { namespace: 'AWS/Kinesis', dimensions, periodSeconds: 60, ...metricOf[settings.measure] };
        return newestDatapoint(metrics, question, Date.now(), signal);
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

async function openShards(client: KinesisClient, stream: string, abortSignal: AbortSignal): Promise<number> {
  const command = new DescribeStreamSummaryCommand({ StreamName: stream });
  const answer = await callAws(`stream ${stream}`, 'kinesis:DescribeStreamSummary', () =>
    client.send(command, { abortSignal }),
  );
  const shards = answer.StreamDescriptionSummary?.OpenShardCount;
  if (shards === undefined) throw new SourceError('malformed', 'Kinesis answered without the number of shards.');
  return shards;
}
