import { loadConfig } from '../../src/config/load.js';
import { showConfig } from '../../src/config/show/show.js';
import { assignments, importedAs, refusalAs } from './importing-environments.js';

const kind = 'fast-autoscaler';
const variables = {
  ECS_CLUSTER: 'main',
  SERVICE_NAME: 'jobs',
  MIN_TASKS: '2',
  MAX_TASKS: '40',
  SCALE_UP_THRESHOLD: '150.5',
  QUEUE_TYPE: 'rabbitmq',
  RABBITMQ_HOST: 'rabbit.internal',
  RABBITMQ_QUEUE: 'jobs',
  RABBITMQ_USERNAME: 'reader',
  RABBITMQ_PASSWORD: 'hunter2 #1',
};
type Variables = Readonly<Record<string, string>>;
const pairs = (given: Variables) => Object.entries(given).map(([name, value]) => ({ name, value }));
const lambda = (given: Variables) => ({
  FunctionName: 'autoscaler',
  MemorySize: 128,
  VpcConfig: { SubnetIds: ['subnet-1'] },
  Environment: { Variables: given },
});
const container = (given: Variables) => ({ name: 'autoscaler', image: 'autoscaler:2', environment: pairs(given) });
const quoted = (given: Variables, word: string) =>
  Object.entries(given).map(([name, value]) => `${word} ${name}="${value.replaceAll('"', '\\"')}"`);

/** Each form with the same variables. */
const forms: Readonly<Record<string, (given: Variables) => string>> = {
  'a .env file with comments and quotes': (given) =>
    [
      '# the scaler of the jobs',
      '',
      ...Object.entries(given).map(([name, value]) => `${name} = '${value}' # ours`),
    ].join('\n'),
  export: (given) => `${quoted(given, 'export').join('\r\n')}\r\n`,
  'declare -x': (given) => ['declare -x OLDPWD', ...quoted(given, 'declare -x')].toReversed().join('\n'),
  'get-function-configuration': (given) => JSON.stringify(lambda(given)),
  'get-function': (given) => JSON.stringify({ Configuration: lambda(given), Code: { Location: 'https://x' } }),
  'the variables alone': (given) => JSON.stringify(given),
  'describe-task-definition': (given) =>
    JSON.stringify({ taskDefinition: { family: 'autoscaler', containerDefinitions: [container(given)] }, tags: [] }),
  'a task definition to register': (given) => JSON.stringify({ containerDefinitions: [container(given)] }),
  'a compose file with a mapping': (given) => JSON.stringify({ services: { autoscaler: { environment: given } } }),
  'a compose file with a list': (given) =>
    JSON.stringify({
      services: { autoscaler: { environment: pairs(given).map(({ name, value }) => `${name}=${value}`) } },
    }),
};
const ofForms = Object.entries(forms);

describe('the environment in each form', () => {
  it.each(ofForms)('%s', async (_, form) => {
    const { configuration, yaml, report } = await importedAs(kind, form(variables));
    expect(configuration).toEqual((await showConfigOf(variables)).configuration);
    expect(yaml).not.toContain('hunter2');
    expect(report.text).not.toContain('hunter2');
    expect(report.unsupported).toEqual([]);
    expect(report.text).toContain('set RABBITMQ_PASSWORD in the environment of escapement worker');
  });

  it('is the file that a person would write', async () => {
    const { yaml } = await importedAs(kind, assignments(variables));
    expect(yaml).toBe(`version: 1
resources:
  jobs:
    platform: { type: ecs, cluster: main, service: jobs }
    min: 2 # MIN_TASKS
    max: 40 # MAX_TASKS
    step: 5 # SCALING_STEP_COUNT
    cooldown: { up: 2m, upAfter: up, down: 2m } # SCALE_OUT_COOLDOWN, SCALE_IN_COOLDOWN
    autoscale:
      interval: 60s
      signals:
        messages:
          type: rabbitmq
          url: amqp://rabbit.internal:5672
          vhost: /
          queue: jobs
          username: reader
          password: \${RABBITMQ_PASSWORD}
      # SCALE_UP_THRESHOLD 150.5, defaults of SCALE_DOWN_THRESHOLD, TASKS_PER_MESSAGE, MAX_SCALE_DOWN_FACTOR
      policies:
        - type: perUnit
          value: "messages > 150.5 ? max(current, messages * 0.01) : messages < 99 ? max(min(current, messages * 0.01), floor(current * 0.01)) : current"
          target: 1
`);
  });
});

