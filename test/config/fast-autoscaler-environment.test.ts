/** The settings of the ECS fast autoscaler and their documented effect, tested with the policy that they become. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError, formatProblem } from '../../src/config/problem.js';
import { fastAutoscalerConfig } from '../../src/config/environment/ecs-fast-autoscaler.js';
import { linesOf } from './written.js';
import { loadConfig } from '../../src/config/load.js';
import { compileExpression } from '../../src/domain/expression/expression.js';

const least = { ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs', SQS_QUEUE_URL: 'https://sqs.example/1/jobs' };
const kafka = { KAFKA_TOPIC: 't', KAFKA_BOOTSTRAP_SERVERS: 'k:9092', KAFKA_CONSUMER_GROUP: 'g' };

/** The table of the fast autoscaler without the cluster, the service and the queue. */
const seed = {
  QUEUE_TYPE: '',
  MIN_TASKS: '10',
  MAX_TASKS: '300',
  SCALE_UP_THRESHOLD: '100.0',
  SCALE_DOWN_THRESHOLD: '99.0',
  SCALE_OUT_COOLDOWN: '120',
  SCALE_IN_COOLDOWN: '120',
  SCALING_STEP_COUNT: '5',
  TASKS_PER_MESSAGE: '0.01',
  MAX_SCALE_DOWN_FACTOR: '0.99',
  USE_COMBINED_MESSAGES: 'False',
  LOG_LEVEL: 'INFO',
};
const tables: Record<string, Record<string, string>> = {
  sqs: { SQS_QUEUE_URL: least.SQS_QUEUE_URL },
  amq: { AMQ_BROKER_ID: 'b-1', AMQ_QUEUE_NAME: 'jobs', AMQ_USERNAME: 'admin', AMQ_PASSWORD: 'password' },
  kinesis: { KINESIS_STREAM_NAME: 'my-stream' },
  kafka: { ...kafka, MSK_CLUSTER_ARN: 'arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/abcdefgh' },
  rabbitmq: {
    RABBITMQ_HOST: 'rabbitmq.example.com',
    RABBITMQ_PORT: '5672',
    RABBITMQ_VHOST: '/',
    RABBITMQ_QUEUE: 'my-queue',
    RABBITMQ_USERNAME: 'guest',
    RABBITMQ_PASSWORD: 'guest',
  },
  redis: {
    REDIS_HOST: 'redis.example.com',
    REDIS_PORT: '6379',
    REDIS_PASSWORD: 'password',
    REDIS_QUEUE_KEY: 'my-queue',
    REDIS_QUEUE_TYPE: 'list',
  },
};
const jobsOf = (environment: Record<string, string>) =>
  fastAutoscalerConfig({ ...least, ...environment }).resources['jobs']!;

