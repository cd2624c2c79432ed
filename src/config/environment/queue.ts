/**
 * Converts the queue settings in the environment of the ECS fast autoscaler (QUEUE_TYPE and its tables) to the settings
 * of a source.
 */
import { z } from 'zod';
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
      AMQ_BROKER_ID: required('amq', 'the ID of the broker'),
      AMQ_QUEUE_NAME: required('amq', 'the name of the queue'),
      AMQ_USERNAME: text,
      AMQ_PASSWORD: text,
      AWS_REGION: text,
      AWS_DEFAULT_REGION: text,
    })
    .refine((given) => regionOf(given) !== undefined, {
      path: ['AWS_REGION'],
      error: withFix(
        'is not set, and neither is AWS_DEFAULT_REGION, but QUEUE_TYPE=amq requires one of them',
        'set AWS_REGION to the AWS region of the broker',
      ),
    }),
  kinesis: z.object({ KINESIS_STREAM_NAME: required('kinesis', 'the name of the stream') }),
  kafka: z.object({
    KAFKA_BOOTSTRAP_SERVERS: required('kafka', 'host:port of each broker, separated by commas'),
    KAFKA_TOPIC: required('kafka', 'the name of the topic'),
    KAFKA_CONSUMER_GROUP: required('kafka', 'the name of the consumer group'),
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
    case 'kinesis': {
      const { KINESIS_STREAM_NAME: stream } = parseEnvironment(queueVariables.kinesis, environment);
      // A stream without writes has no datapoints. The fast autoscaler scales in then, so no datapoints count as 0.
      return { type: 'kinesis', settings: { stream, measure: 'incomingRecords', emptyAs: 0 } };
    }
    case 'kafka': {
      const given = parseEnvironment(queueVariables.kafka, environment);
      const brokers = given.KAFKA_BOOTSTRAP_SERVERS.split(',').map((broker) => broker.trim());
      return { type: 'kafka', settings: { brokers, topics: given.KAFKA_TOPIC, group: given.KAFKA_CONSUMER_GROUP } };
    }
    case 'rabbitmq':
      return rabbitmq(parseEnvironment(queueVariables.rabbitmq, environment), isCombined);
    case 'redis':
      return redis(parseEnvironment(queueVariables.redis, environment), isCombined);
  }
}

/** Returns why USE_COMBINED_MESSAGES has no effect, or undefined where it has one. */
export function whyCombinedHasNoEffect(type: QueueType): string | undefined {
  switch (type) {
    case 'kinesis':
      return 'the signal counts the records of the last minute, whether or not they were read';
    case 'kafka':
      return 'the lag of a consumer group includes the messages that are being processed';
    case 'sqs':
    case 'amq':
    case 'rabbitmq':
    case 'redis':
      return undefined;
  }
}

type Given<Type extends QueueType> = z.output<(typeof queueVariables)[Type]>;

function activemq(given: Given<'amq'>, isCombined: boolean): QueueSignal {
  return {
    type: 'activemq',
    settings: {
      // The console of the first broker of an active/standby pair, or of a single broker.
      url: `https://${given.AMQ_BROKER_ID}-1.mq.${regionOf(given) ?? ''}.amazonaws.com:8162/api/jolokia`,
      broker: given.AMQ_BROKER_ID,
      queue: given.AMQ_QUEUE_NAME,
      count: isCombined ? 'all' : 'waiting',
      ...login(given.AMQ_USERNAME, given.AMQ_PASSWORD),
    },
  };
}

/** Only the management API reports the messages that are being processed. The management API has its own port. */
function rabbitmq(given: Given<'rabbitmq'>, isCombined: boolean): QueueSignal {
  const host = given.RABBITMQ_HOST;
  return {
    type: 'rabbitmq',
    settings: {
      ...(isCombined
        ? { url: `http://${host}:15672`, count: 'all' }
        : { url: `amqp://${host}:${given.RABBITMQ_PORT}` }),
      vhost: given.RABBITMQ_VHOST,
      queue: given.RABBITMQ_QUEUE,
      ...login(given.RABBITMQ_USERNAME, given.RABBITMQ_PASSWORD),
    },
  };
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

function regionOf(given: { AWS_REGION?: string | undefined; AWS_DEFAULT_REGION?: string | undefined }) {
  return given.AWS_REGION ?? given.AWS_DEFAULT_REGION;
}

function login(username: string | undefined, password: string | undefined) {
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}