/** What `escapement config show` prints for the same variables. */
async function showConfigOf(environment: Variables) {
  return showConfig(environment, '/nowhere');
}

const queues: Readonly<Record<string, Variables>> = {
  sqs: { SQS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/my-queue', USE_COMBINED_MESSAGES: 'True' },
  amq: { AMQ_BROKER_ID: 'b-1', AMQ_QUEUE_NAME: 'jobs', AMQ_USERNAME: 'u', AMQ_PASSWORD: 'p', AWS_REGION: 'eu-west-1' },
  kinesis: { KINESIS_STREAM_NAME: 'jobs' },
  kafka: {
    MSK_CLUSTER_ARN: 'arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/abcdefgh',
    KAFKA_TOPIC: 'jobs',
    KAFKA_BOOTSTRAP_SERVERS: 'b-1.x:9092,b-2.x:9092',
    KAFKA_CONSUMER_GROUP: 'workers',
  },
  rabbitmq: { RABBITMQ_HOST: 'r', RABBITMQ_PORT: '5673', RABBITMQ_VHOST: '/v', RABBITMQ_QUEUE: 'jobs' },
  redis: {
    REDIS_HOST: 'r',
    REDIS_PORT: '6380',
    REDIS_PASSWORD: 'p',
    REDIS_QUEUE_KEY: 'jobs',
    REDIS_QUEUE_TYPE: 'stream',
    REDIS_CONSUMER_GROUP: 'workers',
  },
};
const general = {
  ...{ ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs', MIN_TASKS: '1', MAX_TASKS: '9', SCALE_UP_THRESHOLD: '100.0' },
  ...{ SCALE_DOWN_THRESHOLD: '99.0', SCALE_OUT_COOLDOWN: '60', SCALE_IN_COOLDOWN: '90', SCALING_STEP_COUNT: '4' },
  ...{ TASKS_PER_MESSAGE: '0.02', MAX_SCALE_DOWN_FACTOR: '0.5', S3_CONFIG_BUCKET: 'state', LOG_LEVEL: 'INFO' },
};

describe('every setting of the documentation is in the output or in the report', () => {
  const all = Object.entries(queues).flatMap(([type, queue]) => {
    const given = {
      ...general,
      QUEUE_TYPE: type,
      ...queue,
      ...(type === 'redis' ? { SQS_QUEUE_URL: 'https://old' } : {}),
    };
    return Object.keys(given).map((name) => [type, name, given] as const);
  });

  it.each(all)('%s: %s', async (_, removed, given) => {
    const texts = async (environment: Variables) => {
      const { yaml, report } = await importedAs(kind, JSON.stringify(environment));
      return yaml + report.text;
    };
    const { [removed]: value, ...others } = given as Variables;
    expect(value).toBeDefined();
    // Without the type of the queue, the default applies.
    const other = await texts(removed === 'QUEUE_TYPE' ? { ...others, QUEUE_TYPE: 'sns' } : others).catch(String);
    expect(other).not.toBe(await texts(given));
  });
});

describe('every field of a document is in the output or in the report', () => {
  it.each(ofForms.filter(([, form]) => form(variables).startsWith('{')))('%s', async (_, form) => {
    const document = JSON.parse(form(variables)) as unknown;
    const whole = await importedAs(kind, JSON.stringify(document));
    const leftOut = /no effect on scaling: (.*)/.exec(whole.report.text)?.[1]?.split(', ') ?? [];
    for (const path of leavesOf(document)) {
      if (leftOut.some((part) => inWords(path).startsWith(part))) continue;
      const changed = JSON.stringify(without(document, path));
      const other = await importedAs(kind, changed).then(
        ({ yaml, report }) => yaml + report.text,
        (error: unknown) => String(error),
      );
      expect([path, other === whole.yaml + whole.report.text]).toEqual([path, false]);
    }
  });
});

function inWords(path: readonly string[]): string {
  return path.join('.').replaceAll(/\.(\d+)/g, '[$1]');
}

function leavesOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each).map((path) => [key, ...path]));
}

function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) {
    const at = Number(key);
    return value.flatMap((each: unknown, index) =>
      index !== at ? [each] : rest.length === 0 ? [] : [without(each, rest)],
    );
  }
  const entries = Object.entries(value as object) as [string, unknown][];
  return Object.fromEntries(
    entries.flatMap(([name, each]) =>
      name !== key ? [[name, each]] : rest.length === 0 ? [] : [[name, without(each, rest)]],
    ),
  );
}

