/** The source azure-service-bus against a server of ours. Nothing here ran against Azure itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  expectNoSecret,
  describeConformance,
  describeFailures,
  failureOf,
  make,
  plantedSecret,
} from '../conformance.js';
import type { Reply } from '../local-servers.js';
import { entry, failure, serviceBusServer } from './service-bus-server.js';

const never = (): AbortSignal => new AbortController().signal;
const policy = { name: 'reader', key: plantedSecret };
const connectionString = `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=${plantedSecret}`;
const subject = {
  type: 'azure-service-bus',
  settingsFor: (port: number) => ({ endpoint: `http://127.0.0.1:${port}`, connectionString, queue: 'jobs' }),
};
const entities = new Map<string, Reply>();
const server = serviceBusServer(policy, entities);
const source = (settings: Record<string, unknown> = {}) =>
  make(subject, { ...subject.settingsFor(server.port), ...settings });
const sampled = async (settings: Record<string, unknown> = {}) => {
  const counting = source(settings);
  const sample = await counting.sample(never());
  await counting.close?.();
  return sample;
};
const counts = { active: 5, dead: 20, scheduled: 300, transfer: 4000, transferDead: 50_000 };

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.asked.length = 0;
  entities.clear();
  entities.set('/jobs', entry('Queue', counts));
  entities.set('/orders/Subscriptions/mail', entry('Subscription', { active: 7 }));
  entities.set('/orders', entry('Topic'));
  entities.set('/shop/eu/jobs', entry('Queue', { active: 2 }));
  entities.set('/done', entry('Queue'));
});

describeFailures(subject);

describe('azure-service-bus counts', () => {
  it.each([
    ['active messages', undefined, 5],
    ['scheduled messages', 'scheduled', 300],
    ['dead letters', 'deadLetter', 20],
    ['messages to be transferred', 'transfer', 4000],
    ['messages whose transfer failed', 'transferDeadLetter', 50_000],
    ['several of them', ['active', 'scheduled', 'transfer'], 4305],
  ])('%s', async (_name, count, value) => {
    expect((await sampled(count === undefined ? {} : { count })).value).toBe(value);
  });

  it('messages of a subscription', async () => {
    expect((await sampled({ queue: undefined, topic: 'orders', subscription: 'mail' })).value).toBe(7);
  });

  it('messages of a queue whose name has slashes', async () => {
    expect((await sampled({ queue: 'shop/eu/jobs' })).value).toBe(2);
    expect(server.asked[0]!.url).toBe('/shop/eu/jobs?api-version=2021-05');
  });

  it.each(['Disabled', 'ReceiveDisabled'])('messages that nobody can receive, with a note: %s', async (status) => {
    entities.set('/jobs', entry('Queue', counts, status));
    expect(await sampled()).toMatchObject({ value: 5, note: expect.stringContaining(`its status is ${status}`) });
  });

  it.each(['Active', 'SendDisabled'])('messages without a note where they can be received: %s', async (status) => {
    entities.set('/jobs', entry('Queue', counts, status));
    expect(await sampled()).not.toHaveProperty('note');
  });

  it('zero as no data, with emptyAs', async () => {
    expect((await sampled({ queue: 'done' })).value).toBe(0);
    expect((await failureOf(source({ queue: 'done', emptyAs: 'noData' }))).code).toBe('noData');
  });
});

describe('azure-service-bus reports', () => {
  it.each([
    ['a queue that does not exist', { queue: 'none' }, 'missing', 'there is no queue none'],
    [
      'a subscription that does not exist',
      { queue: undefined, topic: 'orders', subscription: 'none' },
      'missing',
      'there is no subscription orders/none',
    ],
    ['a topic that is called a queue', { queue: 'orders' }, 'missing', 'Set topic and subscription'],
  ])('%s', async (_name, settings, code, said) => {
    const error = await failureOf(source(settings));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it.each([
    [failure(401, 'claim is missing. TrackingId:7'), 'denied', '401: 401: claim is missing. TrackingId:7'],
    [failure(403, 'IP address is forbidden'), 'denied', 'needs the claim Manage'],
    [failure(429, 'too many'), 'throttled', 'Raise interval'],
    [failure(503, 'busy'), 'failed', '503: 503: busy'],
    [{ type: 'text/html', body: '<html>hello</html>' }, 'malformed', 'not from Service Bus'],
    [entry('Subscription', { active: 1 }), 'malformed', 'not from Service Bus'],
    [
      { body: '<QueueDescription><Status>Active</Status></QueueDescription>' },
      'malformed',
      'has no ActiveMessageCount',
    ],
  ])('%j', async (reply, code, said) => {
    entities.set('/jobs', reply);
    const error = await failureOf(source());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});

it('a signature that someone else made is sent as it is', async () => {
  const signature = 'SharedAccessSignature sr=sb%3A%2F%2Fshop&sig=abcdefgh%3D&se=1&skn=reader';
  const given = `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessSignature=${signature};EntityPath=jobs`;
  await failureOf(source({ connectionString: given }));
  expect(server.asked[0]!.headers.authorization).toBe(signature);
});

describe('azure-service-bus settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      make({ type: 'azure-service-bus' }, settings);
    } catch (error) {
      expectNoSecret(error);
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['neither a queue nor a topic', { connectionString }, 'queue: is missing'],
    [
      'a queue and a topic',
      { connectionString, queue: 'a', topic: 'b', subscription: 'c' },
      'topic: cannot be combined',
    ],
    ['a topic without a subscription', { connectionString, topic: 'b' }, 'subscription: is missing'],
    [
      'a subscription without a topic',
      { connectionString, queue: 'b', subscription: 'c' },
      'subscription: requires topic',
    ],
    ['neither a connection string nor a namespace', { queue: 'a' }, 'connectionString: is missing'],
    ['both of them', { queue: 'a', connectionString, namespace: 'shop' }, 'namespace: cannot be combined'],
    ['a URL', { queue: 'a', connectionString: `https://${plantedSecret}` }, 'connectionString: is not a connection'],
    [
      'a key without a name',
      { queue: 'a', connectionString: `Endpoint=sb://a/;SharedAccessKey=${plantedSecret}` },
      'is not',
    ],
    ['another endpoint', { queue: 'a', connectionString: connectionString.replace('sb:', 'amqp:') }, 'is not'],
    ['a namespace with a path', { queue: 'a', namespace: 'shop/a' }, 'namespace: is not the name'],
    ['an unknown counter', { queue: 'a', connectionString, count: 'locked' }, 'count'],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });

  it('accept a connection string in any order and case', () => {
    const given = ` sharedaccesskey=${plantedSecret};SHAREDACCESSKEYNAME=a;endpoint=sb://shop.servicebus.windows.net;`;
    expect(refusal({ queue: 'a', connectionString: given })).toBe('accepted');
  });
});

describeConformance(subject, {
  server,
  value: 5,
  wrongLogin: () => ({
    ...subject.settingsFor(server.port),
    connectionString: connectionString.replace(plantedSecret, 'another-secret'),
  }),
  missingName: () => ({ settings: { ...subject.settingsFor(server.port), queue: 'none' }, outcome: 'missing' }),
  empty: () => ({ settings: { ...subject.settingsFor(server.port), queue: 'done' }, outcome: 0 }),
});
