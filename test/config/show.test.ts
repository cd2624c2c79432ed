/** `escapement config show`: what it prints loads again and means the same, and contains no secret. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadedConfig } from '../../src/config/config.js';
import type { Environment } from '../../src/config/file/placeholders.js';
import { loadConfig } from '../../src/config/load.js';
import { showConfig } from '../../src/config/show/show.js';
import { yamlText } from '../../src/config/show/yaml-text.js';
import { validateFile } from '../../src/config/validate.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'escapement-show-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const shownFile = 'shown.yaml';

/** Prints the configuration, and writes the output where `reload` finds it. */
async function show(environment: Environment): Promise<string> {
  const text = yamlText(await showConfig(environment, directory));
  writeFileSync(join(directory, shownFile), text);
  return text;
}

async function reload(environment: Environment): Promise<LoadedConfig> {
  return loadConfig({ ...environment, ESCAPEMENT_CONFIG: shownFile }, directory);
}

/** Without the text of each policy and its place in a file, which have no effect. */
function meaningOf({ resources, events, writing }: LoadedConfig) {
  const entries = Object.entries(resources).map(
    ([alias, resource]) => [alias, { ...resource, writtenPolicy: undefined }] as const,
  );
  return { resources: Object.fromEntries(entries), events, owner: writing.owner };
}

/** The output is valid, and means the same as what it was printed from. @param left what stays set afterwards. */
async function expectSame(environment: Environment, left: Environment): Promise<string> {
  const before = await loadConfig(environment, directory);
  const text = await show(environment);
  expect(await validateFile(shownFile, left, directory)).toMatchObject({ problems: [] });
  expect(meaningOf(await reload(left))).toEqual(meaningOf(before));
  return text;
}

const examples = readdirSync('docs/examples').filter((name) => name.endsWith('.yaml'));

const full = `
version: 1
owner: paris
events:
  chat: { type: slack, url: "https://hooks.example/\${HOOK}", kinds: [run.failed], resources: ["w*"] }
defaults:
  cooldown: { up: 0s, down: 5m }
  waitForActive: { timeout: 20m }
  platform: { type: omnistrate, url: "http://\${HOST:-sidecar}:49750" }
  autoscale: { interval: 5s, fallback: { after: 1 }, policies: [{ type: fixed, capacity: 2 }] }
resources:
  worker:
    autoscale:
      signals:
        "waiting": { type: redis, url: "redis://\${REDIS_HOST}", key: jobs, password: "\${file:/run/secrets/redis}", maxAge: 90s }
        other: { type: constant, value: "\${NUMBER}", else: { signal: waiting, after: 1m } }
      policies:
        - { type: perUnit, value: "waiting + other", target: 100, tolerance: 5%, average: 60s, burst: { window: 6s, above: 200% } }
        - { type: schedule, timezone: Europe/Berlin, windows: [{ days: mon-fri, from: "09:00", to: "17:00", min: 4 }] }
      behavior: { scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: Percent, value: 50, periodSeconds: 60 }] } }
    min: 1
    max: "\${MAX:-6}"
    taskQueue: "\${SITE}"
  constructor: { platform: omnistrate, min: 0, max: 3, step: all, cooldown: 1h30m }
`;

const anchors = `
version: 1
resources:
  one: &one { platform: { type: "\${TYPE:-omnistrate}" }, min: 1, max: 2, step: { up: 2 } }
  two: *one
  "3": { platform: { type: generic-http, observe: { url: "http://x/", capacity: size }, set: { url: "http://x/{{to}}" } }, min: 0, max: none }
`;

