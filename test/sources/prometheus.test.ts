import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeConformance, describeFailures, failureOf, make, plantedSecret } from './conformance.js';
import { LocalHttpServer, type Reply } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const scalar = (value: string): Reply => success('scalar', [1_719_685_000.5, value]);
const vector = (...values: string[]): Reply =>
  success(
    'vector',
    values.map((value) => ({ metric: {}, value: [1_719_685_000.5, value] })),
  );

function success(resultType: string, result: unknown, more: Record<string, unknown> = {}): Reply {
  return { body: { status: 'success', data: { resultType, result }, ...more } };
}

const subject = {
  type: 'prometheus',
  settingsFor: (port: number) => ({
    server: `http://127.0.0.1:${port}`,
    query: 'sum(jobs)',
    username: 'reader',
    password: plantedSecret,
  }),
};

describeFailures(subject);

describe('prometheus', () => {
  let reply = scalar('0');
  const server = new LocalHttpServer(() => reply);
  const source = (settings: Record<string, unknown> = {}) =>
    make(subject, { ...subject.settingsFor(server.port), ...settings });
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => {
    server.asked.length = 0;
  });

  describe('one number', () => {
    it.each([
      ['a scalar', scalar('3.5'), {}, 3.5],
      ['a vector of one series', vector('42'), {}, 42],
      ['zero, said by the server, is zero', vector('0'), {}, 0],
      ['10^15', vector('1e+15'), {}, 1e15],
      ['several series, added', vector('1', '2', '6'), { series: 'sum' }, 9],
      ['the largest series', vector('1', '2', '6'), { series: 'max' }, 6],
      ['the smallest series', vector('1', '2', '6'), { series: 'min' }, 1],
      ['the mean of the series', vector('1', '2', '6'), { series: 'average' }, 3],
      ['an empty result that a person chose to read as zero', vector(), { emptyAs: 0 }, 0],
      ['a NaN that a person chose to read as 5', scalar('NaN'), { emptyAs: 5 }, 5],
      [
        'a remark on the query beside it',
        success('vector', [{ value: [1, '7'] }], { warnings: ['PromQL info: x'] }),
        {},
        7,
      ],
    ])('%s', async (_name, given, settings, value) => {
      reply = given;
      expect((await source(settings).sample(never())).value).toBe(value);
    });
  });

  describe('no number', () => {
    it.each([
      ['an empty result is no data, not zero', vector(), {}, 'noData', 'emptyAs'],
      ['NaN', vector('NaN'), {}, 'noData', 'NaN'],
      ['infinity', scalar('+Inf'), {}, 'malformed', 'infinite'],
      ['infinity, whatever emptyAs says', scalar('+Inf'), { emptyAs: 0 }, 'malformed', 'infinite'],
      ['a negative value', scalar('-3'), {}, 'malformed', 'never negative'],
      ['several series', vector('1', '2'), {}, 'malformed', '2 series'],
      ['a sum with one series of NaN', vector('1', 'NaN'), { series: 'sum' }, 'noData', 'NaN'],
      ['a range', success('matrix', []), {}, 'malformed', 'matrix'],
      [
        'a result that misses a store',
        success('vector', [{ value: [1, '7'] }], { warnings: ['no connection to store'] }),
        {},
        'failed',
        'incomplete',
      ],
      [
        'a query with an error in it',
        { status: 400, body: { status: 'error', error: 'parse error at char 3' } },
        {},
        'failed',
        'char 3',
      ],
      ['another program at the address', { body: { hello: 1 } }, {}, 'malformed', 'Check server'],
      ['a page instead of JSON', { body: '<html>' }, {}, 'malformed', 'not JSON'],
      ['a wrong password', { status: 401, body: '' }, {}, 'denied', '401'],
      ['a wrong path', { status: 404, body: 'page not found' }, {}, 'missing', '404'],
      ['a failure of the server', { status: 500, body: 'oops' }, {}, 'failed', '500'],
      ['a server that starts', { status: 503, body: 'Service Unavailable' }, {}, 'failed', '503'],
      ['a gateway without a server', { status: 503, body: { message: 'no upstream' } }, {}, 'failed', '503'],
      ['a login page that it redirects to', { status: 302, body: '' }, {}, 'failed', 'redirect'],
    ])('%s', async (_name, given, settings, code, said) => {
      reply = given;
      const error = await failureOf(source(settings));
      expect(error.code).toBe(code);
      expect(error.message).toContain(said);
    });
  });

  it('an outage of the metrics store never reads as an empty queue', async () => {
    const outcomes = [];
    for (const given of [vector('2000'), vector(), vector(), vector(), vector('1900')]) {
      reply = given;
      outcomes.push(
        await source()
          .sample(never())
          .then(
            (sample) => sample.value,
            () => 'failed',
          ),
      );
    }
    expect(outcomes).toEqual([2000, 'failed', 'failed', 'failed', 1900]);
  });

  it('a password in the error of a server is not in the message', async () => {
    reply = {
      status: 500,
      body: { error: `bad header ${Buffer.from(`reader:${plantedSecret}`).toString('base64')} ${plantedSecret}` },
    };
    expect((await failureOf(source())).message).toContain('bad header [secret] [secret]');
  });

  it('takes the time of the value from the server', async () => {
    reply = vector('1');
    expect((await source().sample(never())).atMs).toBe(1_719_685_000_500);
  });

  it.each([
    ['basic', {}, `Basic ${Buffer.from(`reader:${plantedSecret}`).toString('base64')}`],
    ['bearer', { bearerToken: plantedSecret }, `Bearer ${plantedSecret}`],
    ['a header of its own', { headers: { authorization: plantedSecret } }, plantedSecret],
  ])('authenticates by %s', async (_name, settings, header) => {
    reply = scalar('1');
    await source(settings).sample(never());
    expect(server.asked[0]?.headers.authorization).toBe(header);
  });

  it('queries below the path of the address', async () => {
    reply = scalar('1');
    await source({ server: `http://127.0.0.1:${server.port}/tenant/` }).sample(never());
    expect(server.asked[0]).toMatchObject({ url: '/tenant/api/v1/query', body: 'query=sum%28jobs%29' });
  });

  it('reuses its connection', async () => {
    reply = scalar('1');
    const reused = source();
    await reused.sample(never());
    const before = server.connections;
    for (let sample = 0; sample < 5; sample += 1) await reused.sample(never());
    expect(server.connections).toBe(before);
    await reused.close?.();
  });
});

describe('on a local server', () => {
  const server = new LocalHttpServer(({ headers }) =>
    headers.authorization === `Basic ${Buffer.from(`reader:${plantedSecret}`).toString('base64')}`
      ? success('vector', [{ value: [Date.now() / 1000, '42'] }])
      : { status: 401, body: '' },
  );
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  describeConformance(subject, {
    server,
    value: 42,
    wrongLogin: () => ({ ...subject.settingsFor(server.port), password: `${plantedSecret}x` }),
  });
});
