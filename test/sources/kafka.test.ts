import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { lagOf, type AutoOffsetReset, type Partition } from '../../src/adapters/sources/kafka/lag.js';
import { eventually } from '../support/eventually.js';
import { describeFailures, failureOf, make, plantedSecret } from './conformance.js';

const settingsFor = (port: number) => ({
  brokers: `127.0.0.1:${port}`,
  topics: 'jobs',
  group: 'workers',
  sasl: { username: 'reader', password: plantedSecret },
});

describeFailures({ type: 'kafka', settingsFor });

describe('the lag of a group', () => {
  const none = undefined;
  const cases: [string, Partition[], AutoOffsetReset, number][] = [
    [
      'is the number of messages from the committed offset to the end',
      [{ committed: 40, start: 0, end: 55 }],
      'earliest',
      15,
    ],
    ['is zero if the committed offset is the end', [{ committed: 40, start: 0, end: 40 }], 'earliest', 0],
    [
      'is the sum of all partitions',
      [
        { committed: 1, start: 0, end: 4 },
        { committed: 5, start: 0, end: 9 },
      ],
      'earliest',
      7,
    ],
    [
      'is all messages without a committed offset, for earliest',
      [{ committed: none, start: 0, end: 100 }],
      'earliest',
      100,
    ],
    [
      'is zero without a committed offset, for none',
      [
        { committed: none, start: 0, end: 100 },
        { committed: 40, start: 0, end: 40 },
      ],
      'none',
      0,
    ],
    ['is one without a committed offset, for latest', [{ committed: none, start: 0, end: 100 }], 'latest', 1],
    ['is zero for a partition without messages, for latest', [{ committed: none, start: 0, end: 0 }], 'latest', 0],
    [
      'excludes messages that retention deleted, without a committed offset',
      [
        { committed: none, start: 9000, end: 9000 },
        { committed: none, start: 8900, end: 9000 },
      ],
      'earliest',
      100,
    ],
    [
      'excludes messages after the committed offset that retention deleted',
      [{ committed: 10, start: 80, end: 100 }],
      'earliest',
      20,
    ],
    [
      'is zero for a partition whose messages have all expired, without a committed offset',
      [{ committed: none, start: 50, end: 50 }],
      'earliest',
      0,
    ],
    [
      'ignores a committed offset after the end, because the topic was created again',
      [{ committed: 1000, start: 0, end: 5 }],
      'earliest',
      5,
    ],
  ];
  it.each(cases)('%s', (_name, partitions, reset, lag) => {
    expect(lagOf(partitions, reset).messages).toBe(lag);
  });
});

describe('partitions of a group', () => {
  const partitions: Partition[] = [
    { committed: 40, start: 0, end: 55 },
    { committed: 9, start: 0, end: 9 },
    { committed: undefined, start: 0, end: 7 },
    { committed: undefined, start: 3, end: 3 },
    { committed: 99, start: 0, end: 5 },
  ];

  it.each([
    ['latest', 3],
    ['earliest', 3],
    ['none', 1],
  ] as const)('with lag are counted for consumers with auto.offset.reset %s', (reset, expected) => {
    expect(lagOf(partitions, reset).partitionsWithLag).toBe(expected);
  });

  it('without a valid committed offset are counted as uncommitted', () => {
    expect(lagOf(partitions, 'latest').uncommitted).toBe(2);
  });
});

describe('kafka with a broker that never responds', () => {
  const open = new Set<Socket>();
  const servers: Server[] = [];
  afterEach(async () => {
    for (const socket of open) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => once(server.close(), 'close')));
  });

  async function hangingAt(host: string): Promise<number> {
    const server = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
      socket.resume();
    });
    servers.push(server);
    await once(server.listen(0, host), 'listening');
    return (server.address() as AddressInfo).port;
  }

  it('closes the socket of a sample that was stopped', async () => {
    const source = make({ type: 'kafka' }, settingsFor(await hangingAt('127.0.0.1')), 60_000);
    const stop = new AbortController();
    const failure = failureOf(source, stop.signal);
    await eventually('the broker has a connection', () => open.size === 1);
    stop.abort();
    expect((await failure).message).toContain('stopped');
    await eventually('the connection is closed', () => open.size === 0);
    await source.close?.();
  });

  it('connects to the next broker for the next sample', async () => {
    const brokers = await Promise.all([hangingAt('127.0.0.1'), hangingAt('127.0.0.1'), hangingAt('127.0.0.1')]);
    const connected: number[] = [];
    for (const [at, server] of servers.entries()) server.on('connection', () => connected.push(at));
    const settings = { ...settingsFor(0), brokers: brokers.map((port) => `127.0.0.1:${port}`) };
    const source = make({ type: 'kafka' }, settings, 300);
    for (let sample = 0; sample < 4; sample += 1) expect((await failureOf(source)).code).toBe('timeout');
    expect(connected).toEqual([0, 1, 2, 0]);
    await source.close?.();
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'));
  (hasIpv6 ? it : it.skip)('connects to an IPv6 address in brackets', async () => {
    const brokers = `[::1]:${await hangingAt('::1')}`;
    const source = make({ type: 'kafka' }, { ...settingsFor(0), brokers }, 300);
    expect((await failureOf(source)).code).toBe('timeout');
    await source.close?.();
  });
});

describe('kafka settings', () => {
  it('require a group for the lag', () => {
    expect(() => make({ type: 'kafka' }, { brokers: 'h:9092', topics: 'jobs' })).toThrow('group: is missing');
  });

  it('require the port of a broker', () => {
    expect(() => make({ type: 'kafka' }, { brokers: 'h', topics: 'jobs', group: 'g' })).toThrow('brokers');
  });
});
