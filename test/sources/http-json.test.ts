import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeConformance, describeFailures, failureOf, make, plantedSecret } from './conformance.js';
import { LocalHttpServer, type Reply } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const subject = {
  type: 'http-json',
  settingsFor: (port: number) => ({
    url: `http://127.0.0.1:${port}/stats?key=${encodeURIComponent(plantedSecret)}`,
    path: 'waiting',
  }),
};

describeFailures(subject);

describe('http-json', () => {
  let reply: Reply = { body: {} };
  const server = new LocalHttpServer(() => reply);
  const source = (settings: Record<string, unknown>) =>
    make(subject, { ...subject.settingsFor(server.port), ...settings });
  beforeAll(() => server.start());
  afterAll(() => server.stop());

  it.each([
    ['a number', { waiting: 12 }, 12],
    ['a quoted number, as many APIs answer', { waiting: '123' }, 123],
    ['a Kubernetes quantity of thousands', { waiting: '1k' }, 1000],
    ['a Kubernetes quantity of thousandths', { waiting: '500m' }, 0.5],
    ['a binary quantity', { waiting: '2Ki' }, 2048],
    ['an exponent', { waiting: '1e3' }, 1000],
    ['spaces around it', { waiting: ' 7 ' }, 7],
    ['zero', { waiting: 0 }, 0],
  ])('reads %s', async (_name, body, value) => {
    reply = { body };
    expect((await source({}).sample(never())).value).toBe(value);
  });

  it.each([
    ['a word', { waiting: 'seven' }, 'malformed', 'a text of 5 characters'],
    ['true', { waiting: true }, 'malformed', 'true or false'],
    ['an empty text', { waiting: '' }, 'malformed', 'an empty text'],
    ['a list', { waiting: [1] }, 'malformed', 'a list'],
    ['an object', { waiting: {} }, 'malformed', 'an object'],
    ['null', { waiting: null }, 'noData', 'emptyAs'],
    ['nothing', {}, 'missing', 'no value at path waiting'],
    ['a negative number', { waiting: -1 }, 'malformed', 'never negative'],
    ['a number too large for a number', '{"waiting": 1e999}', 'malformed', 'infinite'],
  ])('does not read %s as a number', async (_name, body, code, said) => {
    reply = { body };
    const error = await failureOf(source({}));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  const nested = { data: { result: [{ value: [1_719_685_000, '12'] }] }, 'a.b': { c: 3 } };
  it.each([
    ['into a list', nested, 'data.result.0.value.1', 12],
    ['through a key with a dot in it', nested, 'a\\.b.c', 3],
    ['to the whole answer', 5, '', 5],
  ])('follows a path %s', async (_name, body, path, value) => {
    reply = { body };
    expect((await source({ path }).sample(never())).value).toBe(value);
  });

  it.each(['data.result.1.value.1', 'data.result.length', 'data.constructor.length', 'a.b.c'])(
    'finds nothing at path %s',
    async (path) => {
      reply = { body: nested };
      expect((await failureOf(source({ path }))).code).toBe('missing');
    },
  );

  it('reads null as the value of emptyAs', async () => {
    reply = { body: { waiting: null } };
    expect((await source({ emptyAs: 0 }).sample(never())).value).toBe(0);
  });

  const noon = Date.parse('2026-11-25T12:00:00Z');
  it.each([
    ['ISO 8601', '2026-11-25T12:00:00Z'],
    ['another zone', '2026-11-25T13:00:00+01:00'],
    ['no zone, which is UTC', '2026-11-25T12:00:00.000'],
    ['seconds since 1970', noon / 1000],
    ['milliseconds since 1970', noon],
    ['seconds in a text', String(noon / 1000)],
  ])('takes the time of the number from its path: %s', async (_name, updatedAt) => {
    reply = { body: { waiting: 10, meta: { updatedAt } } };
    const dated = source({ observedAt: 'meta.updatedAt' });
    expect(await dated.sample(never())).toEqual({ value: 10, atMs: noon, isDated: true });
  });

  it.each([
    ['nothing there', {}, 'missing'],
    ['null', { updatedAt: null }, 'malformed'],
    ['a word', { updatedAt: 'yesterday' }, 'malformed'],
    ['a day', { updatedAt: '2026-11-25' }, 'malformed'],
    ['a date that no calendar has', { updatedAt: '2026-13-45T12:00:00Z' }, 'malformed'],
  ])('fails for a time that cannot be parsed: %s', async (_name, body, code) => {
    reply = { body: { waiting: 10, ...body } };
    const error = await failureOf(source({ observedAt: 'updatedAt' }));
    expect(error).toMatchObject({ code, message: expect.stringContaining('Check observedAt') });
    expect(error.message).not.toContain('yesterday');
  });

  it('does not read an endless response', async () => {
    reply = { body: `"${'x'.repeat(11 * 1024 * 1024)}"` };
    const error = await failureOf(source({}));
    expect(error.code).toBe('malformed');
    expect(error.message).toContain('larger than 10485760 bytes');
  });
});

describe('on a local server', () => {
  const server = new LocalHttpServer(({ url }) =>
    url.endsWith(encodeURIComponent(plantedSecret)) ? { body: { waiting: 4 } } : { status: 403, body: { url } },
  );
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  describeConformance(subject, {
    server,
    value: 4,
    wrongLogin: () => ({ url: `http://127.0.0.1:${server.port}/stats?key=x` }),
    missingName: () => ({ settings: { ...subject.settingsFor(server.port), path: 'nowhere' }, outcome: 'missing' }),
  });
});
