/** The queue settings of the ECS fast autoscaler's environment (QUEUE_TYPE and its tables), as settings of a source. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** What stands under a signal in escapement.yaml. */
export interface QueueSignal {
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The signal of the queue that the environment names. USE_COMBINED_MESSAGES adds messages that are being worked on.
 * @throws Error naming the variable that is missing or wrong, never its value.
 */
export function queueFromEnvironment(env: Environment): QueueSignal {
  const type = given(env, 'QUEUE_TYPE') ?? 'sqs';
  const signal = signals[type];
  if (signal === undefined) {
    throw new Error(`QUEUE_TYPE is none of the queues that are known: use one of ${Object.keys(signals).join(', ')}`);
  }
  return signal(env);
}

const signals: Readonly<Record<string, ((env: Environment) => QueueSignal) | undefined>> = {
  sqs: (env) => ({
    type: 'sqs',
    settings: { queue: required(env, 'SQS_QUEUE_URL'), count: isCombined(env) ? ['visible', 'inFlight'] : 'visible' },
  }),
  amq: (env) => ({
    type: 'activemq',
    settings: {
      url: amazonMqUrl(env),
      broker: required(env, 'AMQ_BROKER_ID'),
      queue: required(env, 'AMQ_QUEUE_NAME'),
      count: isCombined(env) ? 'all' : 'waiting',
      ...login(env, 'AMQ_USERNAME', 'AMQ_PASSWORD'),
    },
  }),
  kinesis: (env) => ({
    type: 'kinesis',
    // A stream that nobody writes to has no datapoints; the fast autoscaler scales in then.
    settings: { stream: required(env, 'KINESIS_STREAM_NAME'), measure: 'incomingRecords', emptyAs: 0 },
  }),
  kafka: (env) => ({
    type: 'kafka',
    settings: {
      brokers: required(env, 'KAFKA_BOOTSTRAP_SERVERS')
        .split(',')
        .map((broker) => broker.trim()),
      topics: required(env, 'KAFKA_TOPIC'),
      group: required(env, 'KAFKA_CONSUMER_GROUP'),
    },
  }),
  rabbitmq: (env) => ({ type: 'rabbitmq', settings: rabbitmqSettings(env) }),
  redis: (env) => ({ type: 'redis', settings: redisSettings(env) }),
};

/** Messages that are being worked on are seen by the management API only, which is on a port of its own. */
function rabbitmqSettings(env: Environment): QueueSignal['settings'] {
  const host = required(env, 'RABBITMQ_HOST');
  return {
    ...(isCombined(env)
      ? { url: `http://${host}:15672`, count: 'all' }
      : { url: `amqp://${host}:${portOf(env, 'RABBITMQ_PORT', 5672)}` }),
    vhost: given(env, 'RABBITMQ_VHOST') ?? '/',
    queue: required(env, 'RABBITMQ_QUEUE'),
    ...login(env, 'RABBITMQ_USERNAME', 'RABBITMQ_PASSWORD'),
  };
}

function redisSettings(env: Environment): QueueSignal['settings'] {
  const structure = given(env, 'REDIS_QUEUE_TYPE') ?? 'list';
  if (structure !== 'list' && structure !== 'stream') throw new Error('REDIS_QUEUE_TYPE must be list or stream');
  const password = given(env, 'REDIS_PASSWORD');
  return {
    url: `redis://${required(env, 'REDIS_HOST')}:${portOf(env, 'REDIS_PORT', 6379)}`,
    key: required(env, 'REDIS_QUEUE_KEY'),
    structure,
    ...(password !== undefined && { password }),
  };
}

/** The console of the first broker of the pair, or of the only one. */
function amazonMqUrl(env: Environment): string {
  const region = given(env, 'AWS_REGION') ?? required(env, 'AWS_DEFAULT_REGION');
  return `https://${required(env, 'AMQ_BROKER_ID')}-1.mq.${region}.amazonaws.com:8162/api/jolokia`;
}

function login(env: Environment, usernameName: string, passwordName: string) {
  const username = given(env, usernameName);
  const password = given(env, passwordName);
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

function isCombined(env: Environment): boolean {
  return /^(true|1|yes)$/i.test(given(env, 'USE_COMBINED_MESSAGES') ?? '');
}

function portOf(env: Environment, name: string, usual: number): number {
  const text = given(env, name);
  if (text === undefined) return usual;
  if (!/^\d{1,5}$/.test(text)) throw new Error(`${name} must be the number of a port`);
  return Number(text);
}

/** Set to nothing is not set. */
function given(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

function required(env: Environment, name: string): string {
  const text = given(env, name);
  if (text === undefined)
    throw new Error(`${name} is not set: it is needed for QUEUE_TYPE=${env['QUEUE_TYPE'] ?? 'sqs'}`);
  return text;
}
