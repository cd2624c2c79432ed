/** The real traffic with a server of ours: see google-monitoring-server.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { describeConformance, describeFailures, failureOf, make } from './conformance.js';
import {
  distribution,
  double,
  failure,
  GoogleServer,
  int,
  keyFile,
  minuteBegun,
  series,
} from './google-monitoring-server.js';

const never = (): AbortSignal => new AbortController().signal;
const metric = 'metric.type="custom.googleapis.com/jobs"';
const settingsFor = (port: number) => ({
  project: 'shop',
  credentials: keyFile(),
  endpoint: `http://127.0.0.1:${port}`,
  filter: metric,
});
const subject = { type: 'google-cloud-monitoring', settingsFor };

describeFailures(subject);

const server = new GoogleServer();
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.reply = () => ({ body: {} });
});

const source = (settings: Record<string, unknown> = {}) => make(subject, { ...settingsFor(server.port), ...settings });
const answer = (...timeSeries: object[]) => {
  server.reply = () => ({ body: { timeSeries, unit: '1' } });
};

describe('google-cloud-monitoring with a filter', () => {
  it.each([
    ['an integer, which is a string in JSON', int(12), 12],
    ['a floating-point number', double(0.5), 0.5],
    ['true', { boolValue: true }, 1],
    ['the mean of a distribution', distribution(4, 2.5), 2.5],
    ['a mean of zero, which is left out', distribution(4), 0],
  ])('reads %s, with the time at which its period ended', async (_name, value, expected) => {
    answer(series({ 3: value, 2: value }));
    const atMs = minuteBegun() - 2 * 60_000;
    expect(await source().sample(never())).toMatchObject({ value: expected, atMs, isDated: true });
  });

  it('asks for aligned points of whole periods', async () => {
    answer(series({ 2: int(1) }));
    await source({ aligner: 'PERCENTILE_99', period: '2m' }).sample(never());
    expect(server.asked.at(-1)?.url).toMatch(/^\/v3\/projects\/shop\/timeSeries\?/);
    const { 'interval.startTime': start, 'interval.endTime': end, ...rest } = Object.fromEntries(server.parameters);
    expect(rest).toEqual({
      filter: metric,
      'aggregation.alignmentPeriod': '120s',
      'aggregation.perSeriesAligner': 'ALIGN_PERCENTILE_99',
    });
    expect(Date.parse(end!) % 120_000).toBe(0);
    expect(Date.parse(end!) - Date.parse(start!)).toBe(600_000);
  });

  it('lets Google combine the series of each group, and combines the groups', async () => {
    answer(series({ 2: int(3) }), series({ 2: int(8) }));
    const grouped = source({ reducer: 'SUM', groupBy: ['resource.labels.zone', 'metric.labels.kind'], series: 'max' });
    expect((await grouped.sample(never())).value).toBe(8);
    expect(server.parameters.get('aggregation.crossSeriesReducer')).toBe('REDUCE_SUM');
    expect(server.parameters.getAll('aggregation.groupByFields')).toEqual([
      'resource.labels.zone',
      'metric.labels.kind',
    ]);
  });

  it.each([
    ['sum', 11],
    ['max', 8],
    ['min', 3],
    ['average', 5.5],
  ])('combines series by %s', async (combination, expected) => {
    answer(series({ 2: int(3) }), series({ 2: int(8) }));
    expect((await source({ series: combination }).sample(never())).value).toBe(expected);
  });

  it('averages distributions over all their values', async () => {
    answer(series({ 2: distribution(9, 10) }), series({ 2: distribution(1, 60) }), series({ 2: distribution(0) }));
    expect((await source({ series: 'average' }).sample(never())).value).toBeCloseTo(15);
  });

  it('waits for a series whose newest point is late', async () => {
    answer(series({ 3: int(5), 2: int(6), 1: int(7) }), series({ 3: int(50), 2: int(60) }));
    const atMs = minuteBegun() - 2 * 60_000;
    expect(await source({ series: 'sum' }).sample(never())).toMatchObject({ value: 66, atMs });
  });

  it('uses a rate only if the next period has begun', async () => {
    answer(series({ 3: double(5), 2: double(1.2) }));
    expect((await source({ aligner: 'RATE' }).sample(never())).value).toBe(5);
  });

  it.each([
    ['no series', {}, 'no series has a point in the last 8 minutes'],
    ['a series without points', { timeSeries: [series({})] }, 'no series has a point'],
    ['an empty distribution', { timeSeries: [series({ 2: distribution(0) })] }, 'no series has a point'],
    ['NaN', { timeSeries: [series({ 2: double('NaN') })] }, 'the value is NaN'],
  ])('%s is no data', async (_name, body, said) => {
    server.reply = () => ({ body });
    const error = await failureOf(source());
    expect(error).toMatchObject({ code: 'noData' });
    expect(error.message).toContain(said);
    expect((await source({ emptyAs: 0 }).sample(never())).value).toBe(0);
  });

  it('does not replace the first period of a rate by emptyAs', async () => {
    answer(series({ 2: double(3) }));
    const error = await failureOf(source({ aligner: 'RATE', emptyAs: 0 }));
    expect(error).toMatchObject({ code: 'failed' });
    expect(error.message).toContain('no period is complete yet');
  });

  it.each([
    ['several series', { timeSeries: [series({ 2: int(1) }), series({ 2: int(2) })] }, 'malformed', 'Set series'],
    ['a text', { timeSeries: [series({ 2: { stringValue: 'x' } })] }, 'malformed', 'metric of texts'],
    ['infinity', { timeSeries: [series({ 2: double('Infinity') })] }, 'malformed', 'infinite'],
    ['a negative value', { timeSeries: [series({ 2: int(-4) })] }, 'malformed', 'negative'],
    ['several pages', { timeSeries: [series({ 2: int(1) })], nextPageToken: 'x' }, 'malformed', 'several pages'],
    [
      'an error beside the points',
      { timeSeries: [series({ 2: int(1) })], executionErrors: [{ code: 4, message: 'shard timed out' }] },
      'failed',
      'may be incomplete: shard timed out',
    ],
  ])('refuses %s', async (_name, body, code, said) => {
    server.reply = () => ({ body });
    const error = await failureOf(source());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it.each([
    [failure(400, 'INVALID_ARGUMENT'), 'failed', 'Check the filter'],
    [failure(403, 'PERMISSION_DENIED'), 'denied', 'monitoring.timeSeries.list'],
    [failure(404, 'NOT_FOUND', 'Cannot find metric(s) that match type'), 'missing', 'Cannot find metric'],
    [failure(429, 'RESOURCE_EXHAUSTED'), 'throttled', 'Raise interval'],
    [failure(500, 'INTERNAL'), 'failed', '500: 500: so it is'],
    [failure(503, 'UNAVAILABLE'), 'failed', '503'],
    [
      { status: 302, headers: { location: 'https://elsewhere.example' }, body: '' },
      'failed',
      'Redirects are not followed',
    ],
    [{ status: 200, type: 'text/html', body: '<html>' }, 'malformed', 'not JSON'],
  ])('reports the response %j', async (reply, code, said) => {
    server.reply = () => reply;
    const error = await failureOf(source());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});

describe('google-cloud-monitoring with cloudRun', () => {
  const measured = (measure: string) =>
    make(subject, {
      ...settingsFor(server.port),
      filter: undefined,
      cloudRun: { service: 'web', region: 'europe-west1', measure },
    });
  const common =
    'resource.type="cloud_run_revision" AND resource.labels.service_name="web" AND resource.labels.location="europe-west1"';
  const active = ' AND metric.labels.state="active"';

  it.each([
    ['requests', 'request_count', 'ALIGN_RATE', double(2), 4, ''],
    ['concurrency', 'container/max_request_concurrencies', 'ALIGN_DELTA', distribution(3, 40), 40, ''],
    ['activeInstances', 'container/instance_count', 'ALIGN_MEAN', double(2), 4, active],
    ['instances', 'container/instance_count', 'ALIGN_MEAN', double(2), 4, ''],
    ['pending', 'pending_queue/pending_requests', 'ALIGN_MAX', int(2), 4, ''],
    ['cpu', 'container/cpu/utilizations', 'ALIGN_DELTA', distribution(3, 0.25), 25, ''],
    ['memory', 'container/memory/utilizations', 'ALIGN_DELTA', distribution(3, 0.25), 25, ''],
  ])('%s is %s of all revisions', async (measure, name, aligner, value, expected, where) => {
    answer(series({ 3: value, 2: value }), series({ 3: value, 2: value }));
    expect((await measured(measure).sample(never())).value).toBe(expected);
    expect(server.parameters.get('filter')).toBe(`metric.type="run.googleapis.com/${name}" AND ${common}${where}`);
    expect(server.parameters.get('aggregation.perSeriesAligner')).toBe(aligner);
  });

  it('counts idle instances as zero concurrent requests', async () => {
    answer(series({ 2: distribution(2, 40) }), series({ 2: distribution(8) }));
    expect((await measured('concurrency').sample(never())).value).toBe(8);
  });
});

describe('google-cloud-monitoring with query', () => {
  const query = 'sum(rate(http_requests_total[5m]))';
  const queried = (settings: Record<string, unknown> = {}) =>
    make(subject, { ...settingsFor(server.port), filter: undefined, query, ...settings });
  const vector = (...values: string[]) => ({
    body: {
      status: 'success',
      data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1_764_000_000, value] })) },
    },
  });

  it('sends the query to the Prometheus API of the project', async () => {
    server.reply = () => vector('12.5');
    const sample = await queried().sample(never());
    expect(sample).toMatchObject({ value: 12.5 });
    expect(sample.isDated).toBeUndefined();
    expect(server.asked.at(-1)).toMatchObject({
      method: 'POST',
      url: '/v1/projects/shop/location/global/prometheus/api/v1/query',
      body: new URLSearchParams({ query }).toString(),
    });
  });

  it('combines series', async () => {
    server.reply = () => vector('1', '2');
    expect((await queried({ series: 'sum' }).sample(never())).value).toBe(3);
    expect((await failureOf(queried())).message).toContain('2 series');
  });

  it.each([
    [{ status: 400, body: { status: 'error', errorType: 'bad_data', error: 'parse error' } }, 'failed', 'parse error'],
    [failure(400, 'INVALID_ARGUMENT', 'no such project'), 'failed', 'no such project'],
    [failure(403, 'PERMISSION_DENIED'), 'denied', 'monitoring.timeSeries.list'],
    [vector(), 'noData', 'no result'],
  ])('reports the response %j', async (reply, code, said) => {
    server.reply = () => reply;
    const error = await failureOf(queried());
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});

describe('the settings of google-cloud-monitoring', () => {
  const cloudRun = { service: 'web', region: 'europe-west1', measure: 'cpu' };
  it.each([
    ['nothing to read', { filter: undefined }, 'filter: is missing'],
    ['two things to read', { query: 'up' }, 'query: cannot be combined with filter'],
    ['three things to read', { query: 'up', cloudRun }, 'filter: cannot be combined with cloudRun'],
    ['a filter without a metric', { filter: 'resource.type="x"' }, 'selects no metric'],
    [
      'an aligner of a short name',
      { filter: undefined, cloudRun, aligner: 'MEAN' },
      'aligner: has no effect with cloudRun',
    ],
    ['a period of a query', { filter: undefined, query: 'up', period: '5m' }, 'period: has no effect with query'],
    ['groups without a reducer', { groupBy: ['resource.labels.zone'] }, 'groupBy: requires reducer'],
    [
      'a key that is not a key',
      { credentials: '{"type":"external_account"}' },
      'is not the JSON key of a service account',
    ],
  ])('refuse %s', (_name, settings, said) => {
    expect(() => source(settings)).toThrow(said);
  });
});

const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

const seven = new GoogleServer();
beforeAll(async () => {
  seven.reply = ({ url }) =>
    url.includes('unknown') ? failure(404, 'NOT_FOUND') : { body: { timeSeries: [series({ 3: int(6), 2: int(7) })] } };
  await seven.start();
});
afterAll(() => seven.stop());

describeConformance(subject, {
  server: seven,
  value: 7,
  wrongLogin: () => ({ ...settingsFor(seven.port), credentials: keyFile(other.toString()) }),
  missingName: () => ({
    settings: { ...settingsFor(seven.port), filter: 'metric.type="unknown"' },
    outcome: 'missing',
  }),
});
