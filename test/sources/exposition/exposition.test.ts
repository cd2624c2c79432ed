import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeConformance, describeFailures, failureOf, make, plantedSecret } from '../conformance.js';
import { closedPort, LocalHttpServer, startHangingServer, type Reply } from '../local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const text = (body: string): Reply => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body });
const openMetrics = (body: string): Reply => ({
  type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  body: `${body}# EOF\n`,
});

const subject = {
  type: 'exposition',
  settingsFor: (port: number) => ({
    url: `http://127.0.0.1:${port}/metrics`,
    metric: 'jobs',
    username: 'reader',
    password: plantedSecret,
  }),
};

describeFailures(subject);

describe('exposition of one instance', () => {
  let reply = text('');
  const server = new LocalHttpServer(() => reply);
  const source = (settings: Record<string, unknown> = {}) =>
    make(subject, { ...subject.settingsFor(server.port), ...settings });
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    server.asked.length = 0;
  });

  const queues = 'jobs{queue="a",kind="x"} 1\njobs{queue="b",kind="x"} 2\njobs{queue="c"} 6\njobs_total 100\n';
  const buckets = 'wait_bucket{le="1"} 3\nwait_bucket{le="+Inf"} 4\nwait_sum 9\nwait_count 4\n';

  it.each([
    ['the only series', text('jobs 42\n'), {}, 42],
    ['zero', text('jobs 0\n'), {}, 0],
    ['a series by its label', text(queues), { labels: { queue: 'b' } }, 2],
    ['the series without a label', text(queues), { labels: { kind: '' } }, 6],
    ['a series by a pattern of the whole value', text(queues), { matching: { queue: 'b|xb|bx' } }, 2],
    ['all that do not match, by a pattern', text(queues), { matching: { queue: '(?!a$).*' }, series: 'sum' }, 8],
    ['the sum', text(queues), { series: 'sum' }, 9],
    ['the maximum', text(queues), { series: 'max' }, 6],
    ['the minimum', text(queues), { series: 'min' }, 1],
    ['the average', text(queues), { series: 'average' }, 3],
    ['the count of a histogram', text(buckets), { metric: 'wait_count' }, 4],
    ['a bucket', text(buckets), { metric: 'wait_bucket', labels: { le: '+Inf' } }, 4],
    ['a bucket, written as OpenMetrics writes it', text(buckets), { metric: 'wait_bucket', labels: { le: '1.0' } }, 3],
    ['OpenMetrics', openMetrics('jobs 42\n'), {}, 42],
    ['a counter of OpenMetrics', openMetrics('jobs_total 42\njobs_created 1.7e9\n'), { metric: 'jobs_total' }, 42],
    ['a counter by its name without _total', openMetrics('jobs_total 42\njobs_created 1.7e9\n'), {}, 42],
    ['the newest of several values of one series', openMetrics('jobs 1 10\njobs 2 20\n'), {}, 2],
    ['a missing series that a person chose to count as zero', text('other 1\n'), { emptyAs: 0 }, 0],
    [
      'a compressed page',
      { ...text(''), headers: { 'content-encoding': 'gzip' }, body: gzipSync('jobs 42\n') },
      {},
      42,
    ],
  ])('reads %s', async (_name, given, settings, value) => {
    reply = given;
    expect((await source(settings).sample(never())).value).toBe(value);
  });

  it.each([
    ['no series of the name', text('job 1\njobs_total 2\n'), {}, 'noData', 'Check metric'],
    ['an empty page', text(''), {}, 'noData', 'Check metric'],
    ['no series with the label', text(queues), { labels: { queue: 'd' } }, 'noData', 'labels'],
    ['NaN', text('jobs NaN\n'), {}, 'noData', 'NaN'],
    ['NaN in a sum', text('jobs{a="1"} 2\njobs{a="2"} NaN\n'), { series: 'sum' }, 'noData', 'NaN'],
    ['infinity', text('jobs +Inf\n'), {}, 'malformed', 'infinite'],
    ['a negative value', text('jobs -1\n'), {}, 'malformed', 'never negative'],
    ['several series', text(queues), {}, 'malformed', '3 series'],
    ['the same series twice', text('jobs 1\njobs 1\n'), { series: 'sum' }, 'malformed', 'same series twice'],
    ['a part of a page', { ...openMetrics(''), body: 'jobs 1\n' }, {}, 'malformed', 'not complete'],
    ['a page of HTML', { type: 'text/html', body: '<html>\n' }, {}, 'malformed', 'line 1'],
    ['JSON', { body: { jobs: 3 } }, {}, 'malformed', 'line 1'],
    [
      'bytes that are not compressed',
      { ...text('jobs 1\n'), headers: { 'content-encoding': 'gzip' } },
      {},
      'failed',
      '',
    ],
    ['a page of more than 10 MiB', text(`${'# padding\n'.repeat(1_100_000)}jobs 1\n`), {}, 'malformed', '10485760'],
    [
      'a compressed page of more than 10 MiB',
      { ...text(''), headers: { 'content-encoding': 'gzip' }, body: gzipSync('#'.repeat(11 * 2 ** 20)) },
      {},
      'malformed',
      '10485760',
    ],
    ['an invalid password', { status: 401, body: '' }, {}, 'denied', '401'],
    ['an invalid path', { status: 404, body: 'not found' }, {}, 'missing', '404'],
    ['a failure of the server', { status: 503, body: '' }, {}, 'failed', '503'],
  ])('has no number for %s', async (_name, given, settings, code, said) => {
    reply = given;
    const error = await failureOf(source(settings));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it('requests what Prometheus requests', async () => {
    reply = text('jobs 1\n');
    await source().sample(never());
    expect(server.asked[0]).toMatchObject({
      method: 'GET',
      url: '/metrics',
      headers: {
        accept: expect.stringMatching(/^application\/openmetrics-text;version=1\.0\.0.*text\/plain;version=0\.0\.4/),
        'accept-encoding': 'gzip',
        authorization: `Basic ${Buffer.from(`reader:${plantedSecret}`).toString('base64')}`,
      },
    });
  });

  it('a timestamp makes the sample as old as the oldest series, and dated', async () => {
    reply = text('jobs{a="1"} 1 1719685000500\njobs{a="2"} 2 1719685000400\njobs{a="3"} 3\n');
    expect(await source({ series: 'sum' }).sample(never())).toMatchObject({
      value: 6,
      atMs: 1_719_685_000_400,
      isDated: true,
    });
  });

  it('without a timestamp, the sample is of the time of the read', async () => {
    reply = text('jobs 1\n');
    const sample = await source().sample(never());
    expect(sample.isDated).toBeUndefined();
    expect(Date.now() - sample.atMs).toBeLessThan(10_000);
  });

  it('a name of a series is the same in any order of its labels, at every sample', async () => {
    const read = source({ series: 'max' });
    reply = text('jobs{a="1",b="2"} 1\njobs{a="2",b="2"} 3\n');
    const before = Object.keys((await read.sample(never())).series?.values ?? {});
    reply = text('jobs{b="2",a="2"} 3\njobs{b="2",a="1"} 1\n');
    const after = Object.keys((await read.sample(never())).series?.values ?? {});
    expect(before).toHaveLength(2);
    expect(after.sort()).toEqual(before.sort());
  });
});

