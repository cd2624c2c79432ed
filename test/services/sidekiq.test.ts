import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { redisService } from '../../scripts/services/redis.js';
import { sidekiqService } from '../../scripts/services/sidekiq.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const administrator = 'administrator-password';
const never = (): AbortSignal => new AbortController().signal;
const commands = '+multi +exec +llen +lindex +sismember +smembers +hvals +zcount +zcard';
// The minimum permissions on the page of the source.
const reader = `user reader on >${plantedSecret} ~queue:default ~queue:mail ~queue:reports ~queue:strange ~queue:none ~queues ~processes ~*:work ~*:workers ~schedule ~retry ${commands} +select`;

const server = await redisService([`requirepass ${administrator}`, reader], administrator);
const settingsFor = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
});
const subject = { type: 'sidekiq', settingsFor };
/** Every test has a database of its own. */
const broker = (database: number) => `redis://:${administrator}@127.0.0.1:${server.port}/${database}`;

beforeAll(async () => {
  await server.start();
  await fill();
});
afterAll(() => server.stop());

async function fill(): Promise<void> {
  const { ruby } = await sidekiqService(broker(0));
  await ruby("3.times { Hold.perform_async }; Hold.perform_in(3600); Hold.set(queue: 'mail').perform_async");
}

async function sampled(settings: Record<string, unknown>) {
  const counting = make(subject, { ...settingsFor(server.port), ...settings });
  try {
    return await counting.sample(never());
  } finally {
    await counting.close?.();
  }
}
const count = async (settings: Record<string, unknown>) => (await sampled(settings)).value;

describe('sidekiq', () => {
  it.each([
    ['jobs that wait', {}, 3],
    ['jobs of several queues, each once', { queue: ['default', 'mail', 'default'] }, 4],
    ['scheduled jobs', { count: 'scheduled' }, 1],
    ['jobs that wait and are scheduled', { count: ['enqueued', 'scheduled', 'retry'] }, 4],
  ])('counts %s', async (_name, settings, value) => {
    expect(await count(settings)).toBe(value);
  });

  it('counts jobs that run, of its queues only, and a job whose time has come while no process runs', async () => {
    const database = 1;
    const { ruby, process } = await sidekiqService(broker(database));
    await ruby("2.times { Hold.perform_async }; 4.times { Hold.set(queue: 'mail').perform_async }; Hold.perform_in(1)");
    await eventually('the scheduled job is due', async () => (await count({ database, count: 'due' })) === 1);
    expect(await count({ database })).toBe(3);
    const running = process(['default,10', 'mail,1']);
    await running.start();
    try {
      const busy = (queue: string[]) => count({ database, queue, count: 'busy' });
      await eventually('two jobs run', async () => (await busy(['default', 'mail'])) === 2, 40_000);
      expect((await busy(['default'])) + (await busy(['mail']))).toBe(2);
      expect(await count({ database, queue: ['default', 'mail'] })).toBe(7);
      await server.cli('-n', String(database), 'set', 'release', 'yes');
      const all = { database, queue: ['default', 'mail'] };
      await eventually('all jobs are done', async () => (await count(all)) === 0, 60_000);
    } finally {
      await running.stop();
    }
  });

  it.each([
    ['seconds, as versions before 8 write them', 1_000],
    ['milliseconds, as version 8 writes them', 1],
  ])('measures how long the oldest job has waited, from %s', async (_name, unitMs) => {
    const enqueuedAt = (Date.now() - 90_000) / unitMs;
    await server.cli('-n', '2', 'del', 'queue:reports');
    await server.cli('-n', '2', 'sadd', 'queues', 'reports');
    for (const at of [enqueuedAt, enqueuedAt + 60_000 / unitMs]) {
      await server.cli('-n', '2', 'lpush', 'queue:reports', JSON.stringify({ class: 'Hold', enqueued_at: at }));
    }
    const seconds = await count({ database: 2, queue: 'reports', measure: 'latency' });
    expect(seconds).toBeGreaterThanOrEqual(90);
    expect(seconds).toBeLessThan(120);
  });

  it('measures the time that the application itself wrote', async () => {
    const { ruby } = await sidekiqService(broker(3));
    await ruby('Hold.perform_async');
    await eventually('the job has waited a second', async () => {
      const [seconds, latency] = [
        await count({ database: 3, measure: 'latency' }),
        Number(await ruby('puts Sidekiq::Queue.new.latency')),
      ];
      // Sidekiq computed its own after ours.
      return seconds > 1 && seconds <= latency && latency - seconds < 10;
    });
  });

  it('has no latency and no jobs when a queue that was used is empty', async () => {
    await server.cli('-n', '4', 'sadd', 'queues', 'default');
    expect(await count({ database: 4, measure: 'latency' })).toBe(0);
    expect(await count({ database: 4 })).toBe(0);
  });

  it('counts the jobs of one queue although another has never been used', async () => {
    const settings = { queue: ['default', 'none'], emptyAs: 0 };
    expect(await sampled(settings)).toMatchObject({ value: 3, note: expect.stringContaining('none') });
    expect((await sampled({ ...settings, measure: 'latency' })).value).toBeGreaterThan(0);
    expect(await count({ queue: ['none'], emptyAs: 0 })).toBe(0);
  });

  it('reads the keys below a prefix', async () => {
    await server.cli('acl', 'setuser', 'reader', '~shop:*');
    await server.cli('lpush', 'shop:queue:default', '{}', '{}');
    await server.cli('sadd', 'shop:processes', 'host:1:a');
    await server.cli('hset', 'shop:host:1:a:work', 't1', '{"queue":"default"}', 't2', '{"queue":"mail"}', 't3', 'text');
    expect(await count({ keyPrefix: 'shop:' })).toBe(3);
  });

  it.each([
    ['a queue that has never been used', { queue: 'none' }, 'noData', 'no Sidekiq queue none'],
    ['its latency', { queue: 'none', measure: 'latency' }, 'noData', 'no Sidekiq queue none'],
    ['a queue without permission', { queue: 'secrets' }, 'denied', 'permissions of the user'],
    ['processes without permission', { keyPrefix: 'other:' }, 'denied', 'permissions of the user'],
    ['a job without a time', { queue: 'strange', measure: 'latency' }, 'malformed', 'has no enqueued_at'],
  ])('reports %s', async (_name, settings, code, said) => {
    await server.cli('lpush', 'queue:strange', '{"class":"Hold"}');
    const counting = make(subject, { ...settingsFor(server.port), ...settings });
    expect(await failureOf(counting)).toMatchObject({ code, message: expect.stringContaining(said) });
    await counting.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 3,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), queue: 'none' }, outcome: 'noData' }),
  empty: () => ({ settings: { ...settingsFor(server.port), count: 'retry' }, outcome: 0 }),
  afterRestart: fill,
});
