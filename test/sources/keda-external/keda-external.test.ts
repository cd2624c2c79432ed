/** The rest is in test/services, against a scaler in Python. */
import { ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeCertificates } from '../../support/certificates.js';
import { describeFailures, failureOf, make, plantedSecret } from '../conformance.js';
import { type Failure, type Handlers, startScaler } from './scaler-server.js';

const never = (): AbortSignal => new AbortController().signal;
const subject = {
  type: 'keda-external',
  settingsFor: (port: number) => ({ address: `127.0.0.1:${port}`, metadata: { password: plantedSecret } }),
};

describeFailures(subject);

const specs = (...names: string[]) => ({ metricSpecs: names.map((metricName) => ({ metricName, targetSize: 5 })) });
const values = (...numbers: number[]) => ({ metricValues: numbers.map((metricValue) => ({ metricValue })) });
const failing = (code: status, details: string) => () => {
  const failure: Failure = { code, details };
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- the server of the tests passes it on
  throw failure;
};

let handlers: Handlers = {};
let scaler: Awaited<ReturnType<typeof startScaler>>;
const called: [string, unknown][] = [];
beforeAll(async () => {
  scaler = await startScaler(() => handlers);
});
afterAll(() => scaler.stop());
beforeEach(() => {
  called.length = 0;
  handlers = {
    GetMetricSpec: (request) => {
      called.push(['GetMetricSpec', request]);
      return specs('jobs');
    },
    GetMetrics: (request) => {
      called.push(['GetMetrics', request]);
      return values(3);
    },
  };
});
const source = (settings: Record<string, unknown> = {}, timeoutMs?: number) =>
  make(subject, { ...subject.settingsFor(scaler.port), ...settings }, timeoutMs);

it('requests the name of the metric once, and then only its value', async () => {
  const read = source({ namespace: 'shop' });
  for (let sample = 0; sample < 3; sample += 1) expect((await read.sample(never())).value).toBe(3);
  await read.close?.();
  const object = {
    name: 'waiting',
    namespace: 'shop',
    scalerMetadata: { scalerAddress: `127.0.0.1:${scaler.port}`, password: plantedSecret },
  };
  const metrics = ['GetMetrics', { scaledObjectRef: object, metricName: 'jobs' }];
  expect(called).toEqual([['GetMetricSpec', object], metrics, metrics, metrics]);
});

it('does not request a name that is set', async () => {
  await source({ metric: 'mails' }).sample(never());
  expect(called).toMatchObject([['GetMetrics', { metricName: 'mails' }]]);
});

it('requests the name again after a request on which the connection was closed', async () => {
  const read = source();
  await read.sample(never());
  const { GetMetrics } = handlers;
  handlers = { ...handlers, GetMetrics: failing(status.UNAVAILABLE, 'restarting') };
  expect((await failureOf(read)).code).toBe('unreachable');
  handlers = { ...handlers, ...(GetMetrics && { GetMetrics }) };
  await read.sample(never());
  expect(called.filter(([name]) => name === 'GetMetricSpec')).toHaveLength(2);
  await read.close?.();
});

describe('no number', () => {
  it.each<[string, Handlers, Record<string, unknown>, string, string]>([
    ['no metric', { GetMetricSpec: () => specs() }, {}, 'missing', 'no metric'],
    ['several metrics', { GetMetricSpec: () => specs('a', 'b') }, {}, 'malformed', '2 metrics. Set metric'],
    ['no value', { GetMetrics: () => values() }, { metric: 'a' }, 'noData', 'emptyAs'],
    ['a negative value', { GetMetrics: () => values(-1) }, { metric: 'a' }, 'malformed', 'never negative'],
    [
      'infinity',
      { GetMetrics: () => ({ metricValues: [{ metricValueFloat: Infinity }] }) },
      { metric: 'a' },
      'malformed',
      'infinite',
    ],
    ['other messages', { GetMetrics: () => Buffer.from([0xff]) }, { metric: 'a' }, 'malformed', 'Check address'],
    ['another service', {}, { metric: 'a' }, 'failed', 'does not implement /externalscaler.ExternalScaler/GetMetrics'],
    ...(
      [
        [status.PERMISSION_DENIED, 'denied', 'refuses access'],
        [status.UNAUTHENTICATED, 'denied', 'refuses access'],
        [status.NOT_FOUND, 'missing', 'Check metadata'],
        [status.INVALID_ARGUMENT, 'failed', 'Check metadata'],
        [status.RESOURCE_EXHAUSTED, 'throttled', 'refused the request'],
        [status.UNKNOWN, 'failed', 'in its log'],
        [status.INTERNAL, 'failed', 'in its log'],
        [status.UNAVAILABLE, 'unreachable', 'cannot be reached'],
        [status.DEADLINE_EXCEEDED, 'timeout', 'no response within the timeout'],
      ] as const
    ).map(([code, read, said]): [string, Handlers, Record<string, unknown>, string, string] => [
      `the status ${status[code]}`,
      { GetMetrics: failing(code, 'redis ended') },
      { metric: 'a' },
      read,
      said,
    ]),
  ])('%s', async (_name, given, settings, code, said) => {
    handlers = given;
    const error = await failureOf(source(settings));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it('a failed scaler is never zero, whatever emptyAs says', async () => {
    handlers = { GetMetrics: failing(status.UNKNOWN, '') };
    expect((await failureOf(source({ metric: 'a', emptyAs: 0 }))).code).toBe('failed');
  });

  it('an empty response is the number that a person chose', async () => {
    handlers = { GetMetrics: () => values() };
    expect((await source({ metric: 'a', emptyAs: 0 }).sample(never())).value).toBe(0);
  });

  it('says what the scaler says, on one line, without the values of the metadata', async () => {
    handlers = { GetMetrics: failing(status.INTERNAL, `no login\nwith ${plantedSecret}`) };
    expect((await failureOf(source({ metric: 'a' }))).message).toContain('failed: no login with [secret].');
  });
});

describe('over TLS', () => {
  it('trusts the authority that is set, under the name that is set, and no other', async () => {
    const { ca, cert, key } = await makeCertificates();
    const other = await makeCertificates();
    const pairs = [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }];
    const secure = await startScaler(() => handlers, ServerCredentials.createSsl(null, pairs));
    const address = `localhost:${secure.port}`;
    const serverName = 'queue.example';
    expect((await source({ address, tls: { ca, serverName } }).sample(never())).value).toBe(3);
    expect((await source({ address, tls: { verify: false } }).sample(never())).value).toBe(3);
    for (const tls of [{}, { ca: other.ca, serverName }, { ca }]) {
      const error = await failureOf(source({ address, tls }));
      expect(error.code).toBe('unreachable');
      expect(error.message).toContain('tls');
    }
    expect((await failureOf(source({ address }))).code).toBe('unreachable');
    secure.stop();
  });
});

it.each([
  [{ address: 'scaler' }, 'not host:port'],
  [{ address: 'http://scaler:6000' }, 'not host:port'],
  [{ address: 'scaler:6000', metric: 'jobs', measure: 'active' }, 'no effect with measure: active'],
])('refuses the settings %j', (settings, said) => {
  expect(() => make(subject, settings)).toThrow(said);
});