describe('a file that is shown', () => {
  it.each(examples)('%s loads again and means the same', async (name) => {
    writeFileSync(join(directory, 'escapement.yaml'), readFileSync(join('docs/examples', name)));
    await expectSame({}, {});
  });

  const environment = { SITE: 'north', NUMBER: '3', TYPE: '', REDIS_HOST: 'r3dis-s3cret', HOOK: 'h00k-s3cret' };

  it('has the defaults in each resource, and its placeholders', async () => {
    writeFileSync(join(directory, 'escapement.yaml'), full);
    const text = await expectSame(environment, environment);
    expect(text).not.toContain('defaults:\n');
    for (const part of [
      'max: ${MAX:-6}',
      'taskQueue: ${SITE}',
      'redis://${REDIS_HOST}',
      '${file:/run/secrets/redis}',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/s3cret/);
  });

  it('says where each resource is set, and which of its fields are defaults', async () => {
    writeFileSync(join(directory, 'escapement.yaml'), full);
    const { resources } = await showConfig(environment, directory);
    expect(resources.map(({ from }) => from)).toEqual([
      'escapement.yaml:12; defaults: cooldown, waitForActive, platform, autoscale.interval, autoscale.fallback',
      'escapement.yaml:24; defaults: waitForActive, platform.type, platform.url, autoscale',
    ]);
    expect(await show(environment)).toMatch(
      /# From escapement\.yaml:12; .*\n {2}# worker: omnistrate on task queue north, 1 to 6/,
    );
  });

  it('writes the value of an alias at each of its places', async () => {
    writeFileSync(join(directory, 'escapement.yaml'), anchors);
    const text = await expectSame(environment, environment);
    expect(text).not.toMatch(/[&*]one/);
  });

  it('is a dry run where DRY_RUN is set, also without DRY_RUN', async () => {
    writeFileSync(join(directory, 'escapement.yaml'), anchors);
    const text = await expectSame({ ...environment, DRY_RUN: 'true' }, environment);
    expect(text.match(/DRY_RUN: dryRun/g)).toHaveLength(3);
  });

  it('names the owner that ESCAPEMENT_OWNER sets, unless the file sets one', async () => {
    writeFileSync(join(directory, 'escapement.yaml'), anchors);
    expect(await expectSame({ ESCAPEMENT_OWNER: 'rome' }, {})).toContain('owner: rome');
    writeFileSync(join(directory, 'escapement.yaml'), full);
    expect(await expectSame({ ...environment, ESCAPEMENT_OWNER: 'rome' }, environment)).toContain('owner: paris');
  });

  it('is refused with the problems of the file where the file is invalid', async () => {
    writeFileSync(join(directory, 'escapement.yaml'), 'version: 1\nresources: { worker: { min: 1 } }\n');
    await expect(showConfig({}, directory)).rejects.toThrow('resources.worker.max: is missing');
  });
});

const ecs = { ECS_CLUSTER: 'main', SERVICE_NAME: 'jobs' };
const password = 'p4ssword/S3cret#1';

const environments: Record<string, Record<string, string>> = {
  'AUTOSCALER_*, only the resource': { AUTOSCALER_TARGET_RESOURCE: 'worker' },
  'AUTOSCALER_*, all': {
    AUTOSCALER_TARGET_RESOURCE: 'worker',
    AUTOSCALER_COOLDOWN: '90',
    AUTOSCALER_STEPS: '3',
    AUTOSCALER_WAIT_FOR_ACTIVE_TIMEOUT: '60',
    AUTOSCALER_WAIT_FOR_ACTIVE_CHECK_INTERVAL: '7',
    AUTOSCALER_MIN_CAPACITY: '1',
    AUTOSCALER_MAX_CAPACITY: '9',
    OMNISTRATE_SIDECAR_URL: 'http://sidecar:1',
    DRY_RUN: 'true',
    ESCAPEMENT_OWNER: 'rome',
  },
  sqs: { ...ecs, SQS_QUEUE_URL: 'https://sqs.example/1/jobs', USE_COMBINED_MESSAGES: 'yes', TASKS_PER_MESSAGE: '1e-3' },
  amq: {
    ...ecs,
    QUEUE_TYPE: 'amq',
    AMQ_BROKER_ID: 'b-1',
    AMQ_QUEUE_NAME: 'jobs',
    AMQ_USERNAME: 'admin',
    AMQ_PASSWORD: password,
    AWS_REGION: 'eu-west-1',
  },
  kinesis: { ...ecs, QUEUE_TYPE: 'kinesis', KINESIS_STREAM_NAME: 'clicks', SCALE_OUT_COOLDOWN: '0' },
  kafka: {
    ...ecs,
    QUEUE_TYPE: 'kafka',
    KAFKA_TOPIC: 't',
    KAFKA_BOOTSTRAP_SERVERS: 'b-1.x.c2.kafka.eu-west-1.amazonaws.com:9098, b-2.x.c2.kafka.eu-west-1.amazonaws.com:9098',
    KAFKA_CONSUMER_GROUP: 'g',
  },
  rabbitmq: {
    ...ecs,
    QUEUE_TYPE: 'rabbitmq',
    RABBITMQ_HOST: 'r',
    RABBITMQ_QUEUE: 'jobs',
    RABBITMQ_USERNAME: 'guest',
    RABBITMQ_PASSWORD: password,
    MIN_TASKS: '0',
  },
  redis: {
    ...ecs,
    QUEUE_TYPE: 'redis',
    REDIS_HOST: 'r',
    REDIS_QUEUE_KEY: '09:00',
    REDIS_QUEUE_TYPE: 'stream',
    REDIS_CONSUMER_GROUP: 'true',
    REDIS_PASSWORD: password,
  },
};

/** Only the variables to which a placeholder may refer. */
function secretsIn(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value === password));
}