/** The event of the documentation. */
const event = {
  config: {
    queue_type: 'sqs',
    queue_config: { queue_url: queues['sqs']!['SQS_QUEUE_URL'] },
    cluster_name: 'my-cluster',
    service_name: 'my-service',
    min_tasks: 10,
    max_tasks: 300,
    scale_up_threshold: 100.0,
    scale_down_threshold: 99.0,
    tasks_per_message: 0.01,
  },
};

describe('an event', () => {
  it('of the documentation is a whole configuration', async () => {
    const { config, report } = await importedAs(kind, JSON.stringify(event));
    expect(config.resources['my-service']).toMatchObject({
      platform: { type: 'ecs', settings: { cluster: 'my-cluster', service: 'my-service' } },
      settings: { min: 10, max: 300 },
      autoscale: { signals: { messages: { type: 'sqs', settings: { queue: event.config.queue_config.queue_url } } } },
    });
    expect(report.unsupported).toEqual([]);
  });

  it('applies in place of the environment, each event to its own service', async () => {
    const other = { config: { service_name: 'mails', min_tasks: 3 }, source: 'schedule' };
    const { config, report } = await importedAs(
      kind,
      JSON.stringify(lambda({ ...general, SQS_QUEUE_URL: 'https://q', SERVICE_NAME: '' })),
      JSON.stringify(event),
      JSON.stringify(other),
    );
    expect(config.resources).toMatchObject({
      'my-service': { settings: { min: 10, max: 300, step: { up: 4 } } },
      mails: { settings: { min: 3, max: 9, step: { up: 4 } }, platform: { settings: { cluster: 'main' } } },
    });
    expect(report.text).toContain('input-3 is left out, because it has no effect on scaling: source');
  });

  it('with settings that are unknown, or of the worker, is imported, and the report names them', async () => {
    const odd = {
      config: {
        ...event.config,
        scale_in_cooldwn: 5,
        colour: 'red',
        region: 'eu-west-1',
        sso_profile: 'ops',
        s3_config_bucket: 'b',
      },
    };
    const { report } = await importedAs(kind, JSON.stringify(odd));
    expect(report.text).toContain(
      'config.scale_in_cooldwn is unknown, and is left out; did you mean "scale_in_cooldown"?',
    );
    expect(report.text).toContain('config.colour is unknown, and is left out');
    expect(report.text).toContain('config.region is not written: set it for escapement worker too');
    expect(report.text).toContain('config.sso_profile is not written');
    expect(report.text).toContain('config.s3_config_bucket is ignored: Temporal stores the state');
  });
});

describe('the report', () => {
  it('names each variable that is misspelled or unknown, and those of another queue and of the process', async () => {
    const extra = { MIN_TASK: '3', TEAM: 'payments', REDIS_HOST: 'r', AWS_REGION: 'eu-west-1', KAFKA_TOPIC: '' };
    const { report } = await importedAs(
      kind,
      assignments({ ...general, ...queues['sqs'], MIN_TASKS: '', MAX_TASKS: '50', ...extra }),
    );
    for (const words of [
      'MIN_TASK is unknown, and has no effect in the ECS fast autoscaler either; did you mean MIN_TASKS?',
      'MIN_TASKS is empty, and counts as not set',
      'KAFKA_TOPIC is empty',
      'TEAM is left out: the ECS fast autoscaler has no such variable',
      'REDIS_HOST is left out: QUEUE_TYPE is sqs',
      'AWS_REGION is not written: set it for escapement worker too',
      'LOG_LEVEL is a setting of the process',
      'S3_CONFIG_BUCKET is ignored',
    ]) {
      expect(report.text).toContain(words);
    }
  });

  it('names other services of a compose file, and files that are not read, which make the import incomplete', async () => {
    const services = {
      autoscaler: { image: 'autoscaler', environment: variables, env_file: '.env' },
      web: { image: 'nginx', environment: ['TEAM=web'] },
    };
    const { report } = await importedAs(kind, JSON.stringify({ services }));
    expect(report.unsupported).toEqual([
      expect.objectContaining({ path: 'input-1 services.autoscaler.env_file', what: 'the variables of other files' }),
    ]);
    expect(report.text).toContain('input-1 services.web is left out: its variables are not those');
    expect(report.text).toContain('services.autoscaler.image, services.web.image');
  });

  it('names a second autoscaler of the same service, and two services of one name keep their clusters', async () => {
    const north = { ...general, ...queues['sqs'] };
    const south = { ...north, ECS_CLUSTER: 'arn:aws:ecs:eu-west-1:1:cluster/south' };
    const { report } = await importedAs(kind, ...[north, south, north].map((each) => JSON.stringify(each)));
    expect(report.resources).toEqual(['main.jobs', 'south.jobs']);
    expect(report.unsupported).toEqual([
      expect.objectContaining({
        path: 'input-3',
        what: 'the whole autoscaler',
        why: expect.stringContaining('main/jobs') as unknown,
      }),
    ]);
  });

  it('keeps the secrets of a task definition out of the file', async () => {
    const hidden = ['RABBITMQ_HOST', 'RABBITMQ_PASSWORD'];
    const open = Object.fromEntries(Object.entries(variables).filter(([name]) => !hidden.includes(name)));
    const secrets = hidden.map((name) => ({ name, valueFrom: `arn:aws:ssm:${name}` }));
    const { yaml, report } = await importedAs(
      kind,
      JSON.stringify({ containerDefinitions: [{ ...container(open), secrets }] }),
    );
    expect(yaml).toContain('url: amqp://${RABBITMQ_HOST}:5672');
    expect(report.text).toContain('set RABBITMQ_HOST in the environment of escapement worker');
  });
});

