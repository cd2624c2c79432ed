/** Triggers of AWS, Azure and Google Cloud: see keda-trigger-rows.ts. */
import { trigger } from './importing.js';

/** The second signal, where there is one, is in `others`. */
export type Row = readonly [
  title: string,
  trigger: Record<string, unknown>,
  signal: object,
  policy: object,
  others?: object | undefined,
];

export const cloudRows: readonly Row[] = [
  [
    'aws-sqs-queue',
    trigger('aws-sqs-queue', {
      queueURL: 'https://sqs.eu-west-1.amazonaws.com/1/orders',
      awsRegion: 'eu-west-1',
      scaleOnInFlight: 'false',
      scaleOnDelayed: 'true',
    }),
    {
      type: 'sqs',
      queue: 'https://sqs.eu-west-1.amazonaws.com/1/orders',
      count: ['visible', 'delayed'],
      region: 'eu-west-1',
    },
    { value: 'orders', target: 5 },
  ],
  [
    'aws-cloudwatch',
    trigger('aws-cloudwatch', {
      namespace: 'AWS/SQS',
      metricName: 'Depth',
      dimensionName: 'A;B',
      dimensionValue: 'a;b',
      targetMetricValue: '3',
      minMetricValue: '0',
      awsRegion: 'eu-west-1',
      metricStatPeriod: '60',
      metricStat: 'Sum',
    }),
    { type: 'cloudwatch', dimensions: { A: 'a', B: 'b' }, statistic: 'Sum', period: '1m', emptyAs: 0 },
    { value: 'Depth', target: 3 },
  ],
  [
    'aws-kinesis-stream',
    trigger('aws-kinesis-stream', { streamName: 'clicks', awsRegion: 'eu-west-1' }),
    { type: 'kinesis', stream: 'clicks', measure: 'shards' },
    { value: 'clicks_shards', target: 2 },
  ],
  [
    'azure-servicebus',
    trigger('azure-servicebus', {
      topicName: 't',
      subscriptionName: 's',
      namespace: 'shop',
      messageCount: '8',
      cloud: 'AzureChinaCloud',
    }),
    { type: 'azure-service-bus', topic: 't', subscription: 's', namespace: 'shop', cloud: 'china' },
    { value: 's', target: 8 },
  ],
  [
    'azure-queue',
    trigger('azure-queue', { queueName: 'mails', connectionFromEnv: 'STORAGE', queueLengthStrategy: 'visibleonly' }),
    { type: 'azure-storage-queue', queue: 'mails', connectionString: '${STORAGE}', count: 'visible' },
    { value: 'mails', target: 5 },
  ],
  [
    'azure-monitor',
    trigger('azure-monitor', {
      resourceURI: 'Microsoft.X/y/z',
      tenantId: 't',
      subscriptionId: 's',
      resourceGroupName: 'g',
      metricName: 'Busy',
      metricAggregationType: 'Total',
      metricAggregationInterval: '0:15:0',
      targetValue: '4',
      activeDirectoryClientId: 'c',
      activeDirectoryClientPasswordFromEnv: 'AD',
    }),
    {
      type: 'azure-monitor',
      resource: 'Microsoft.X/y/z',
      aggregation: 'total',
      interval: '15m',
      identity: { clientId: 'c', tenantId: 't', clientSecret: '${AD}' },
    },
    { value: 'Busy', target: 4 },
  ],
  [
    'gcp-pubsub',
    trigger('gcp-pubsub', {
      subscriptionName: 'projects/shop/subscriptions/mails',
      mode: 'OldestUnackedMessageAge',
      value: '30',
      valueIfNull: '0',
      credentialsFromEnv: 'GOOGLE_KEY',
    }),
    {
      type: 'google-pubsub',
      project: 'shop',
      subscription: 'mails',
      measure: 'oldestAgeSeconds',
      emptyAs: 0,
      credentials: '${GOOGLE_KEY}',
    },
    { value: 'mails', target: 30 },
  ],
  [
    'gcp-stackdriver',
    trigger('gcp-stackdriver', {
      projectId: 'shop',
      filter: 'metric.type="a/b"',
      targetValue: '9',
      alignmentPeriodSeconds: '60',
      alignmentAligner: 'max',
      alignmentReducer: 'sum',
    }),
    { type: 'google-cloud-monitoring', project: 'shop', period: '1m', aligner: 'MAX', reducer: 'SUM' },
    { value: 'metric', target: 9 },
  ],
];
