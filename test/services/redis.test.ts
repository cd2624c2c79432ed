import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clusterConfig, redisService, sentinelService, type RedisService } from '../../scripts/services/redis.js';
import { queueFromEnvironment } from '../../src/config/environment/queue.js';
import { freePorts } from '../../scripts/services/free-ports.js';
import { makeCertificates } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { describeConformance, failureOf, make, plantedSecret } from '../sources/conformance.js';

const administrator = 'administrator-password';
const never = (): AbortSignal => new AbortController().signal;
// The least that counting needs: no other command, no other key.
const reader = `user reader on >${plantedSecret} ~jobs* ~events* +llen +xlen +exists +xinfo +select +cluster|slots`;

const server = await redisService([`requirepass ${administrator}`, reader], administrator);
const settingsFor = (port: number) => ({
  url: `redis://127.0.0.1:${port}`,
  username: 'reader',
  password: plantedSecret,
  key: 'jobs',
});
const subject = { type: 'redis', settingsFor };

beforeAll(async () => {
  await server.start();
  await fill(server);
});
afterAll(() => server.stop());

async function fill({ cli }: RedisService): Promise<void> {
  await cli('rpush', 'jobs', 'a', 'b', 'c');
  for (let entry = 1; entry <= 5; entry += 1) await cli('xadd', 'events', '*', 'n', String(entry));
  await cli('xgroup', 'create', 'events', 'workers', '0');
  await cli('xreadgroup', 'group', 'workers', 'one', 'count', '2', 'streams', 'events', '>');
  // Three entries, of which one is done and one is being worked on.
  for (const id of ['1-0', '2-0', '3-0']) await cli('xadd', 'events.half', id, 'n', id);
  await cli('xgroup', 'create', 'events.half', 'workers', '0');
  await cli('xreadgroup', 'group', 'workers', 'one', 'count', '2', 'streams', 'events.half', '>');
  await cli('xack', 'events.half', 'workers', '1-0');
  await cli('-n', '3', 'rpush', 'jobs', 'other');
}

describe('redis', () => {
  const source = (settings: Record<string, unknown>) => make(subject, { ...settingsFor(server.port), ...settings });
  const stream = { key: 'events', structure: 'stream', group: 'workers' };

  it.each([
    ['a list', {}, 3],
    ['a list of another database', { database: 3 }, 1],
    ['a list of the database in the address', { url: () => `redis://127.0.0.1:${server.port}/3` }, 1],
    ['the length of a stream', { ...stream, group: undefined }, 5],
    ['what a group has still to do', { ...stream, key: 'events.half' }, 2],
    ['the length of a stream, as a person chose', { ...stream, count: 'length' }, 5],
    ['what a group has not been given yet', { ...stream, count: 'lag' }, 3],
    ['what a group has been given and not acknowledged', { ...stream, count: 'pending' }, 2],
    ['both of them', { ...stream, count: ['lag', 'pending'] }, 5],
    ['a stream that does not exist, as a person chose', { key: 'events2', structure: 'stream', emptyAs: 0 }, 0],
  ])('counts %s', async (_name, { url, ...settings }: Record<string, unknown>, value) => {
    const resolved = typeof url === 'function' ? { ...settings, url: (url as () => string)() } : settings;
    const counting = source(resolved);
    expect((await counting.sample(never())).value).toBe(value);
    await counting.close?.();
  });

  it.each([
    ['a stream that is not there', { key: 'events2', structure: 'stream' }, 'noData', 'no stream events2'],
    [
      'the lag of a stream that is not there',
      { ...stream, key: 'events2', count: 'lag' },
      'noData',
      'no stream events2',
    ],
    ['a group that is not there', { ...stream, count: 'lag', group: 'others' }, 'missing', 'no group others'],
    ['a key of another kind', { key: 'events' }, 'failed', 'is not a list'],
    ['a key it has no right to', { key: 'secrets' }, 'denied', 'permissions of the user'],
  ])('says so of %s', async (_name, settings, code, said) => {
    const counting = source(settings);
    const error = await failureOf(counting);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    await counting.close?.();
  });

  it('counts of the stream that the environment names what its group has not read, and what it works on', async () => {
    const environment = {
      QUEUE_TYPE: 'Redis',
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(server.port),
      REDIS_QUEUE_KEY: 'events',
      REDIS_QUEUE_TYPE: 'stream',
      REDIS_CONSUMER_GROUP: 'workers',
    };
    const login = { username: 'reader', password: plantedSecret };
    for (const [more, expected] of [
      [{}, 3],
      [{ USE_COMBINED_MESSAGES: 'true' }, 5],
      [{ REDIS_QUEUE_KEY: 'evnets' }, undefined],
    ] as const) {
      const counting = source({ ...queueFromEnvironment({ ...environment, ...more }).settings, ...login });
      const seen = await counting.sample(never()).catch(() => undefined);
      expect(seen?.value).toBe(expected);
      await counting.close?.();
    }
  });

  it('cannot compute the lag of a group that began in the middle of a stream, and says what to do', async () => {
    for (const id of ['1-1', '2-1', '3-1']) await server.cli('xadd', 'events:middle', id, 'n', '1');
    await server.cli('xgroup', 'create', 'events:middle', 'workers', '2-1');
    const counting = source({ ...stream, key: 'events:middle', count: 'lag' });
    expect((await failureOf(counting)).message).toContain('cannot compute the lag');
    await counting.close?.();
  });

  it('holds one connection, and lets it go when closed', async () => {
    const counting = source({});
    const connections = async () =>
      (await server.cli('client', 'list')).split('\n').filter((line) => line.includes('user=reader')).length;
    const before = await connections();
    for (let sample = 0; sample < 5; sample += 1) await counting.sample(never());
    expect(await connections()).toBe(before + 1);
    await counting.close?.();
    await eventually('the connection is closed', async () => (await connections()) === before);
  });
});