describe('an input that is refused', () => {
  const template = `
AWSTemplateFormatVersion: '2010-09-09'
Parameters: { Cluster: { Type: String } }
Resources:
  Autoscaler:
    Type: AWS::Lambda::Function
    Properties: { Environment: { Variables: { ECS_CLUSTER: !Ref Cluster } } }
`;
  it.each([
    ['nothing', '', 'contains no environment and no event'],
    ['variables of another program', 'PATH=/bin', 'The input contains: input-1 (PATH)'],
    [
      'a missing cluster, and its misspelling',
      'SERVICE_NAME=a\nSQS_QUEUE_URL=https://q\nECS_CLUSTR=main',
      'input-1 ECS_CLUSTR: unknown, and ignored; did you mean ECS_CLUSTER?',
    ],
    [
      'an invalid number',
      assignments({ ...variables, MIN_TASKS: 'two' }),
      'input-1 MIN_TASKS: is not a whole number of tasks',
    ],
    ['bounds that cross', assignments({ ...variables, MIN_TASKS: 90 }), 'input-1 MIN_TASKS: is above MAX_TASKS'],
    [
      'a misspelled dry run',
      assignments({ ...variables, DRYRUN: true }),
      'DRYRUN: is unknown, so that changes would be sent',
    ],
    [
      'a placeholder',
      assignments({ ...variables, MAX_TASKS: '${MAX:-3}' }),
      'input-1 MAX_TASKS contains a placeholder',
    ],
    ['a line that assigns nothing', 'ECS_CLUSTER=main\n\nno assignment', 'input-1, line 3 is not NAME=value'],
    ['a quote that does not end', 'ECS_CLUSTER=main\nX="a" b', 'input-1, line 2 is not NAME=value'],
    ['YAML that is invalid', '{ a: [', 'input-1 is not valid YAML'],
    ['a template of CloudFormation', template, 'aws lambda get-function-configuration'],
    ['an event that is invalid', '{"config": {"min_tasks": []}}', 'contains a list or a mapping'],
    [
      'a value that is a list',
      JSON.stringify(lambda({ ...variables, MIN_TASKS: [] as unknown as string })),
      'MIN_TASKS is not a text',
    ],
  ])('%s', async (_, text, words) => {
    expect(await refusalAs(kind, text)).toContain(words);
  });

  it('events beside several environments, and an event with an unknown type of queue', async () => {
    const environment = JSON.stringify(variables);
    expect(await refusalAs(kind, environment, environment, JSON.stringify(event))).toContain(
      'Import each environment alone',
    );
    expect(await refusalAs(kind, '{"config": {"queue_type": "sns"}}')).toContain('input-1 QUEUE_TYPE');
  });
});

it('the import means the same as the environment', async () => {
  const { config } = await importedAs(kind, assignments(variables));
  const { resources } = await loadConfig(variables, '/nowhere');
  const meaning = (of: typeof resources) => ({ ...of['jobs'], writtenPolicy: undefined });
  expect(meaning(config.resources)).toEqual(meaning(resources));
});
