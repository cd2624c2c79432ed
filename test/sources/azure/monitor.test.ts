/** The source azure-monitor against a server of ours that answers as the REST reference of Azure says. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startIdentityEndpoint } from '../../support/identity-endpoint.js';
import { describeConformance, describeFailures, failureOf, make, plantedSecret } from '../conformance.js';
import { LocalHttpServer, type Asked, type Reply } from '../local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const identity = await startIdentityEndpoint(() => plantedSecret);
const app = '/subscriptions/5b1e/resourceGroups/shop/providers/Microsoft.App/containerApps/web';
const subject = {
  type: 'azure-monitor',
  settingsFor: (port: number) => ({
    endpoint: `http://127.0.0.1:${port}`,
    resource: app,
    metric: 'Requests',
    aggregation: 'total',
  }),
};
const minute = 60_000;

/** Answers with a value for each minute of the requested time, the newest last. */
let reply: (asked: Asked) => Reply;
const server = new LocalHttpServer((asked) =>
  asked.headers.authorization === `Bearer ${plantedSecret}`
    ? reply(asked)
    : { status: 401, body: azureError('Expired') },
);
const source = (settings: Record<string, unknown> = {}) =>
  make(subject, { ...subject.settingsFor(server.port), ...settings });
const sampled = async (settings: Record<string, unknown> = {}) => {
  const metric = source(settings);
  const sample = await metric.sample(never());
  await metric.close?.();
  return sample;
};
const azureError = (code: string) => ({ error: { code, message: 'so it is' } });
const queryOf = ({ url }: Asked) => new URL(url, 'http://here').searchParams;
const endOf = (asked: Asked) => Date.parse(queryOf(asked).get('timespan')?.split('/')[1] ?? '');
const series = (asked: Asked, values: readonly (number | null | undefined)[], length = minute) => ({
  data: values.map((value, at) => ({
    timeStamp: new Date(endOf(asked) - (values.length - at) * length).toISOString(),
    ...(value !== undefined && { total: value }),
  })),
});
const metric = (...timeseries: object[]) => ({
  value: [{ name: { value: 'Requests' }, errorCode: 'Success', timeseries }],
});

beforeAll(() => server.start());
beforeEach(() => {
  server.asked.length = 0;
  reply = (asked) => ({ body: metric(series(asked, [1, 2, 7])) });
});
afterAll(() => Promise.all([server.stop(), identity.stop()]));

describeFailures(subject);

describe('the request of azure-monitor', () => {
  const asked = () => {
    const [first] = server.asked;
    return { path: decodeURIComponent(first!.url.split('?')[0]!), query: Object.fromEntries(queryOf(first!)) };
  };

  it('has the metric, the aggregation and the interval, for whole intervals of the last minutes', async () => {
    await sampled({ namespace: 'shop', filter: "statusCodeCategory eq '5xx'" });
    const { path, query } = asked();
    expect(path).toBe(`${app}/providers/Microsoft.Insights/metrics`);
    expect(query).toMatchObject({
      metricnames: 'Requests',
      metricnamespace: 'shop',
      aggregation: 'total',
      interval: 'PT1M',
      $filter: "statusCodeCategory eq '5xx'",
      top: '1000',
    });
    const [start, end] = query['timespan']!.split('/').map((time) => Date.parse(time));
    expect(end! - start!).toBe(10 * minute);
    expect(end! % minute).toBe(0);
    expect(Date.now() - end!).toBeGreaterThanOrEqual(minute);
    expect(Date.now() - end!).toBeLessThan(3 * minute);
  });

  it('has no filter and no limit of series if there is none', async () => {
    await sampled();
    expect(asked().query).not.toHaveProperty('$filter');
    expect(asked().query).not.toHaveProperty('top');
  });

  it('has the ID of the resource that subscription, resource group and name make', async () => {
    await sampled({ subscription: '5b1e', resourceGroup: 'shop', resource: 'Microsoft.App/containerApps/web' });
    expect(asked().path).toBe(`${app}/providers/Microsoft.Insights/metrics`);
  });

  it.each([
    ['5m', 'PT5M', 5 * minute],
    ['1h', 'PT1H', 60 * minute],
    ['12h', 'PT12H', 720 * minute],
    ['1d', 'P1D', 1440 * minute],
  ])('of the interval %s ends at a multiple of it, and has five of them', async (interval, written, length) => {
    reply = (asked) => ({ body: metric(series(asked, [4], length)) });
    expect((await sampled({ interval })).value).toBe(4);
    expect(asked().query['interval']).toBe(written);
    expect(endOf(server.asked[0]!) % length).toBe(0);
    const [start] = asked().query['timespan']!.split('/');
    expect(endOf(server.asked[0]!) - Date.parse(start!)).toBe(Math.max(10 * minute, 5 * length));
  });

  it('ends now without a delay', async () => {
    await sampled({ delay: '0s' });
    expect(Date.now() - endOf(server.asked[0]!)).toBeLessThan(minute + 5_000);
  });

  it('has a token for the management API, which is requested once', async () => {
    identity.asked.length = 0;
    const metric = source({ identity: { clientId: 'reader-app' } });
    for (let sample = 0; sample < 3; sample += 1) await metric.sample(never());
    await metric.close?.();
    expect(identity.asked).toEqual(['https://management.azure.com as reader-app']);
    expect(server.asked).toHaveLength(3);
  });
});