describe('redis behind Sentinel', () => {
  it('finds the master', async () => {
    const sentinel = await sentinelService(server.port, administrator);
    await sentinel.during(async () => {
      const settings = { ...settingsFor(sentinel.port), sentinel: { master: 'queue' } };
      const counting = make(subject, settings);
      expect((await counting.sample(never())).value).toBe(3);
      await counting.close?.();
      const unknown = make(subject, { ...settings, sentinel: { master: 'no-such-master' } });
      expect((await failureOf(unknown)).message).toContain('sentinel.master');
      await unknown.close?.();
    });
  });
});

describe('redis as a Cluster', () => {
  it('asks the node that holds the key', async () => {
    const cluster = await clusterConfig();
    const node = await redisService([...cluster, `requirepass ${administrator}`, reader], administrator);
    await node.during(async () => {
      await node.cli('cluster', 'addslotsrange', '0', '16383');
      await eventually('the cluster is up', async () => (await node.cli('cluster', 'info')).includes('state:ok'));
      await node.cli('rpush', 'jobs', 'a', 'b');
      const counting = make(subject, { ...settingsFor(node.port), cluster: true });
      expect((await counting.sample(never())).value).toBe(2);
      await counting.close?.();
      const refused = make(subject, { ...settingsFor(node.port), cluster: true, password: 'wrong' });
      expect((await failureOf(refused)).code).toBe('denied');
      await refused.close?.();
    });
  });
});

describe('redis over TLS', () => {
  it('is read when its authority is trusted, and asks for a certificate of ours where it was told to', async () => {
    const { ca, cert, key, files } = await makeCertificates();
    const [open = 0, guarded = 0] = await freePorts(2);
    const tlsOn = (port: number, clients: 'yes' | 'no') =>
      redisService(
        [
          ...[`tls-port ${port}`, `tls-auth-clients ${clients}`, `tls-ca-cert-file ${files.ca}`],
          ...[`tls-cert-file ${files.cert}`, `tls-key-file ${files.key}`, `requirepass ${administrator}`, reader],
        ],
        administrator,
      );
    const settings = (port: number, tls?: Record<string, string>) => ({
      ...settingsFor(port),
      url: `rediss://127.0.0.1:${port}`,
      ...(tls && { tls }),
    });
    const asks = async (port: number, tls?: Record<string, string>) => {
      const counting = make(subject, settings(port, tls));
      const { value } = await counting.sample(never());
      await counting.close?.();
      return value;
    };
    const refused = async (port: number, tls?: Record<string, string>) => {
      const counting = make(subject, settings(port, tls));
      const { code, message } = await failureOf(counting);
      await counting.close?.();
      return { code, message };
    };

    const anyClient = await tlsOn(open, 'no');
    await anyClient.during(async () => {
      await anyClient.cli('rpush', 'jobs', 'a', 'b');
      expect(await asks(open, { ca })).toBe(2);
      expect(await refused(open)).toEqual({ code: 'unreachable', message: expect.stringContaining('tls.ca') });
    });
    const known = await tlsOn(guarded, 'yes');
    await known.during(async () => {
      await known.cli('rpush', 'jobs', 'a');
      expect(await asks(guarded, { ca, cert, key })).toBe(1);
      expect(await refused(guarded, { ca })).toEqual({ code: 'denied', message: expect.stringContaining('tls.cert') });
    });
  });
});

describeConformance(subject, {
  server,
  value: 3,
  wrongLogin: () => ({ ...settingsFor(server.port), password: 'wrong' }),
  missingName: () => ({
    settings: { ...settingsFor(server.port), key: 'events-nowhere', structure: 'stream' },
    outcome: 'noData',
  }),
  empty: () => ({ settings: { ...settingsFor(server.port), key: 'jobs-done' }, outcome: 0 }),
  afterRestart: () => fill(server),
});
