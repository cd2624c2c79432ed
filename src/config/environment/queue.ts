/**
 * Converts the queue settings in the environment of the ECS fast autoscaler (QUEUE_TYPE and its tables) to the settings
 * of a source.
 */
import { z } from 'zod';
import { regionOfArn } from '../../adapters/net/aws.js';
import { withFix } from '../../domain/written/issue.js';
import { parseEnvironment, trueOrFalse, wholeNumber, word } from './variables.js';
import type { Environment } from '../file/placeholders.js';

/** The settings of a signal in escapement.yaml. */
export interface QueueSignal {
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

const queueTypes = ['sqs', 'amq', 'kinesis', 'kafka', 'rabbitmq', 'redis'] as const;
type QueueType = (typeof queueTypes)[number];

/** The variables that select one of the tables below. */
export const queueChoice = z.object({
  QUEUE_TYPE: word(queueTypes)
    .prefault('sqs')
    .describe(`Type of the queue: ${queueTypes.join(', ')}.`),
  USE_COMBINED_MESSAGES: trueOrFalse.prefault('false').describe('Whether messages that are being processed count too.'),
});

const required = (type: QueueType, value: string) =>
  z.string({ error: withFix(`is not set, but QUEUE_TYPE=${type} requires it`, `set it to ${value}`) });
const text = z.string().optional();
const portOf = (defaultPort: string) => wholeNumber('a port', 1, 65_535).prefault(defaultPort);

export const queueVariables = {
  sqs: z.object({ SQS_QUEUE_URL: required('sqs', 'the URL of the queue') }),
  amq: z
    .object({
      AMQ_BROKER_ID: required('amq', 'the ID or the ARN of the broker'),
      AMQ_QUEUE_NAME: required('amq', 'the name of the queue'),
      AMQ_USERNAME: text,
      AMQ_PASSWORD: text,
      AWS_REGION: text,
      AWS_DEFAULT_REGION: text,
    })
    .refine((given) => regionOf(given) !== undefined, {
      path: ['AWS_REGION'],
      error: withFix(
        'is not set, and neither is AWS_DEFAULT_REGION, but the address of the broker contains its region',
        'set AWS_REGION to the AWS region of the broker, or AMQ_BROKER_ID to the ARN of the broker',
      ),
    }),
  kinesis: z.object({
    KINESIS_STREAM_NAME: required('kinesis', 'the name or the ARN of the stream'),
    KINESIS_MEASURE: word(['incomingRecords', 'iteratorAgeMilliseconds', 'shards']).prefault('incomingRecords'),
  }),
  kafka: z
    .object({
      KAFKA_BOOTSTRAP_SERVERS: text,
      MSK_CLUSTER_ARN: text,
      KAFKA_TOPIC: required('kafka', 'the name of the topic'),
      KAFKA_CONSUMER_GROUP: required('kafka', 'the name of the consumer group'),
    })
    .refine((given) => given.KAFKA_BOOTSTRAP_SERVERS !== undefined || given.MSK_CLUSTER_ARN !== undefined, {
      path: ['KAFKA_BOOTSTRAP_SERVERS'],
      // Reported together with the other missing variables.
      when: () => true,
      error: withFix(
        'is not set, but QUEUE_TYPE=kafka requires it',
        'set it to host:port of each broker, separated by commas, or set MSK_CLUSTER_ARN to the ARN of the MSK cluster',
      ),
    }),
  rabbitmq: z.object({
    RABBITMQ_HOST: required('rabbitmq', 'the host name of the server'),
    RABBITMQ_PORT: portOf('5672'),
    RABBITMQ_VHOST: z.string().default('/'),
    RABBITMQ_QUEUE: required('rabbitmq', 'the name of the queue'),
    RABBITMQ_USERNAME: text,
    RABBITMQ_PASSWORD: text,
  }),
  redis: z
    .object({
      REDIS_HOST: required('redis', 'the host name of the server'),
      REDIS_PORT: portOf('6379'),
      REDIS_PASSWORD: text,
      REDIS_QUEUE_KEY: required('redis', 'the key of the list or the stream'),
      REDIS_QUEUE_TYPE: word(['list', 'stream']).prefault('list'),
      REDIS_CONSUMER_GROUP: text,
    })
    // A consumer group is required, because the length of a stream never falls: entries that were read stay in the
    // stream.
    .refine(({ REDIS_QUEUE_TYPE: kind, REDIS_CONSUMER_GROUP: group }) => kind === 'list' || group !== undefined, {
      path: ['REDIS_CONSUMER_GROUP'],
      error: withFix(
        'is not set, but REDIS_QUEUE_TYPE=stream requires it: the signal counts the entries that the group has not read',
        'set it to the name of the consumer group',
      ),
    }),
} satisfies Record<QueueType, z.ZodObject>;

export function queueTypeOf(environment: Environment): QueueType {
  return parseEnvironment(queueChoice, environment).QUEUE_TYPE;
}

/**
 * Returns the signal for the queue that the environment names. USE_COMBINED_MESSAGES adds the messages that are being
 * processed.
 * @throws ConfigError naming every missing or invalid variable, never its value.
 */
export function queueFromEnvironment(environment: Environment): QueueSignal {
  const { QUEUE_TYPE: type, USE_COMBINED_MESSAGES: isCombined } = parseEnvironment(queueChoice, environment);
  switch (type) {
    case 'sqs': {
      const given = parseEnvironment(queueVariables.sqs, environment);
      const count = isCombined ? ['visible', 'inFlight'] : 'visible';
      return { type: 'sqs', settings: { queue: given.SQS_QUEUE_URL, count } };
    }
    case 'amq':
      return activemq(parseEnvironment(queueVariables.amq, environment), isCombined);
    case 'kinesis':
      return kinesis(parseEnvironment(queueVariables.kinesis, environment));
    case 'kafka':
      return kafka(parseEnvironment(queueVariables.kafka, environment));
    case 'rabbitmq':
      return rabbitmq(parseEnvironment(queueVariables.rabbitmq, environment), isCombined);
    case 'redis':
      return redis(parseEnvironment(queueVariables.redis, environment), isCombined);
  }
}

/** Returns why USE_COMBINED_MESSAGES has no effect, or undefined where it has one. */
export function whyCombinedHasNoEffect({ type, settings }: QueueSignal): string | undefined {
  if (type === 'kinesis')
    return `${settings.measure as string} does not depend on how many records are being processed`;
  if (type === 'kafka') return 'the lag of a consumer group includes the messages that are being processed';
  if (type !== 'redis' || settings.structure !== 'list') return undefined;
  return 'a list of Redis does not contain the entries that are being processed';
}

type Given<Type extends QueueType> = z.output<(typeof queueVariables)[Type]>;

function activemq(given: Given<'amq'>, isCombined: boolean): QueueSignal {
  const region = regionOf(given) ?? '';
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const console = (broker: number) =>
    `https://${brokerIdIn(given.AMQ_BROKER_ID)}-${broker}.mq.${region}.${domain}:8162/api/jolokia`;
  return {
    type: 'activemq',
    settings: {
      // The consoles of an active/standby pair. A single broker has only the first.
      url: [console(1), console(2)],
      broker: '*',
      queue: given.AMQ_QUEUE_NAME,
      count: isCombined ? 'all' : 'waiting',
      ...login(given.AMQ_USERNAME, given.AMQ_PASSWORD),
    },
  };
}

/**
 * `arn:aws:mq:eu-west-1:123456789012:broker:jobs:b-1234a5b6-78cd-901e-2fgh-3i45j6k178l9` -> `b-1234a5b6-...`. The ID of one
 * broker of a pair, which ends in -1 or -2, is accepted too.
 */
function brokerIdIn(idOrArn: string): string {
  const id = idOrArn.slice(idOrArn.lastIndexOf(':') + 1);
  return id.replace(/^(b(?:-[0-9a-z]+){5})-[12]$/, '$1');
}

/**
 * A stream without writes has no datapoints of records. The fast autoscaler scales in then, so no datapoints count as 0.
 * A stream without readers has no datapoints of the iterator age, which does not mean that no records wait.
 */
function kinesis({ KINESIS_STREAM_NAME: stream, KINESIS_MEASURE: measure }: Given<'kinesis'>): QueueSignal {
  return { type: 'kinesis', settings: { stream, measure, ...(measure === 'incomingRecords' && { emptyAs: 0 }) } };
}

function kafka(given: Given<'kafka'>): QueueSignal {
  const { KAFKA_TOPIC: topics, KAFKA_CONSUMER_GROUP: group, KAFKA_BOOTSTRAP_SERVERS: servers } = given;
  if (servers === undefined) {
    return { type: 'kafka', settings: { msk: { clusterArn: given.MSK_CLUSTER_ARN }, topics, group } };
  }
  const brokers = servers.split(',').map((broker) => broker.trim());
  return { type: 'kafka', settings: { brokers, topics, group, ...mskLogin(brokers) } };
}

/** The ports of MSK say how to log in: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
function mskLogin(brokers: readonly string[]): Readonly<Record<string, unknown>> {
  const ports = brokers.map((broker) => /\.kafka(?:-serverless)?\.[a-z0-9-]+\.amazonaws\..*:(\d+)$/.exec(broker)?.[1]);
  const areAll = (...known: readonly string[]) => ports.every((port) => port !== undefined && known.includes(port));
  if (areAll('9098', '9198')) return { sasl: { mechanism: 'aws-msk-iam' }, tls: {} };
  return areAll('9094', '9194') ? { tls: {} } : {};
}

/** Only the management API reports the messages that are being processed. The management API has its own port. */
function rabbitmq(given: Given<'rabbitmq'>, isCombined: boolean): QueueSignal {
  const { RABBITMQ_HOST: host, RABBITMQ_PORT: port } = given;
  return {
    type: 'rabbitmq',
    settings: {
      ...(isCombined
        ? { url: managementOf(host, port), count: 'all' }
        : { url: `${schemeOf(port)}://${host}:${port}` }),
      vhost: given.RABBITMQ_VHOST,
      queue: given.RABBITMQ_QUEUE,
      ...login(given.RABBITMQ_USERNAME, given.RABBITMQ_PASSWORD),
    },
  };
}

/** The port of AMQP over TLS, which is the only one of Amazon MQ for RabbitMQ. */
const amqpsPort = 5671;

function schemeOf(port: number): 'amqp' | 'amqps' {
  return port === amqpsPort ? 'amqps' : 'amqp';
}

/** Amazon MQ serves the management API at the default port of HTTPS. */
function managementOf(host: string, port: number): string {
  if (port !== amqpsPort) return `http://${host}:15672`;
  return /\.mq\.[a-z0-9-]+\.(amazonaws\.com|on\.aws)/.test(host) ? `https://${host}` : `https://${host}:15671`;
}

/**
 * An entry of a list is removed when a consumer takes it. An entry of a stream stays, and only the consumer group knows
 * which entries were read.
 */
function redis(given: Given<'redis'>, isCombined: boolean): QueueSignal {
  const ofStream = { count: isCombined ? ['lag', 'pending'] : 'lag', group: given.REDIS_CONSUMER_GROUP };
  return {
    type: 'redis',
    settings: {
      url: `redis://${given.REDIS_HOST}:${given.REDIS_PORT}`,
      key: given.REDIS_QUEUE_KEY,
      structure: given.REDIS_QUEUE_TYPE,
      ...(given.REDIS_QUEUE_TYPE === 'stream' && ofStream),
      ...(given.REDIS_PASSWORD !== undefined && { password: given.REDIS_PASSWORD }),
    },
  };
}

/** An ARN contains the region, and an ID does not. */
function regionOf(given: {
  AMQ_BROKER_ID?: string | undefined;
  AWS_REGION?: string | undefined;
  AWS_DEFAULT_REGION?: string | undefined;
}): string | undefined {
  return regionOfArn(given.AMQ_BROKER_ID) ?? given.AWS_REGION ?? given.AWS_DEFAULT_REGION;
}

function login(username: string | undefined, password: string | undefined) {
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}
