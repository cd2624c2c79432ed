import { describe, expect, it } from '@jest/globals';
import { queueFromEnvironment } from '../../src/sources/queue-environment.js';
import { createSource } from '../../src/sources/registry.js';

const environments: [string, Record<string, string>, string, Record<string, unknown>][] = [
  [
    'sqs, also where nothing is said',
    { SQS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/jobs' },
    'sqs',
    { count: 'visible' },
  ],
  [
    'sqs with messages that are worked on',
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
    { url: 'https://b-1-1.mq.us-east-1.amazonaws.com:8162/api/jolokia', queue: 'jobs', username: 'a' },
  ],
  [
    'Kinesis',
    { QUEUE_TYPE: 'kinesis', KINESIS_STREAM_NAME: 'clicks' },
    'kinesis',
    { stream: 'clicks', measure: 'incomingRecords' },
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
    'RabbitMQ with messages that are worked on',
    { QUEUE_TYPE: 'rabbitmq', RABBITMQ_HOST: 'h', RABBITMQ_QUEUE: 'jobs', USE_COMBINED_MESSAGES: 'true' },
    'rabbitmq',
    { url: 'http://h:15672', count: 'all' },
  ],
  [
    'Redis',
    {
      QUEUE_TYPE: 'redis',
      REDIS_HOST: 'h',
      REDIS_PORT: '6380',
      REDIS_QUEUE_KEY: 'jobs',
      REDIS_QUEUE_TYPE: 'stream',
      REDIS_PASSWORD: 'p',
    },
    'redis',
    { url: 'redis://h:6380', structure: 'stream', password: 'p' },
  ],
];

describe('the queue of the environment', () => {
  it.each(environments)('%s', (_name, env, type, settings) => {
    const signal = queueFromEnvironment(env);
    expect(signal).toMatchObject({ type, settings });
    // The source takes them as they are.
    createSource(signal.type, signal.settings, { signal: 'queue', timeoutMs: 1000 });
  });

  it.each([
    ['a queue type that is not known', { QUEUE_TYPE: 'sns' }, 'QUEUE_TYPE is none of'],
    ['a variable that is missing', { QUEUE_TYPE: 'redis', REDIS_HOST: 'h' }, 'REDIS_QUEUE_KEY is not set'],
    ['a variable that is set to nothing', { SQS_QUEUE_URL: ' ' }, 'SQS_QUEUE_URL is not set'],
    [
      'a port that is none',
      { QUEUE_TYPE: 'redis', REDIS_HOST: 'h', REDIS_PORT: 'x', REDIS_QUEUE_KEY: 'k' },
      'REDIS_PORT',
    ],
  ])('refuses %s', (_name, env, said) => {
    expect(() => queueFromEnvironment(env)).toThrow(said);
  });
});
