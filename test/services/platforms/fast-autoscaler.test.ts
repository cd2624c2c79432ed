/** The ECS fast autoscaler's environment and nothing else: no file, a real queue of each kind, and ECS as moto plays it. */
import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createActivities } from '../../../activities/index.js';
import { motoService } from '../../../scripts/services/moto.js';
import { rabbitmqService } from '../../../scripts/services/rabbitmq.js';
import { redisService } from '../../../scripts/services/redis.js';
import { AutoscaleClient } from '../../../src/client/autoscale/client.js';
import { autoscaledIn } from '../../../src/config/autoscaled.js';
import { loadConfig } from '../../../src/config/load.js';
import { createAdapters } from '../../../src/worker/resource-adapters.js';
import { scaleWorkflowId } from '../../../workflows/scale/messages.js';
import { makeCertificates } from '../../support/certificates.js';
import { written } from '../../support/configured.js';
import { eventually } from '../../support/eventually.js';
import { devServerEnvironment } from '../../support/temporal.js';
import { bundleWorkflowsAt } from '../../support/workflow-bundle.js';
import { openEcs } from './ecs-candidate.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const moto = await motoService();
const redis = await redisService(['requirepass hunter2'], 'hunter2');
const rabbit = await rabbitmqService((await makeCertificates()).files);
await Promise.all([moto.start(), redis.start(), rabbit.start()]);
// What a task on ECS is given, but for the address.
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: moto.endpoint,
});
const ecs = await openEcs(moto.endpoint);
const sqs = new SQSClient({});
const temporal = await devServerEnvironment();
const autoscales = new AutoscaleClient(temporal.client);
const codePath = await bundleWorkflowsAt(new URL('../../../workflows/index.ts', import.meta.url));

afterAll(async () => {
  await temporal.teardown();
  ecs.destroy();
  sqs.destroy();
  await Promise.all([moto.stop(), redis.stop(), rabbit.stop()]);
});

/** Half a task a message, at most four tasks at a time, and no more than half of them away at once. */
const settings = {
  ECS_CLUSTER: 'main',
  MIN_TASKS: '1',
  MAX_TASKS: '8',
  SCALE_UP_THRESHOLD: '10',
  SCALE_DOWN_THRESHOLD: '5',
  TASKS_PER_MESSAGE: '0.5',
  MAX_SCALE_DOWN_FACTOR: '0.5',
  SCALING_STEP_COUNT: '4',
  SCALE_OUT_COOLDOWN: '1',
  SCALE_IN_COOLDOWN: '1',
};

interface Queue {
  readonly environment: Readonly<Record<string, string>>;
  fill(messages: number): Promise<void>;
  drain(): Promise<void>;
}

async function sqsQueue(): Promise<Queue> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
  return {
    environment: { QUEUE_TYPE: 'sqs', SQS_QUEUE_URL: QueueUrl },
    fill: async (messages) => {
      for (let each = 0; each < messages; each += 1) {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(each) }));
      }
    },
    drain: async () => {
      await sqs.send(new PurgeQueueCommand({ QueueUrl }));
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
      expect((await sqs.send(asked)).Attributes).toMatchObject({ ApproximateNumberOfMessages: '0' });
    },
  };
}

async function redisQueue(): Promise<Queue> {
  return {
    environment: {
      QUEUE_TYPE: 'redis',
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
      REDIS_PASSWORD: 'hunter2',
      REDIS_QUEUE_KEY: 'jobs',
    },
    fill: async (messages) => {
      await redis.cli('rpush', 'jobs', ...Array.from({ length: messages }, String));
    },
    drain: async () => {
      await redis.cli('del', 'jobs');
    },
  };
}

async function rabbitmqQueue(): Promise<Queue> {
  const { username, password } = rabbit.administrator;
  const everything = { configure: '.*', write: '.*', read: '.*' };
  await rabbit.manage('PUT', `/permissions/%2F/${username}`, everything);
  await rabbit.manage('PUT', '/queues/%2F/jobs', { durable: true });
  return {
    environment: {
      QUEUE_TYPE: 'rabbitmq',
      RABBITMQ_HOST: '127.0.0.1',
      RABBITMQ_PORT: String(rabbit.amqpPort),
      RABBITMQ_QUEUE: 'jobs',
      RABBITMQ_USERNAME: username,
      RABBITMQ_PASSWORD: password,
    },
    fill: async (messages) => {
      const message = { properties: {}, routing_key: 'jobs', payload: 'job', payload_encoding: 'string' };
      for (let each = 0; each < messages; each += 1) {
        await rabbit.manage('POST', '/exchanges/%2F/amq.default/publish', message);
      }
    },
    drain: () => rabbit.manage('DELETE', '/queues/%2F/jobs/contents'),
  };
}

/** Escapement as it is started with this environment. */
async function escapement(environment: Readonly<Record<string, string>>) {
  const config = await loadConfig(environment, '/nowhere');
  const adapters = await createAdapters(config.resources, environment, pino({ level: 'silent' }));
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: 'escapement',
    workflowBundle: { codePath },
    activities: createActivities(adapters),
    maxHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: '1s',
  });
  const running = worker.run();
  const autoscaled = autoscaledIn(config.resources, written());
  for (const each of autoscaled) await autoscales.configure(each);
  return {
    config,
    stop: async () => {
      for (const { resource } of autoscaled) await autoscales.remove(resource, written());
      worker.shutdown();
      await running;
      await adapters.close();
    },
  };
}

describe('a service follows its queue, by the environment alone', () => {
  it.each([
    ['sqs', sqsQueue],
    ['redis', redisQueue],
    ['rabbitmq', rabbitmqQueue],
  ])('on %s', async (_type, open) => {
    const service = `jobs-${randomUUID()}`;
    await ecs.createService(service, 1);
    const queue = await open();
    await queue.fill(12);
    const { config, stop } = await escapement({ ...settings, ...queue.environment, SERVICE_NAME: service });
    expect(config.warnings).toContainEqual({
      path: 'SCALING_STEP_COUNT',
      problem: expect.stringContaining('had no effect in the ECS fast autoscaler') as unknown,
    });

    // 12 messages need 6 tasks: 4 more, and then 1.
    await eventually('there are 6 tasks', async () => (await ecs.desiredCount(service)) === 6, 60_000);
    const changes = await changesOf(service);
    expect(changes).toEqual([
      [1, 5],
      [5, 6],
    ]);

    // Nothing to do: at most half of the tasks go, and again half of those at the next look.
    await queue.drain();
    await autoscales.evaluate(service);
    await eventually('there are 3 tasks', async () => (await ecs.desiredCount(service)) === 3, 60_000);
    await stop();
  });
});

/** Of a run that is over. */
async function changesOf(service: string): Promise<number[][]> {
  const run = temporal.client.workflow.getHandle(scaleWorkflowId(service));
  const status = (await run.result()) as { changes: { from: number; to: number }[] };
  return status.changes.map(({ from, to }) => [from, to]);
}
