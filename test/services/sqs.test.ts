import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { motoService, type AccessKey } from '../../scripts/services/moto.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const moto = await motoService();
const region = 'eu-central-1';
let key: AccessKey = { accessKeyId: '', secretAccessKey: '' };

const settingsFor = (port: number) => ({
  queue: 'jobs',
  region,
  endpoint: `http://127.0.0.1:${port}`,
  credentials: key,
});
const subject = { type: 'sqs', settingsFor };
const settings = (more: Record<string, unknown> = {}) => ({ ...settingsFor(moto.port), ...more });
const sampled = async (given: Record<string, unknown>) => {
  const source = make(subject, given);
  const { value } = await source.sample(new AbortController().signal);
  await source.close?.();
  return value;
};

/** Five messages, two of them being worked on, and one not yet due; an ordered queue with one; an empty one. */
async function fill(): Promise<void> {
  await moto.trustEveryone();
  key = await moto.userWho('reader', ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl']);
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'any' };
  const client = new SQSClient({ region, endpoint: moto.endpoint, credentials });
  const make = async (QueueName: string, Attributes = {}) =>
    (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  const jobs = await make('jobs');
  for (let message = 1; message <= 5; message += 1) {
    await client.send(new SendMessageCommand({ QueueUrl: jobs, MessageBody: String(message) }));
  }
  await client.send(new SendMessageCommand({ QueueUrl: jobs, MessageBody: 'later', DelaySeconds: 900 }));
  await client.send(new ReceiveMessageCommand({ QueueUrl: jobs, MaxNumberOfMessages: 2, VisibilityTimeout: 3600 }));
  const ordered = await make('jobs.fifo', { FifoQueue: 'true' });
  const once = { MessageGroupId: 'a', MessageDeduplicationId: 'a' };
  await client.send(new SendMessageCommand({ QueueUrl: ordered, MessageBody: 'first', ...once }));
  await make('done');
  client.destroy();
  await moto.checkRights();
}

beforeAll(async () => {
  await moto.start();
  await fill();
});
afterAll(() => moto.stop());

describe('sqs', () => {
  it.each([
    ['waiting messages and those that are worked on', {}, 5],
    ['waiting messages alone', { count: 'visible' }, 3],
    ['those that are worked on', { count: 'inFlight' }, 2],
    ['those not yet due', { count: 'delayed' }, 1],
    ['all of them', { count: ['visible', 'inFlight', 'delayed'] }, 6],
    ['an ordered queue', { queue: 'jobs.fifo' }, 1],
  ])('counts %s', async (_name, more, value) => {
    expect(await sampled(settings(more))).toBe(value);
  });

  it('takes the URL of a queue for its name', async () => {
    expect(await sampled(settings({ queue: `${moto.endpoint}/123456789012/jobs` }))).toBe(5);
  });

  it.each([['first one then the other'], ['the other way round'], ['in turns']])(
    'two resources with different settings do not meet in one process: %s',
    async (order) => {
      const waiting = make(subject, settings({ count: 'visible', queue: 'done' }));
      const working = make(subject, settings({ count: 'inFlight' }));
      const never = new AbortController().signal;
      const turns = order === 'the other way round' ? [working, waiting] : [waiting, working];
      const rounds = order === 'in turns' ? [...turns, ...turns, ...turns] : turns;
      for (const source of rounds) expect((await source.sample(never)).value).toBe(source === waiting ? 0 : 2);
      for (const source of turns) await source.close?.();
    },
  );

  it('names the right that is missing', async () => {
    await moto.trustEveryone();
    const powerless = await moto.userWho('powerless', ['sqs:ListQueues']);
    await moto.checkRights();
    const source = make(subject, settings({ credentials: powerless }));
    expect((await failureOf(source)).message).toContain('sqs:GetQueueUrl on queue jobs');
    await source.close?.();
  });
});

describeConformance(subject, {
  server: moto,
  value: 5,
  wrongLogin: () => settings({ credentials: { ...key, secretAccessKey: plantedSecret } }),
  missingName: () => ({ settings: settings({ queue: 'no-such-queue' }), outcome: 'missing' }),
  empty: () => ({ settings: settings({ queue: 'done' }), outcome: 0 }),
  afterRestart: fill,
});
