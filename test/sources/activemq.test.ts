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