describe('an environment that is shown', () => {
  it.each(Object.keys(environments))('%s becomes a file that means the same', async (name) => {
    const environment = environments[name]!;
    const text = await expectSame(environment, secretsIn(environment));
    expect(text).toMatch(/# From the environment: /);
    for (const [variable, value] of Object.entries(environment)) {
      if (variable !== 'ESCAPEMENT_OWNER')
        expect(text).toMatch(new RegExp(`From the environment: .*\\b${variable}\\b`));
      if (value === password) expect(text).toContain(`password: \${${variable}}`);
    }
    expect(text).not.toContain(password);
  });

  it('has no password in its JSON', async () => {
    const shown = JSON.stringify(await showConfig(environments['rabbitmq']!, directory));
    expect(shown).toContain('${RABBITMQ_PASSWORD}');
    expect(shown).not.toContain(password.slice(0, 8));
  });

  it('refers to an address that contains a password by the name of its variable', async () => {
    const environment = { ...environments['rabbitmq'], RABBITMQ_HOST: `user:${encodeURIComponent(password)}@r` };
    const text = await show(environment);
    expect(text).toContain('url: amqp://${RABBITMQ_HOST}:5672');
    expect(text).not.toContain('p4ssword');
    const settings = async ({ resources }: LoadedConfig) => resources['jobs']?.autoscale?.signals['messages']?.settings;
    expect(await settings(await loadConfig(environment, directory))).toMatchObject({
      url: `amqp://${environment.RABBITMQ_HOST}:5672`,
    });
    expect(await settings(await reload({ RABBITMQ_HOST: environment.RABBITMQ_HOST }))).toMatchObject({
      url: 'amqp://${RABBITMQ_HOST}:5672',
    });
  });

  it('leaves out the settings that nobody has set, except for the limits', async () => {
    const { configuration } = await showConfig(environments['AUTOSCALER_*, only the resource']!, directory);
    expect(configuration.resources['worker']).toEqual({
      platform: { type: 'omnistrate', url: 'http://127.0.0.1:49750' },
      min: 0,
      max: 'none',
      step: 1,
      cooldown: '5m',
    });
  });

  it('contains no resource where nothing is configured', async () => {
    expect(await showConfig({}, directory)).toMatchObject({ source: 'demo', configuration: { resources: {} } });
  });
});