describe('the environment configures one resource', () => {
  it('with the documented defaults', async () => {
    const config = await loadConfig(least, '/nowhere');
    expect(config).toMatchObject({ source: 'environment', warnings: [] });
    expect(config.resources['jobs']).toMatchObject({
      platform: { type: 'ecs', settings: { cluster: 'main', service: 'jobs' } },
      settings: {
        min: 10,
        max: 300,
        step: { up: 5, down: 5 },
        cooldownMs: { up: 120_000, down: 120_000 },
        upAfter: 'up',
        takesChanges: 'shownAtOnce',
      },
      autoscale: {
        settings: { intervalMs: 60_000 },
        signals: { messages: { type: 'sqs', settings: { queue: least.SQS_QUEUE_URL, count: 'visible' } } },
      },
    });
  });

  it.each([
    ['MIN_TASKS', '1', { settings: { min: 1 } }],
    ['MAX_TASKS', '7000', { settings: { max: 7000 } }],
    ['SCALE_OUT_COOLDOWN', '0', { settings: { cooldownMs: { up: 0, down: 120_000 } } }],
    ['SCALE_IN_COOLDOWN', '60', { settings: { cooldownMs: { up: 120_000, down: 60_000 } } }],
    ['SCALING_STEP_COUNT', '9', { settings: { step: { up: 9, down: 9 } } }],
    ['DRY_RUN', 'true', { settings: { dryRun: true } }],
    ['DRY_RUN', '', { settings: { dryRun: false } }],
    ['QUEUE_TYPE', 'SQS', { autoscale: { signals: { messages: { type: 'sqs' } } } }],
    [
      'USE_COMBINED_MESSAGES',
      'True',
      { autoscale: { signals: { messages: { settings: { count: ['visible', 'inFlight'] } } } } },
    ],
  ])('with %s=%s', (name, value, expected) => {
    expect(jobsOf({ [name]: value })).toMatchObject(expected);
  });

  it('with a password that stays in its variable', () => {
    const resource = jobsOf({ QUEUE_TYPE: 'redis', REDIS_HOST: 'r', REDIS_QUEUE_KEY: 'k', REDIS_PASSWORD: 'hunter2' });
    expect(JSON.stringify(resource)).not.toContain('hunter2');
    expect(resource.autoscale!.signals['messages']!.settings).toMatchObject({ password: '${REDIS_PASSWORD}' });
  });

  it.each([
    ['arn:aws:ecs:eu-west-1:1:service/main/jobs', 'jobs'],
    ['_jobs-2', 'jobs-2'],
    ['j'.repeat(80), 'j'.repeat(63)],
  ])('named after the service %s', (service, alias) => {
    const { resources } = fastAutoscalerConfig({ ...least, SERVICE_NAME: service });
    expect(Object.keys(resources)).toEqual([alias]);
    // The setting `service` keeps the full name.
    expect(resources[alias]!.platform.settings).toMatchObject({ service });
  });

  it('but not with SERVICE_NAME alone, which many programs use', async () => {
    expect(await loadConfig({ SERVICE_NAME: 'jobs' }, '/nowhere')).toMatchObject({ source: 'demo', warnings: [] });
    const half = { SERVICE_NAME: 'jobs', SQS_QUEUE_URL: 'https://q' };
    expect(await linesOf(() => loadConfig(half, '/nowhere'))).toEqual([
      'ECS_CLUSTER: is not set; set it to the name or the ARN of the ECS cluster',
    ]);
  });
});

/** `perUnit` then rounds this number up, which test/domain/policies tests. */
const tasksFor = (environment: Record<string, string>, messages: number, current: number) => {
  const [policy] = jobsOf(environment).autoscale!.settings.policies;
  if (policy?.type !== 'perUnit') throw new Error('not a perUnit policy');
  return compileExpression(policy.value, ['messages']).evaluate({ messages, current });
};

describe('the number of tasks', () => {
  it.each([
    ['at the upper threshold no task is added', {}, 100, 10, 10],
    ['above the upper threshold, the ratio gives the total number of tasks', {}, 1000, 10, 10],
    ['a long queue requires the tasks of the ratio', {}, 30_000, 10, 300],
    ['a scale-out never removes tasks', { TASKS_PER_MESSAGE: '0' }, 500, 5, 5],
    ['at the lower threshold no task is removed', {}, 99, 50, 50],
    ['below the lower threshold, at most the share of the factor is removed', {}, 0, 300, 3],
    ['a factor of 1 is no limit', { MAX_SCALE_DOWN_FACTOR: '1' }, 0, 50, 0],
    ['a factor of 0 never removes tasks', { MAX_SCALE_DOWN_FACTOR: '0' }, 0, 50, 50],
    ['a factor above 1 counts as 1', { MAX_SCALE_DOWN_FACTOR: '1.5' }, 0, 10, 0],
    ['a tenth of ten tasks is one task, in spite of rounding errors', { MAX_SCALE_DOWN_FACTOR: '0.9' }, 0, 10, 1],
    ['a small ratio has an effect', { TASKS_PER_MESSAGE: '0.0000005' }, 30_000_000, 10, 15],
    ['a ratio in the exponent form of Python is read', { TASKS_PER_MESSAGE: '5e-7' }, 30_000_000, 10, 15],
    ['a ratio that begins with a decimal point is read', { TASKS_PER_MESSAGE: '.5' }, 200, 10, 100],
    ['a factor close to 1 keeps a small share of the tasks', { MAX_SCALE_DOWN_FACTOR: '0.9999999' }, 0, 30_000_000, 3],
    ['a scale-in never adds tasks', { TASKS_PER_MESSAGE: '0.1' }, 50, 2, 2],
  ])('%s: %j with %i messages and %i tasks is %i', (_name, environment, messages, current, expected) => {
    expect(tasksFor(environment as Record<string, string>, messages, current)).toBe(expected);
  });
});

