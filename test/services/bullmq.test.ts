import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bullmqLibrary, type BullmqVersion } from '../../scripts/services/bullmq.js';
import { clusterConfig, redisService } from '../../scripts/services/redis.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const administrator = 'administrator-password';
const never = (): AbortSignal => new AbortController().signal;
const commands = '+multi +exec +llen +lindex +zcard +zcount +hexists +exists';
// The minimum permissions on the page of the source.
const reader = `user reader on >${plantedSecret} ~bull:jobs:* ~shop:* ${commands}`;

const server = await redisService([`requirepass ${administrator}`, reader], administrator);
const settingsFor = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
  queue: 'jobs',
});
const subject = { type: 'bullmq', settingsFor };
const connection = { host: '127.0.0.1', port: server.port, password: administrator };

beforeAll(async () => {
  await server.start();
  await fill();
});
afterAll(() => server.stop());

/** Three jobs that wait, one with a priority, and one that is due in an hour. */
async function fill(): Promise<void> {
  const { Queue } = await bullmqLibrary(5);
  const queue = new Queue('jobs', { connection });
  for (let job = 0; job < 3; job += 1) await queue.add('mail', {});
  await queue.add('urgent', {}, { priority: 1 });
  await queue.add('later', {}, { delay: 3_600_000 });
  await queue.close();
}

async function sampled(settings: Record<string, unknown>) {
  const counting = make(subject, { ...settingsFor(server.port), ...settings });
  try {
    return await counting.sample(never());
  } finally {
    await counting.close?.();
  }
}

describe.each([3, 4, 5, 6] satisfies BullmqVersion[])('bullmq, written by version %s', (version) => {
  const given = { prefix: 'shop', queue: `orders-${version}` };
  const count = async (counted: string | string[]) => (await sampled({ ...given, count: counted })).value;

  it('counts what waits, what is processed and what is due, and no marker', async () => {
    const { Queue, Worker } = await bullmqLibrary(version);
    const options = { connection, prefix: given.prefix };
    const queue = new Queue(given.queue, options);
    for (let job = 0; job < 4; job += 1) await queue.add('mail', {});
    for (let job = 0; job < 2; job += 1) await queue.add('urgent', {}, { priority: 7 });
    await queue.add('later', {}, { delay: 3_600_000 });
    expect(await count(['waiting', 'prioritized'])).toBe(6);
    expect(await count('active')).toBe(0);
    expect(await count('delayed')).toBe(1);
    expect(await count('due')).toBe(0);
    expect((await sampled(given)).value).toBe(6);

    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const worker = new Worker(given.queue, () => finished, { ...options, concurrency: 3 });
    await eventually('the worker processes three jobs', async () => (await count('active')) === 3);
    expect(await count(['waiting', 'prioritized'])).toBe(3);
    expect((await sampled(given)).value).toBe(6);
    finish();
    await eventually('all are done', async () => (await sampled(given)).value === 0);
    // The worker waits for the delayed job, for which versions 3 and 4 add a marker to the waiting jobs.
    await queue.add('later', {}, { delay: 3_000_000 });
    expect((await sampled(given)).value).toBe(0);
    expect(await count('delayed')).toBe(2);
    await worker.close();
    await queue.close();
  });

  it('counts the jobs of a paused queue apart', async () => {
    const { Queue } = await bullmqLibrary(version);
    const queue = new Queue(given.queue, { connection, prefix: given.prefix });
    await queue.add('mail', {});
    await queue.add('urgent', {}, { priority: 7 });
    await queue.pause();
    await queue.add('mail', {});
    expect(await sampled(given)).toMatchObject({ value: 0, note: expect.stringContaining('3 jobs wait') });
    expect(await count('paused')).toBe(3);
    await queue.resume();
    expect((await sampled(given)).value).toBe(3);
    expect(await count('paused')).toBe(0);
    await queue.close();
  });

  it('counts a job whose delay has expired while no worker runs', async () => {
    const { Queue } = await bullmqLibrary(version);
    const name = `soon-${version}`;
    const queue = new Queue(name, { connection, prefix: given.prefix });
    await queue.add('soon', {}, { delay: 200 });
    const soon = { ...given, queue: name };
    await eventually('the job is due', async () => (await sampled({ ...soon, count: 'due' })).value === 1);
    expect((await sampled(soon)).value).toBe(1);
    expect((await sampled({ ...soon, count: ['waiting', 'prioritized', 'active'] })).value).toBe(0);
    await queue.close();
  });
});

describe('bullmq', () => {
  it('requires the permissions on its page, and says which key it may not read', async () => {
    for (const missing of commands.split(' ')) {
      await server.cli('acl', 'setuser', 'lesser', 'on', `>${plantedSecret}`, '~bull:jobs:*', ...commands.split(' '));
      await server.cli('acl', 'setuser', 'lesser', missing.replace('+', '-'));
      const counting = make(subject, { ...settingsFor(server.port), username: 'lesser' });
      expect(await failureOf(counting)).toMatchObject({
        code: 'denied',
        message: expect.stringContaining('permissions of the user'),
      });
      await counting.close?.();
    }
  });

  it.each([
    ['a queue that no application has used', { prefix: 'shop', queue: 'none' }, 'noData', 'no BullMQ queue none'],
    ['a queue without permission', { queue: 'secrets' }, 'denied', 'permissions of the user'],
    ['keys of another type', { prefix: 'shop', queue: 'other' }, 'failed', 'shop:other:wait has another type'],
  ])('reports %s', async (_name, settings, code, said) => {
    await server.cli('set', 'shop:other:wait', 'text');
    const counting = make(subject, { ...settingsFor(server.port), ...settings });
    const error = await failureOf(counting);
    expect(error).toMatchObject({ code, message: expect.stringContaining(said) });
    await counting.close?.();
  });

  it('reads a queue of a Cluster if its prefix has a hash tag', async () => {
    const login = `user reader on >${plantedSecret} ~* ${commands} +cluster|slots`;
    const cluster = await clusterConfig();
    const node = await redisService([...cluster, `requirepass ${administrator}`, login], administrator);
    await node.during(async () => {
      await node.cli('cluster', 'addslotsrange', '0', '16383');
      await eventually('the cluster is up', async () => (await node.cli('cluster', 'info')).includes('state:ok'));
      await node.cli('rpush', '{bull}:jobs:wait', '1', '2');
      const settings = { ...settingsFor(node.port), cluster: true };
      const tagged = make(subject, { ...settings, prefix: '{bull}' });
      expect((await tagged.sample(never())).value).toBe(2);
      await tagged.close?.();
      const spread = make(subject, settings);
      expect((await failureOf(spread)).message).toContain('hash tag');
      await spread.close?.();
    });
  });
});

describeConformance(subject, {
  server,
  value: 4,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), prefix: 'shop', queue: 'none' }, outcome: 'noData' }),
  empty: () => ({ settings: { ...settingsFor(server.port), count: 'active' }, outcome: 0 }),
  afterRestart: fill,
});
