/**
 * One evaluation at a time, the whole way: the event of the ECS fast autoscaler and nothing else, by the command and by
 * the handler of Lambda, on SQS and ECS as moto plays them; and the CronJob, as a real kube-apiserver checks it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kubernetesService } from '../../scripts/services/kubernetes.js';
import { motoService } from '../../scripts/services/moto.js';
import { TemporalProcess } from '../api/temporal-process.js';
import { Sandbox } from '../e2e/sandbox.js';
import { cronJobManifest, type KubernetesObject } from '../support/cron-job.js';
import { LambdaFunction } from '../support/lambda-function.js';
import { type EcsHands, openEcs } from './platforms/ecs-candidate.js';

describe('the event of the ECS fast autoscaler', () => {
  let moto: Awaited<ReturnType<typeof motoService>>;
  let ecs: EcsHands;
  let temporal: TemporalProcess;
  let sandbox: Sandbox;
  let queueUrl: string;

  beforeAll(async () => {
    moto = await motoService();
    await moto.start();
    temporal = await TemporalProcess.start();
    sandbox = await Sandbox.create();
    Object.assign(sandbox.env, {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: moto.endpoint,
      TEMPORAL_ADDRESS: temporal.address,
    });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    ecs = await openEcs(moto.endpoint);
    queueUrl = await queueWith(3);
  });
  afterAll(async () => {
    await sandbox.close();
    await temporal.close();
    ecs.destroy();
    await moto.stop();
  });

  async function queueWith(messages: number): Promise<string> {
    const sqs = new SQSClient({ region: 'eu-west-1', endpoint: moto.endpoint });
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    for (let each = 0; each < messages; each += 1) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(each) }));
    }
    sqs.destroy();
    return QueueUrl;
  }

  /** The values of its documentation. Between 99 and 100 nothing happens, and MIN_TASKS is 10. */
  const eventFor = (service: string) => ({
    config: {
      queue_type: 'sqs',
      queue_config: { queue_url: queueUrl },
      cluster_name: 'main',
      service_name: service,
      min_tasks: 10,
      max_tasks: 300,
      scale_up_threshold: 100.0,
      scale_down_threshold: 99.0,
      tasks_per_message: 0.01,
    },
  });
  // Five at a time, of the default SCALING_STEP_COUNT.
  const scaledOut = { outcome: 'changed', queue_size: 3, current_tasks: 2, new_tasks: 10 };
  const inCooldown = { outcome: 'waiting', queue_size: 3, current_tasks: 7, new_tasks: 10 };

  it('with the command: the file is the whole configuration', async () => {
    await ecs.createService('by-command', 2);
    const file = join(sandbox.folder, 'event.json');
    writeFileSync(file, JSON.stringify(eventFor('by-command')));
    const command = ['evaluate', '--once', '--json', '--event', file];
    const first = sandbox.escapement(command);
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(answerIn(first.output)).toMatchObject({ resource: 'by-command', ...scaledOut });
    expect(await ecs.desiredCount('by-command')).toBe(7);

    const second = sandbox.escapement(command);
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(answerIn(second.output)).toMatchObject(inCooldown);
    expect(await ecs.desiredCount('by-command')).toBe(7);
  });

  it('with the handler of Lambda: each event of a warm function has its own settings', async () => {
    await ecs.createService('by-lambda', 2);
    await ecs.createService('other', 10);
    const lambda = new LambdaFunction(sandbox.folder);
    const events = [eventFor('by-lambda'), eventFor('other'), eventFor('by-lambda'), {}];
    const results = await lambda.call(events, sandbox.env);
    expect(results).toEqual([
      { payload: expect.objectContaining({ resource: 'by-lambda', ...scaledOut }) },
      {
        payload: expect.objectContaining({ resource: 'other', outcome: 'unchanged', current_tasks: 10, new_tasks: 10 }),
      },
      { payload: expect.objectContaining({ resource: 'by-lambda', ...inCooldown }) },
      // Nothing of an event is left in the environment.
      { errorType: 'ConfigError', errorMessage: expect.stringContaining('no resource is configured') },
    ]);
    expect(await ecs.desiredCount('by-lambda')).toBe(7);
    expect(await ecs.desiredCount('other')).toBe(10);
  });
});

/** The answer between the lines of the log. */
function answerIn(output: string): unknown {
  const line = output.split('\n').find((each) => each.startsWith('{"resource":') && each.includes('"outcome":'));
  return line === undefined ? output : JSON.parse(line);
}

describe('the CronJob', () => {
  it('is what a kube-apiserver accepts, field by field', async () => {
    const cluster = await kubernetesService();
    await cluster.start();
    try {
      await cluster.request('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
      for (const object of cronJobManifest) {
        const answer = await cluster.request('POST', `${pathOf(object)}?dryRun=All&fieldValidation=Strict`, object);
        expect(answer).toMatchObject({ kind: object.kind, metadata: { uid: expect.any(String) } });
      }
      const [cronJob] = cronJobManifest;
      const misspelled = { ...cronJob, spec: { ...(cronJob as { spec?: object }).spec, concurencyPolicy: 'Forbid' } };
      await expect(
        cluster.request('POST', `${pathOf(cronJob!)}?dryRun=All&fieldValidation=Strict`, misspelled),
      ).rejects.toThrow('concurencyPolicy');
    } finally {
      await cluster.stop();
    }
  });
});

function pathOf({ apiVersion, kind, metadata: { namespace } }: KubernetesObject): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${root}/namespaces/${namespace}/${kind.toLowerCase()}s`;
}
