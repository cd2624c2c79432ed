import { describe, expect, it } from '@jest/globals';
import { queueFromEnvironment } from '../../src/config/environment/queue.js';
import { createSource } from '../support/create-source.js';
import { linesOf } from './written.js';

const redisStream = { QUEUE_TYPE: 'redis', REDIS_HOST: 'h', REDIS_QUEUE_KEY: 'jobs', REDIS_QUEUE_TYPE: 'Stream' };

const brokerId = 'b-1234a5b6-78cd-901e-2fgh-3i45j6k178l9';
const amq = { QUEUE_TYPE: 'amq', AMQ_QUEUE_NAME: 'jobs' };
const kafka = { QUEUE_TYPE: 'kafka', KAFKA_TOPIC: 't', KAFKA_CONSUMER_GROUP: 'g' };
const clusterArn = 'arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/abcdefgh-1234-5678-9ijklmno';
const rabbit = { QUEUE_TYPE: 'rabbitmq', RABBITMQ_HOST: 'b-1.mq.eu-west-1.amazonaws.com', RABBITMQ_QUEUE: 'jobs' };

const environments: [string, Record<string, string>, string, Record<string, unknown>][] = [
  ['sqs as the default', { SQS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/jobs' }, 'sqs', { count: 'visible' }],
  [
    'sqs with messages that are being processed',
    { QUEUE_TYPE: 'sqs', SQS_QUEUE_URL: 'https://q', USE_COMBINED_MESSAGES: 'True' },
    'sqs',
    { count: ['visible', 'inFlight'] },
  ],
  [
    'Amazon MQ',
    {
      QUEUE_TYPE: 'amq',
      AMQ_BROKER_ID: 'b-1',
      AMQ_QUEUE_NAME: 'jobs',
      AMQ_USERNAME: 'a',
      AMQ_PASSWORD: 'p',
      AWS_REGION: 'us-east-1',
    },
    'activemq',
    {
      url: [1, 2].map((broker) => `https://b-1-${broker}.mq.us-east-1.amazonaws.com:8162/api/jolokia`),
      broker: '*',
      queue: 'jobs',
      username: 'a',
    },
  ],
  [
    'Amazon MQ by an ARN, which contains the region',
    { ...amq, AMQ_BROKER_ID: `arn:aws:mq:eu-west-1:123456789012:broker:jobs:${brokerId}`, AWS_REGION: 'us-east-1' },
    'activemq',
    { url: [1, 2].map((broker) => `https://${brokerId}-${broker}.mq.eu-west-1.amazonaws.com:8162/api/jolokia`) },
  ],
  [
    'Amazon MQ by one broker of a pair, in China',
    { ...amq, AMQ_BROKER_ID: `${brokerId}-2`, AWS_DEFAULT_REGION: 'cn-north-1' },
    'activemq',
    { url: [1, 2].map((broker) => `https://${brokerId}-${broker}.mq.cn-north-1.amazonaws.com.cn:8162/api/jolokia`) },
  ],
  [
    'Kinesis',
    { QUEUE_TYPE: 'kinesis', KINESIS_STREAM_NAME: 'clicks' },
    'kinesis',
    { stream: 'clicks', measure: 'incomingRecords', emptyAs: 0 },
  ],
  [
    'Kinesis by the age of the records',
    { QUEUE_TYPE: 'kinesis', KINESIS_STREAM_NAME: 'clicks', KINESIS_MEASURE: 'IteratorAgeMilliseconds' },
    'kinesis',
    { stream: 'clicks', measure: 'iteratorAgeMilliseconds' },
  ],
  ['Amazon MSK', { ...kafka, MSK_CLUSTER_ARN: clusterArn }, 'kafka', { msk: { clusterArn }, topics: 't', group: 'g' }],
  [
    'Amazon MSK with the brokers, which are used',
    { ...kafka, MSK_CLUSTER_ARN: clusterArn, KAFKA_BOOTSTRAP_SERVERS: 'b-1.a.c1.kafka.eu-west-1.amazonaws.com:9092' },
    'kafka',
    { brokers: ['b-1.a.c1.kafka.eu-west-1.amazonaws.com:9092'] },
  ],
  [
    'the ports of Amazon MSK for IAM',
    { ...kafka, KAFKA_BOOTSTRAP_SERVERS: 'b-1.a.c1.kafka.eu-west-1.amazonaws.com:9098' },
    'kafka',
    { sasl: { mechanism: 'aws-msk-iam' }, tls: {} },
  ],
  [
    'the ports of Amazon MSK for TLS',
    { ...kafka, KAFKA_BOOTSTRAP_SERVERS: 'b-1.a.c1.kafka.eu-west-1.amazonaws.com:9194' },
    'kafka',
    { tls: {} },
  ],
  [
    'RabbitMQ over TLS, as Amazon MQ requires',
    { ...rabbit, RABBITMQ_PORT: '5671' },
    'rabbitmq',
    { url: 'amqps://b-1.mq.eu-west-1.amazonaws.com:5671' },
  ],
  [
    'RabbitMQ of Amazon MQ with messages that are being processed',
    { ...rabbit, RABBITMQ_PORT: '5671', USE_COMBINED_MESSAGES: 'true' },
    'rabbitmq',
    { url: 'https://b-1.mq.eu-west-1.amazonaws.com', count: 'all' },
  ],
  [
    'RabbitMQ over TLS with messages that are being processed',
    { ...rabbit, RABBITMQ_HOST: 'h', RABBITMQ_PORT: '5671', USE_COMBINED_MESSAGES: 'true' },
    'rabbitmq',
    { url: 'https://h:15671', count: 'all' },
  ],
  [
    'Kafka',
    { QUEUE_TYPE: 'kafka', KAFKA_TOPIC: 't', KAFKA_BOOTSTRAP_SERVERS: 'a:9092, b:9092', KAFKA_CONSUMER_GROUP: 'g' },
    'kafka',
    { brokers: ['a:9092', 'b:9092'], topics: 't', group: 'g' },
  ],
  [
    'RabbitMQ',
    {
      QUEUE_TYPE: 'rabbitmq',
      RABBITMQ_HOST: 'h',
      RABBITMQ_QUEUE: 'jobs',
      RABBITMQ_USERNAME: 'u',
      RABBITMQ_PASSWORD: 'p#@/%',
    },
    'rabbitmq',
    { url: 'amqp://h:5672', vhost: '/', password: 'p#@/%' },
  ],
  [
    'RabbitMQ with messages that are being processed',
    { QUEUE_TYPE: 'rabbitmq', RABBITMQ_HOST: 'h', RABBITMQ_QUEUE: 'jobs', USE_COMBINED_MESSAGES: 'true' },
    'rabbitmq',
    { url: 'http://h:15672', count: 'all' },
  ],
  [
    'Redis',
    { QUEUE_TYPE: 'redis', REDIS_HOST: 'h', REDIS_PORT: '6380', REDIS_QUEUE_KEY: 'jobs', REDIS_PASSWORD: 'p' },
    'redis',
    { url: 'redis://h:6380', structure: 'list', password: 'p' },
  ],
  [
    'a Redis stream: the entries that its group has not read',
    { ...redisStream, REDIS_CONSUMER_GROUP: 'workers' },
    'redis',
    { structure: 'stream', count: 'lag', group: 'workers' },
  ],
  [
    'a Redis stream with messages that are being processed',
    { ...redisStream, REDIS_CONSUMER_GROUP: 'workers', USE_COMBINED_MESSAGES: 'yes' },
    'redis',
    { structure: 'stream', count: ['lag', 'pending'], group: 'workers' },
  ],
  ['a queue type in capitals', { QUEUE_TYPE: 'SQS', SQS_QUEUE_URL: 'https://q' }, 'sqs', { queue: 'https://q' }],
  [
    'a Redis queue type in capitals',
    { QUEUE_TYPE: 'Redis', REDIS_HOST: 'h', REDIS_QUEUE_KEY: 'jobs', REDIS_QUEUE_TYPE: 'LIST' },
    'redis',
    { structure: 'list' },
  ],
];

describe('the queue in the environment', () => {
  it.each(environments)('%s', (_name, env, type, settings) => {
    const signal = queueFromEnvironment(env);
    expect(signal).toMatchObject({ type, settings });
    // The source accepts the settings unchanged.
    createSource(signal.type, signal.settings, { signal: 'queue', timeoutMs: 1000 });
  });

  it.each([
    [{ QUEUE_TYPE: 'sns' }, 'QUEUE_TYPE: unknown value; did you mean "sqs"?'],
    [{ QUEUE_TYPE: 'kafak' }, 'QUEUE_TYPE: unknown value; did you mean "kafka"?'],
    [{ QUEUE_TYPE: 'service bus' }, 'QUEUE_TYPE: must be one of sqs, amq, kinesis, kafka, rabbitmq, redis'],
    [
      { QUEUE_TYPE: 'redis', REDIS_HOST: 'h' },
      'REDIS_QUEUE_KEY: is not set, but QUEUE_TYPE=redis requires it; set it to the key of the list or the stream',
    ],
    [
      { SQS_QUEUE_URL: ' ' },
      'SQS_QUEUE_URL: is not set, but QUEUE_TYPE=sqs requires it; set it to the URL of the queue',
    ],
    [
      { QUEUE_TYPE: 'redis', REDIS_HOST: 'h', REDIS_PORT: 'x', REDIS_QUEUE_KEY: 'k' },
      'REDIS_PORT: is not a port; write digits only, from 1 to 65535',
    ],
    [
      redisStream,
      'REDIS_CONSUMER_GROUP: is not set, but REDIS_QUEUE_TYPE=stream requires it: the signal counts the entries that the group has not read; set it to the name of the consumer group',
    ],
    [{ ...redisStream, REDIS_QUEUE_TYPE: 'steam' }, 'REDIS_QUEUE_TYPE: unknown value; did you mean "stream"?'],
    [
      { QUEUE_TYPE: 'amq', AMQ_BROKER_ID: 'b', AMQ_QUEUE_NAME: 'q' },
      'AWS_REGION: is not set, and neither is AWS_DEFAULT_REGION, but the address of the broker contains its region; set AWS_REGION to the AWS region of the broker, or AMQ_BROKER_ID to the ARN of the broker',
    ],
    [
      { SQS_QUEUE_URL: 'https://q', USE_COMBINED_MESSAGES: 'ture' },
      'USE_COMBINED_MESSAGES: is neither true nor false; write true or false',
    ],
  ])('refuses %j', async (environment: Record<string, string>, line) => {
    expect(await linesOf(() => queueFromEnvironment(environment))).toEqual([line]);
  });

  it('reports all missing variables together', async () => {
    const lines = await linesOf(() => queueFromEnvironment({ QUEUE_TYPE: 'kafka', KAFKA_TOPIC: 't' }));
    expect(lines.map((line) => line.split(':')[0]).toSorted()).toEqual([
      'KAFKA_BOOTSTRAP_SERVERS',
      'KAFKA_CONSUMER_GROUP',
    ]);
    expect(lines.join()).toContain('or set MSK_CLUSTER_ARN to the ARN of the MSK cluster');
  });
});