describe('exposition of several instances', () => {
  const servers = [1, 2, 4].map((value) => new LocalHttpServer(() => text(`jobs ${value}\n`)));
  beforeAll(() => Promise.all(servers.map((server) => server.start())));
  afterAll(() => Promise.all(servers.map((server) => server.stop())));
  const urls = () => servers.map(({ port }) => `http://127.0.0.1:${port}`);
  const source = (url: string[], settings: Record<string, unknown>, timeoutMs?: number) =>
    make(subject, { url, metric: 'jobs', series: 'sum', ...settings }, timeoutMs);
  const gone = async () => [...urls(), `http://127.0.0.1:${await closedPort()}`];

  it.each([
    ['sum', 7],
    ['average', 7 / 3],
    ['max', 4],
    ['min', 1],
  ])('combines their series: %s', async (series, value) => {
    const sample = await source(urls(), { series }).sample(never());
    expect(sample.value).toBe(value);
    expect(sample.note).toBeUndefined();
  });

  it('fails if one of them cannot be read: a sum would be too small', async () => {
    const all = await gone();
    const error = await failureOf(source(all, {}));
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain(`1 of 4 instances failed. ${all[3]}: cannot be reached`);
    expect(error.message).toContain('missing: ignore');
  });

  it.each([
    ['ignore', { missing: 'ignore' }, 7, ''],
    ['scale', { missing: 'scale' }, (7 * 4) / 3, ', so the sum is multiplied by 4/3'],
    ['three are sufficient', { missing: 'ignore', atLeast: 3 }, 7, ''],
    ['three quarters are sufficient', { missing: 'ignore', atLeast: '75%' }, 7, ''],
    ['the others are averaged', { missing: 'ignore', series: 'average' }, 7 / 3, ''],
  ])('counts the others and says so: %s', async (_name, settings, value, effect) => {
    const all = await gone();
    const sample = await source(all, settings).sample(never());
    expect(sample.value).toBeCloseTo(value, 9);
    expect(sample.note).toBe(`3 of 4 instances could be read, without ${all[3]}${effect}`);
  });

  it.each([
    ['four', { missing: 'ignore', atLeast: 4 }],
    ['76%', { missing: 'scale', atLeast: '76%' }],
  ])('fails with fewer than %s of 4', async (_name, settings) => {
    expect((await failureOf(source(await gone(), settings))).message).toContain('1 of 4 instances failed');
  });

  it('fails if none can be read, whatever emptyAs says', async () => {
    const url = [await closedPort(), await closedPort()].map((port) => `http://127.0.0.1:${port}`);
    const error = await failureOf(source(url, { missing: 'ignore', emptyAs: 0 }));
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain('2 of 2 instances failed');
  });

  it('an instance that hangs does not use up the time of the sample', async () => {
    const hanging = await startHangingServer();
    const sample = await source([...urls(), `http://127.0.0.1:${hanging.port}`], { missing: 'ignore' }, 800).sample(
      never(),
    );
    expect(sample.value).toBe(7);
    expect(sample.note).toContain('3 of 4');
    await hanging.stop();
  });

  it('an instance without the series adds nothing', async () => {
    const other = new LocalHttpServer(() => text('idle 1\n'));
    await other.start();
    const sample = await source([...urls(), `http://127.0.0.1:${other.port}`], {}).sample(never());
    expect(sample.value).toBe(7);
    await other.stop();
  });

  it('does not repeat the password of any address', async () => {
    const echo = new LocalHttpServer(({ headers }) => ({ status: 500, body: { error: headers.authorization } }));
    await echo.start();
    const url = [...urls(), `http://other:${encodeURIComponent('4nother#Secret')}@127.0.0.1:${echo.port}`];
    const { message } = await failureOf(source(url, {}));
    expect(message).toContain('1 of 4 instances failed');
    expect(message).toContain('Basic [secret]');
    await echo.stop();
  });

  it('gives the series of each instance a name of its own, for rates', async () => {
    const { series } = await source(urls(), {}).sample(never());
    expect(series).toMatchObject({ combination: 'sum' });
    expect(Object.values(series?.values ?? {}).sort()).toEqual([1, 2, 4]);
  });
});

