import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, make, plantedSecret } from './conformance.js';
import { LocalHttpServer, type Reply } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const subject = {
  type: 'activemq',
  settingsFor: (port: number) => ({
    url: `http://127.0.0.1:${port}/api/jolokia`,
    queue: 'jobs',
    username: 'reader',
    password: plantedSecret,
  }),
};

describe('activemq', () => {
  const answer = { body: { status: 200, value: { QueueSize: 5, InFlightCount: 2 } } };
  let reply: Reply = answer;
  const server = new LocalHttpServer(() => reply);
  const source = (settings: Record<string, unknown> = {}) =>
    make(subject, { ...subject.settingsFor(server.port), ...settings });
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    server.asked.length = 0;
    reply = answer;
  });

  it('sends the server as Origin, which ActiveMQ requires by default', async () => {
    await source().sample(never());
    expect(server.asked[0]!.headers).toMatchObject({ origin: `http://127.0.0.1:${server.port}` });
  });

  it.each(['Origin', 'origin', 'ORIGIN'])('sends another Origin where headers set %s', async (name) => {
    await source({ headers: { [name]: 'https://console.example' } }).sample(never());
    expect(server.asked[0]!.headers.origin).toBe('https://console.example');
  });

  it.each([
    [{ status: 403 }, 'denied', 'jolokia-access.xml'],
    [{ status: 403, error: 'java.lang.Exception : Origin null is not allowed' }, 'denied', 'jolokia-access.xml'],
    [{ status: 401 }, 'denied', 'the user'],
    [{ status: 404 }, 'missing', 'there is no queue jobs in broker localhost'],
    [{ status: 500 }, 'failed', 'returned 500'],
    [{ status: 500, error: 'OutOfMemoryError' }, 'failed', 'returned 500: OutOfMemoryError'],
    [{ status: 200 }, 'malformed', 'not from Jolokia'],
    [{ status: 200, error: 'odd' }, 'malformed', 'not from Jolokia'],
    [{}, 'malformed', 'not from Jolokia'],
  ])('a 200 whose body is %j is %s', async (body, code, said) => {
    reply = { body };
    const error = await failureOf(source());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});

/** Brokers that take turns. The real ones are in test/services. */
describe('activemq with several addresses', () => {
  const attributes = { QueueSize: 5, InFlightCount: 2 };
  const read = (mbean: string, value: unknown) => ({ status: 200, value: { [mbean]: value } });
  const active = { body: [read('queue', attributes), read('broker', { Slave: false })] };
  const standby = { body: [{ status: 404 }, read('broker', { Slave: true })] };
  const replies: [Reply, Reply] = [active, standby];
  const servers = [new LocalHttpServer(() => replies[0]), new LocalHttpServer(() => replies[1])] as const;
  const urlOf = (at: 0 | 1) => `http://127.0.0.1:${servers[at].port}/api/jolokia`;
  const source = (timeoutMs?: number) =>
    make(subject, { ...subject.settingsFor(0), url: [urlOf(0), urlOf(1)], broker: '*' }, timeoutMs);
  beforeAll(async () => {
    for (const server of servers) await server.start();
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });
  beforeEach(() => {
    replies[0] = active;
    replies[1] = standby;
    for (const server of servers) server.asked.length = 0;
  });

  it('asks both for the first sample, and then only the active one', async () => {
    const made = source();
    for (let sample = 0; sample < 4; sample += 1) {
      const { value, note } = await made.sample(never());
      expect({ value, note }).toEqual({ value: 5, note: `the active broker is ${urlOf(0)}` });
    }
    expect(servers[0].asked).toHaveLength(4);
    expect(servers[1].asked.length).toBeLessThanOrEqual(1);
    await made.close?.();
  });

  it('finds the active one while the remembered one does not respond, within one sample', async () => {
    const made = source(2_000);
    await made.sample(never());
    replies[1] = active;
    await servers[0].pause();
    try {
      const { value, note } = await made.sample(never());
      expect(value).toBe(5);
      expect(note).toMatch(/since .*Z, because .* got no (complete )?response/);
      expect(note).toContain(`the active broker is ${urlOf(1)}`);
    } finally {
      await servers[0].resume();
      await made.close?.();
    }
  });

  it.each([
    ['both on standby', standby, standby, 'unreachable', 'no broker is active'],
    ['one that fails', { status: 500, body: {} }, standby, 'unreachable', 'is on standby'],
    [
      'an active one without the queue',
      { body: [{ status: 404 }, read('b', { Slave: false })] },
      standby,
      'missing',
      'no queue',
    ],
    ['a refused login', { status: 401, body: {} }, standby, 'denied', 'username'],
    ['a refusal of Jolokia', { body: { status: 403 } }, standby, 'denied', 'jolokia-access.xml'],
    ['a response that is not from Jolokia', { body: [1, 2] }, standby, 'unreachable', 'not from Jolokia'],
  ] satisfies [string, Reply, Reply, string, string][])('reports %s', async (_name, first, second, code, said) => {
    replies[0] = first;
    replies[1] = second;
    const error = await failureOf(source());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.message).not.toContain(plantedSecret);
  });

  it('stops immediately when it is aborted', async () => {
    for (const server of servers) await server.pause();
    const controller = new AbortController();
    const failure = failureOf(source(60_000), controller.signal);
    controller.abort();
    expect((await failure).message).toContain('stopped');
    for (const server of servers) await server.resume();
  });

  it('refuses to choose between several brokers of one process', async () => {
    const value = { one: attributes, two: attributes };
    replies[0] = { body: [{ status: 200, value }, read('broker', { Slave: false })] };
    expect((await failureOf(source())).message).toContain('has 2 brokers with queue jobs. Set broker');
  });
});
