/** What needs no server of the right kind, for every source that has none of its own here: they run whole in test/services. */
import { describe, expect, it } from '@jest/globals';
import { describeFailures, expectNoSecret, make, plantedSecret } from './conformance.js';

const aws = (port: number) => ({
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'reader', secretAccessKey: plantedSecret },
});
const login = { username: 'reader', password: plantedSecret };

for (const [type, settingsFor] of [
  ['sqs', (port) => ({ ...aws(port), queue: 'jobs' })],
  ['cloudwatch', (port) => ({ ...aws(port), namespace: 'Shop', metric: 'Requests' })],
  ['kinesis', (port) => ({ ...aws(port), stream: 'clicks', measure: 'shards' })],
  ['rabbitmq', (port) => ({ ...login, url: `amqp://127.0.0.1:${port}`, queue: 'jobs' })],
  ['rabbitmq', (port) => ({ ...login, url: `http://127.0.0.1:${port}`, queue: 'jobs' })],
  ['activemq', (port) => ({ ...login, url: `http://127.0.0.1:${port}`, queue: 'jobs' })],
  ['nats', (port) => ({ ...login, url: `nats://127.0.0.1:${port}`, stream: 'ORDERS', consumer: 'worker' })],
  [
    'temporal',
    (port) => ({
      address: `127.0.0.1:${port}`,
      taskQueue: 'jobs',
      apiKey: plantedSecret,
      // From Node 26, an IP address is no name for TLS.
      tls: { serverName: 'temporal' },
    }),
  ],
] satisfies [string, (port: number) => Record<string, unknown>][]) {
  describeFailures({ type, settingsFor });
}

describe('temporal settings', () => {
  it.each([
    [
      'a version without a name',
      { version: { deployment: 'shop' } },
      'version: has not exactly one of buildId and role',
    ],
    [
      'a version with two names',
      { version: { deployment: 'shop', buildId: 'v1', role: 'current' } },
      'version: has not exactly one of buildId and role',
    ],
    ['the use of no version', { count: 'inUse' }, 'version: is missing'],
  ])('refuse %s', (_name, settings, said) => {
    expect(() => make({ type: 'temporal' }, { taskQueue: 'jobs', ...settings })).toThrow(said);
  });
});

describe('nats settings', () => {
  it.each([
    ['a consumer of a subject of its own', { consumer: 'a.b' }, 'which no name contains'],
    ['a wildcard', { stream: '*' }, 'which no name contains'],
    ['no stream', { stream: '' }, 'stream'],
  ])('refuse %s', (_name, settings, said) => {
    expect(() => make({ type: 'nats' }, { stream: 'ORDERS', consumer: 'worker', ...settings })).toThrow(said);
  });
});

describe('rabbitmq settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      make({ type: 'rabbitmq' }, { queue: 'jobs', ...settings });
    } catch (error) {
      expectNoSecret(error, ['pass#20', plantedSecret]);
      return String(error);
    }
    return 'accepted';
  };

  it.each([
    ['a password with # in the address', { url: 'amqp://svc:pass#20@h:5672/' }, 'url: is not an address'],
    ['what AMQP cannot see', { url: 'amqp://h', count: 'all' }, 'count: all is not supported over AMQP'],
    [
      'a token where AMQP is spoken',
      { url: 'amqp://h', bearerToken: plantedSecret },
      'bearerToken: is not supported over AMQP',
    ],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });

  it('accept any password in the setting password', () => {
    expect(refusal({ url: 'amqp://h:5672', username: 'corp\\svc', password: 'p#a@b/c%d' })).toBe('accepted');
  });
});