it.each([
  [{ url: ['http://a/metrics', 'http://a/metrics'], metric: 'jobs' }, 'same address twice'],
  [{ url: [], metric: 'jobs' }, ''],
  [{ url: 'http://a', metric: 'jobs', missing: 'scale' }, 'requires series: sum'],
  [{ url: 'http://a', metric: 'jobs', atLeast: 2 }, 'no effect with missing: fail'],
  [{ url: 'http://a', metric: 'jobs', atLeast: '80', missing: 'ignore' }, ''],
  [{ url: 'http://a', metric: 'jobs', matching: { queue: '(' } }, 'not a regular expression'],
  [{ url: 'ftp://a', metric: 'jobs' }, ''],
])('refuses the settings %j', (settings, said) => {
  expect(() => make(subject, settings)).toThrow(said);
});

describe('on a local server', () => {
  const server = new LocalHttpServer(({ headers }) =>
    headers.authorization === `Basic ${Buffer.from(`reader:${plantedSecret}`).toString('base64')}`
      ? text('jobs 42\nnone 0\n')
      : { status: 401, body: '' },
  );
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  describeConformance(subject, {
    server,
    value: 42,
    wrongLogin: () => ({ ...subject.settingsFor(server.port), password: 'wrong' }),
    missingName: () => ({ settings: { ...subject.settingsFor(server.port), metric: 'no' }, outcome: 'noData' }),
    empty: () => ({ settings: { ...subject.settingsFor(server.port), metric: 'none' }, outcome: 0 }),
  });
});
