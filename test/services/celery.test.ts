import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { celeryService } from '../../scripts/services/celery.js';
import { redisService } from '../../scripts/services/redis.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const administrator = 'administrator-password';
const never = (): AbortSignal => new AbortController().signal;
// The minimum permissions on the page of the source, and the keys of the tests below.
const keys = '~celery* ~unacked ~mail* ~reports* ~shop:* ~empty*';
const reader = `user reader on >${plantedSecret} ${keys} +multi +exec +llen +hlen +select`;

const server = await redisService([`requirepass ${administrator}`, reader], administrator);
const settingsFor = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
});
const subject = { type: 'celery', settingsFor };
/** Every test has a database of its own. */
const broker = (database: number) => `redis://:${administrator}@127.0.0.1:${server.port}/${database}`;

beforeAll(async () => {
  await server.start();
  await fill();
});
afterAll(() => server.stop());

async function fill(): Promise<void> {
  const { python } = await celeryService(broker(0));
  await python('[hold.delay() for _ in range(3)]\n[hold.apply_async(priority=p) for p in (0, 1, 4, 9)]');
}

async function sampled(settings: Record<string, unknown>): Promise<number> {
  const counting = make(subject, { ...settingsFor(server.port), ...settings });
  try {
    return (await counting.sample(never())).value;
  } finally {
    await counting.close?.();
  }
}

describe('celery', () => {
  it('counts tasks of every priority', async () => {
    expect(await sampled({})).toBe(7);
    // Priorities 0 and 1 are in the list with the name of the queue.
    expect(await sampled({ prioritySteps: [0] })).toBe(5);
  });

  it('counts several queues, each once', async () => {
    const { python } = await celeryService(broker(1));
    await python("[hold.apply_async(queue=q) for q in ('mail', 'mail', 'reports')]");
    expect(await sampled({ database: 1, queue: ['mail', 'reports', 'mail'] })).toBe(3);
    expect(await sampled({ database: 1, queue: 'mail' })).toBe(2);
    expect(await sampled({ database: 1 })).toBe(0);
  });

  it('reads the keys that the transport options of the application name', async () => {
    const { python } = await celeryService(broker(2), [
      "app.conf.broker_transport_options = {'global_keyprefix': 'shop:', 'sep': '|', 'priority_steps': [0, 5]}",
    ]);
    await python('[hold.apply_async(priority=p) for p in (0, 4, 5, 9)]');
    const options = { database: 2, keyPrefix: 'shop:', separator: '|', prioritySteps: [0, 5] };
    expect(await sampled(options)).toBe(4);
    expect(await sampled({ ...options, separator: '/' })).toBe(2);
    expect(await sampled({ database: 2 })).toBe(0);
  });

  it.each([
    // A worker of two processes that receives four tasks runs two of them.
    ['and tasks that wait in a worker, with early acknowledgement', 3, 'False', 4],
    ['and tasks that run, with late acknowledgement', 4, 'True', 6],
  ])('counts tasks that wait %s', async (_name, database, acksLate, value) => {
    const { python, worker } = await celeryService(broker(database), [`app.conf.task_acks_late = ${acksLate}`]);
    await python('[hold.delay() for _ in range(6)]');
    const running = worker('celery');
    await running.start();
    try {
      await eventually('the worker received tasks', async () => {
        const waiting = await sampled({ database, count: 'waiting' });
        const all = await sampled({ database });
        return waiting <= 2 && all === value;
      });
      await server.cli('-n', String(database), 'set', 'release', 'yes');
      await eventually('all tasks are done', async () => (await sampled({ database })) === 0);
    } finally {
      await running.stop();
    }
  });

  it.each([
    ['a queue without permission', { queue: 'secrets' }, 'denied', 'permissions of the user'],
    ['a key of another type', { queue: 'mail-text' }, 'failed', 'mail-text has another type'],
  ])('reports %s', async (_name, settings, code, said) => {
    await server.cli('set', 'mail-text', 'text');
    const counting = make(subject, { ...settingsFor(server.port), ...settings });
    expect(await failureOf(counting)).toMatchObject({ code, message: expect.stringContaining(said) });
    await counting.close?.();
  });
});

describeConformance(subject, {
  server,
  value: 7,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({ settings: { ...settingsFor(server.port), queue: 'mail-misspelled' }, outcome: 0 }),
  empty: () => ({ settings: { ...settingsFor(server.port), queue: 'empty' }, outcome: 0 }),
  afterRestart: fill,
});