describe('errors and warnings', () => {
  it.each([
    [{ SERVICE_NAME: '' }, 'SERVICE_NAME: is not set'],
    [{ MIN_TASKS: 'ten' }, 'MIN_TASKS: is not a whole number of tasks'],
    [{ TASKS_PER_MESSAGE: '1%' }, 'TASKS_PER_MESSAGE: is not a number'],
    [{ MIN_TASKS: '20', MAX_TASKS: '10' }, 'MIN_TASKS: is above MAX_TASKS'],
    [{ SCALE_UP_THRESHOLD: '50' }, 'SCALE_DOWN_THRESHOLD: is above SCALE_UP_THRESHOLD'],
    [{ TASKS_PER_MESSAGE: '1e-13' }, 'TASKS_PER_MESSAGE: is too small or too large'],
    [{ TASKS_PER_MESSAGE: '1e99' }, 'TASKS_PER_MESSAGE: is too small or too large'],
    [{ SERVICE_NAME: 'my service' }, 'SERVICE_NAME: is neither the name nor the ARN of an ECS service'],
    [{ SERVICE_NAME: '_' }, 'SERVICE_NAME: is neither the name nor the ARN of an ECS service'],
    [{ DRY_RUN: 'ture' }, 'DRY_RUN: is neither true nor false'],
    [{ USE_COMBINED_MESSAGES: 'ture' }, 'USE_COMBINED_MESSAGES: is neither true nor false'],
    [{ SQS_QUEUE_URL: '' }, 'SQS_QUEUE_URL: is not set'],
    [{ QUEUE_TYPE: 'sns' }, 'QUEUE_TYPE: unknown value'],
  ])('%j is refused: %s', (environment, message) => {
    const load = () => jobsOf(environment);
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(message);
  });

  it.each([
    ['SCALE_OUT_COOLDOWN', '60', 'had no effect in the ECS fast autoscaler'],
    ['SCALING_STEP_COUNT', '5', 'had no effect in the ECS fast autoscaler'],
    ['TASKS_PER_MESSAGE', '0.01', 'was added per message to the running tasks'],
    ['MAX_SCALE_DOWN_FACTOR', '0.5', 'was the share of the tasks that a scale-in kept'],
    ['S3_CONFIG_BUCKET', 'state', 'is ignored'],
    ['MSK_CLUSTER_ARN', 'arn:aws:kafka:x', 'is ignored: QUEUE_TYPE is not kafka'],
  ])('%s has another effect than in the fast autoscaler, which is a warning', (name, value, difference) => {
    const { warnings } = fastAutoscalerConfig({ ...least, [name]: value });
    expect(warnings.map(formatProblem)).toEqual([expect.stringMatching(new RegExp(`^${name}: ${difference}`))]);
  });

  it.each([
    ['kinesis', { KINESIS_STREAM_NAME: 's' }],
    ['kafka', kafka],
    ['redis', { REDIS_HOST: 'r', REDIS_QUEUE_KEY: 'k' }],
  ])('USE_COMBINED_MESSAGES has no effect for %s, which is a warning', (type, queue) => {
    const { warnings } = fastAutoscalerConfig({ ...least, QUEUE_TYPE: type, ...queue, USE_COMBINED_MESSAGES: 'true' });
    expect(warnings.map(formatProblem)).toEqual([expect.stringMatching(/^USE_COMBINED_MESSAGES: has no effect: /)]);
  });

  it('MSK_CLUSTER_ARN has no effect beside KAFKA_BOOTSTRAP_SERVERS, which is a warning', () => {
    const both = { ...kafka, QUEUE_TYPE: 'kafka', MSK_CLUSTER_ARN: 'arn:aws:kafka:eu-west-1:1:cluster/a/b' };
    const { warnings } = fastAutoscalerConfig({ ...least, ...both });
    expect(warnings.map(formatProblem)).toEqual([
      'MSK_CLUSTER_ARN: is ignored: KAFKA_BOOTSTRAP_SERVERS names the brokers',
    ]);
    expect(fastAutoscalerConfig({ ...least, ...both, KAFKA_BOOTSTRAP_SERVERS: '' }).warnings).toEqual([]);
  });

  it.each([
    ['DRYRUN', 'true'],
    ['DRY-RUN', '1'],
    ['DRY_RUNN', 'yes'],
    ['dry_run', 'ture'],
  ])('%s=%s is refused, because changes would be sent', async (name, value) => {
    const line = `${name}: is unknown, so that changes would be sent; did you mean DRY_RUN? To send changes, unset ${name}`;
    expect(await linesOf(() => loadConfig({ ...least, [name]: value }, '/nowhere'))).toEqual([line]);
    // The same for a file and for the other environment, whose changes are as real.
    expect(await linesOf(() => loadConfig({ AUTOSCALER_TARGET_RESOURCE: 'a', [name]: value }, '/nowhere'))).toEqual([
      line,
    ]);
  });

  it.each([
    [{ DRYRUN: 'false' }, false],
    [{ DRYRUN: '' }, false],
    [{ DRYRUN: 'true', DRY_RUN: 'false' }, false],
    [{ DRYRUN: 'false', DRY_RUN: 'true' }, true],
  ])('%j is accepted', async (variables: Record<string, string>, dryRun) => {
    const { resources } = await loadConfig({ ...least, ...variables }, '/nowhere');
    expect(resources['jobs']!.settings.dryRun).toBe(dryRun);
  });

  it.each(Object.entries(tables))(
    'every variable of the table for %s with a letter too few is reported',
    async (type, table) => {
      const whole = { ...least, ...seed, ...table, QUEUE_TYPE: type, AWS_REGION: 'eu-west-1' };
      const { warnings } = await loadConfig(whole, '/nowhere');
      expect(warnings.filter(({ problem }) => problem.startsWith('unknown'))).toEqual([]);
      for (const name of Object.keys({ ...seed, ...table, ECS_CLUSTER: '', SERVICE_NAME: '' })) {
        const { [name]: value = 'x', ...others } = whole as Record<string, string>;
        const written = name.slice(0, 3) + name.slice(4);
        const lines = await linesOf(async () => {
          const { warnings } = await loadConfig({ ...others, [written]: value }, '/nowhere');
          throw new ConfigError(warnings);
        });
        expect(lines).toContain(`${written}: unknown, and ignored; did you mean ${name}?`);
      }
    },
  );

  it.each([
    ['SCALE_IN_COOLDWN', 'SCALE_IN_COOLDOWN'],
    ['SCALEIN_COOLDOWN', 'SCALE_IN_COOLDOWN'],
    ['MAX_TASK', 'MAX_TASKS'],
    ['USE_COMBINED_MESAGES', 'USE_COMBINED_MESSAGES'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['ESCAPEMENT_API_TOKN', 'ESCAPEMENT_API_TOKEN'],
    ['TEMPORAL_ADRESS', 'TEMPORAL_ADDRESS'],
  ])('%s is probably a misspelled %s, which is a warning', async (written, meant) => {
    const { warnings } = await loadConfig({ ...least, [written]: '1' }, '/nowhere');
    expect(warnings.map(formatProblem)).toEqual([`${written}: unknown, and ignored; did you mean ${meant}?`]);
  });

  it('there is no warning for variables of other programs, or if the similar variable is set too', async () => {
    const others = {
      PATH: '/bin',
      HOME: '/root',
      HOSTNAME: 'a',
      POST: '1',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      SERVICE_PORT: '1',
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4',
      ECS_AGENT_URI: 'http://169.254.170.2',
      REDIS_HOST: 'unused',
      ESCAPEMENT_PORT: 'tcp://10.0.0.1:3000',
      ESCAPEMENT_SERVICE_HOST: '10.0.0.1',
      ESCAPEMENT_PORT_3000_TCP_ADDR: '10.0.0.1',
      TEMPORAL_SERVICE_PORT: '7233',
      TEMPORAL_UI_PORT: '8080',
      TEMPORAL_CLI_PATH: '/bin/temporal',
    };
    expect((await loadConfig({ ...least, ...others }, '/nowhere')).warnings).toEqual([]);
    const both = { SCALE_IN_COOLDOWN: '60', SCALE_IN_COOLDWN: '60' };
    expect((await loadConfig({ ...least, ...both }, '/nowhere')).warnings).toEqual([]);
  });
});