describe('azure-monitor reads', () => {
  it('the newest interval, with the time at which it ended', async () => {
    const sample = await sampled();
    expect(sample).toMatchObject({ value: 7, isDated: true, atMs: endOf(server.asked[0]!) });
  });

  it.each([
    ['that has no value yet', [5, null]],
    ['that is absent', [5, undefined]],
  ])('the interval before one %s', async (_name, values) => {
    reply = (asked) => ({ body: metric(series(asked, values)) });
    expect(await sampled()).toMatchObject({ value: 5, atMs: endOf(server.asked[0]!) - minute });
  });

  it('no interval that has not ended', async () => {
    reply = (asked) => ({
      body: metric({
        data: [-minute, 0, minute].map((after, at) => ({
          timeStamp: new Date(endOf(asked) + after).toISOString(),
          total: at,
        })),
      }),
    });
    expect(await sampled()).toMatchObject({ value: 0, atMs: endOf(server.asked[0]!) });
  });

  it.each([
    ['sum', 9],
    ['average', 4.5],
    ['max', 7],
    ['min', 2],
  ])('several series as their %s, of the newest interval alone', async (combine, value) => {
    reply = (asked) => ({ body: metric(series(asked, [9, 2]), series(asked, [9, 7]), series(asked, [9, null])) });
    expect((await sampled({ series: combine })).value).toBe(value);
  });

  it('zero as zero', async () => {
    reply = (asked) => ({ body: metric(series(asked, [3, 0])) });
    expect((await sampled()).value).toBe(0);
  });
});

describe('azure-monitor does not read', () => {
  it.each([
    ['several series without a choice', (a) => metric(series(a, [1]), series(a, [2])), 'malformed', '2 series'],
    ['no series', () => metric(), 'noData', 'Requests has no total in the intervals before'],
    ['series without values', (a) => metric(series(a, [null, null])), 'noData', 'emptyAs'],
    ['another aggregation', () => metric({ data: [{ timeStamp: '2026-01-01T00:00:00Z', average: 1 }] }), 'noData', ''],
    ['no metric', () => ({ value: [] }), 'malformed', 'contains no metric'],
    ['a metric that failed', () => ({ value: [{ errorCode: 'Timeout', timeseries: [] }] }), 'failed', 'could not'],
    ['as many series as were requested', (a) => metric(...Array<object>(1000).fill(series(a, [1]))), 'malformed', ''],
    ['something else', () => ({ items: [] }), 'malformed', 'unexpected form'],
  ] as [string, (asked: Asked) => object, string, string][])('%s', async (name, body, code, said) => {
    reply = (asked) => ({ body: body(asked) });
    const error = await failureOf(source(name.startsWith('as many') ? { series: 'sum' } : {}));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it.each([
    [400, 'BadRequest', 'failed', 'Check metric, namespace'],
    [401, 'InvalidAuthenticationToken', 'denied', 'Microsoft.Insights/metrics/read'],
    [403, 'AuthorizationFailed', 'denied', 'Monitoring Reader'],
    [404, 'ResourceNotFound', 'missing', 'Check resource'],
    [429, 'TooManyRequests', 'throttled', 'Raise interval'],
    [500, 'InternalServerError', 'failed', 'portal'],
  ])('a response of %d %s', async (status, code, outcome, said) => {
    reply = () => ({ status, body: azureError(code) });
    const error = await failureOf(source());
    expect(error.code).toBe(outcome);
    expect(error.message).toContain(`${status}: ${code}: so it is`);
    expect(error.message).toContain(said);
  });

  it('a missing value as zero, except with emptyAs', async () => {
    reply = () => ({ body: metric() });
    expect((await sampled({ emptyAs: 0 })).value).toBe(0);
  });
});

describe('azure-monitor settings', () => {
  const refusal = (settings: Record<string, unknown>): string => {
    try {
      make({ type: 'azure-monitor' }, { metric: 'Requests', aggregation: 'total', ...settings });
    } catch (error) {
      return String(error);
    }
    return 'accepted';
  };
  const name = 'Microsoft.App/containerApps/web';

  it.each([
    ['a name without its group', { resource: name, subscription: 's' }, 'resourceGroup: is missing'],
    ['a name without its subscription', { resource: name, resourceGroup: 'g' }, 'subscription: is missing'],
    ['a name of two parts', { resource: 'web/app', subscription: 's', resourceGroup: 'g' }, 'namespace/type/name'],
    ['an ID and a group', { resource: app, resourceGroup: 'g' }, 'resourceGroup: is in the ID'],
    ['an ID and a subscription', { resource: app, subscription: 's' }, 'subscription: is in the ID'],
    ['an ID of a group', { resource: '/subscriptions/s/resourceGroups/g' }, 'resource: is not the ID'],
    ['an ID with a query', { resource: `${app}?a=b` }, 'resource: is not the ID'],
    ['two metrics', { resource: app, metric: 'A,B' }, 'metric: is not the name of one metric'],
    ['another aggregation', { resource: app, aggregation: 'p99' }, 'aggregation'],
    [
      'a secret without a tenant',
      { resource: app, identity: { clientId: 'c', clientSecret: 's' } },
      'identity.tenantId',
    ],
  ])('refuse %s', (_name, settings, said) => {
    expect(refusal(settings)).toContain(said);
  });

  it.each([
    ['an ID of a subscription’s resource', { resource: '/subscriptions/s/providers/Microsoft.A/b/c' }],
    ['a child of a resource', { resource: 'Microsoft.A/b/c/d/e', subscription: 's', resourceGroup: 'g' }],
  ])('accept %s', (_name, settings) => {
    expect(refusal(settings)).toBe('accepted');
  });
});

describeConformance(subject, {
  server,
  value: 7,
});
