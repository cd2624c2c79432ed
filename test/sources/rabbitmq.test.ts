import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { managementPlace } from '../../src/adapters/sources/rabbitmq/place.js';
import { rabbitmqSettings } from '../../src/adapters/sources/rabbitmq/settings.js';
import { problemOf } from '../../src/domain/written/issue.js';
import { problemText } from '../../src/domain/written/problem.js';
import { failureOf, make } from './conformance.js';
import { LocalHttpServer } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const base = 'http://rabbit:15672';

describe('the address of the management API', () => {
  it.each([
    ['alone', { url: base }, `${base}/`, '/'],
    ['with a slash', { url: `${base}/` }, `${base}/`, '/'],
    ['pasted with its vhost', { url: `${base}/orders` }, `${base}/`, 'orders'],
    ['pasted with a vhost and a slash', { url: `${base}/orders/` }, `${base}/`, 'orders'],
    ['pasted with the vhost /', { url: `${base}/%2F` }, `${base}/`, '/'],
    ['pasted with an odd vhost', { url: `${base}/a%2Fb%20c` }, `${base}/`, 'a/b c'],
    ['behind a proxy, with its vhost', { url: `${base}/mq/orders` }, `${base}/mq`, 'orders'],
    ['behind a proxy, the vhost apart', { url: `${base}/mq`, vhost: 'orders' }, `${base}/mq`, 'orders'],
    ['behind a proxy, vhosts by a pattern', { url: `${base}/mq`, vhosts: '.' }, `${base}/mq`, '/'],
    ['as calls of the API begin', { url: `${base}/api` }, `${base}/`, '/'],
    ['with credentials', { url: 'http://user:p%23w@rabbit:15672/orders' }, 'http://user:p%23w@rabbit:15672/', 'orders'],
    ['with a % that is none', { url: `${base}/100%` }, `${base}/`, '100%'],
  ])('%s', (_, settings, address, vhost) => {
    expect(managementPlace(settings)).toMatchObject({ address, vhost });
  });
});

describe('the settings of rabbitmq', () => {
  const complaints = (given: object) => {
    const result = rabbitmqSettings.safeParse({ url: base, ...given });
    return result.success
      ? []
      : result.error.issues.map((issue) => `${issue.path.join('.')}: ${problemText(problemOf(issue))}`);
  };

  it.each([
    ['a queue', { queue: 'jobs' }],
    ['queues by a pattern', { queues: '^jobs' }],
    ['the most of them', { queues: '^jobs', combine: 'max' }],
    ['in vhosts by a pattern', { queues: '^jobs', vhosts: '^team-' }],
    ['over AMQP', { url: 'amqp://rabbit', queue: 'jobs', count: 'ready' }],
  ])('take %s', (_, given) => {
    expect(complaints(given)).toEqual([]);
  });

  it.each([
    ['neither', {}, 'queue: is missing'],
    ['both', { queue: 'a', queues: 'b' }, 'queues: cannot be combined with queue'],
    ['a pattern that is none', { queues: '(' }, 'queues: is not a regular expression'],
    ['vhosts for one queue', { queue: 'a', vhosts: '.' }, 'vhosts: requires queues'],
    ['both of vhosts', { queues: 'a', vhost: 'a', vhosts: '.' }, 'vhosts: cannot be combined with vhost'],
    ['a pattern over AMQP', { url: 'amqp://rabbit', queues: 'a' }, 'queues: is not supported over AMQP'],
    [
      'more than AMQP shows',
      { url: 'amqp://rabbit', queue: 'a', count: 'all' },
      'count: all is not supported over AMQP',
    ],
  ])('refuse %s', (_, given, expected) => {
    expect(complaints(given)).toEqual([expect.stringContaining(expected)]);
  });
});

describe('queues by a pattern', () => {
  const queue = (name: string, messages: number, vhost = '/') => ({
    name,
    vhost,
    messages,
    messages_ready: messages - 1,
    messages_unacknowledged: 1,
  });
  let queues: object[] = [];
  let asked: URL[] = [];
  /** Pages of two. */
  const server = new LocalHttpServer(({ url }) => {
    const question = new URL(url, 'http://any');
    asked.push(question);
    const page = Number(question.searchParams.get('page'));
    return { body: { page_count: Math.ceil(queues.length / 2), items: queues.slice(page * 2 - 2, page * 2) } };
  });
  beforeAll(() => server.start());
  afterAll(() => server.stop());

  const subject = {
    type: 'rabbitmq',
    settingsFor: (port: number) => ({ url: `http://127.0.0.1:${port}`, queues: '^jobs' }),
  };
  const source = (more: object = {}) => make(subject, { ...subject.settingsFor(server.port), ...more });
  const five = [queue('jobs.a', 3), queue('jobs.b', 7), queue('mails', 100), queue('jobs.c', 5), queue('Jobs.d', 100)];

  it.each([
    ['their sum', {}, 15],
    ['the largest', { combine: 'max' }, 7],
    ['what waits', { count: 'ready' }, 12],
    ['what consumers hold', { count: 'unacknowledged' }, 3],
  ])('count %s, over all pages, with exactly the pattern', async (_, more, value) => {
    queues = five;
    expect((await source(more).sample(never())).value).toBe(value);
  });

  it('are filtered by the server, and only the needed fields are requested', async () => {
    [queues, asked] = [five.slice(0, 1), []];
    await source({ vhost: 'a/b' }).sample(never());
    expect(asked).toHaveLength(1);
    expect(asked[0]!.pathname).toBe('/api/queues/a%2Fb');
    expect(Object.fromEntries(asked[0]!.searchParams)).toMatchObject({
      name: '^jobs',
      use_regex: 'true',
      columns: expect.stringContaining('messages'),
    });
  });

  it('are searched in every matching vhost', async () => {
    queues = [queue('jobs.a', 3, 'team-a'), queue('jobs.b', 7, 'team-b'), queue('jobs.c', 5, 'other')];
    expect((await source({ vhosts: '^team-' }).sample(never())).value).toBe(10);
  });

  it('that do not exist are no data, unless emptyAs is set', async () => {
    queues = [queue('mails', 1)];
    expect(await failureOf(source())).toMatchObject({
      code: 'noData',
      message: expect.stringContaining('no queue matches ^jobs in vhost /'),
    });
    expect((await source({ emptyAs: 0 }).sample(never())).value).toBe(0);
  });

  it('are no data if one of them has no counts yet', async () => {
    queues = [queue('jobs.a', 3), { name: 'jobs.new', vhost: '/' }];
    expect(await failureOf(source())).toMatchObject({ code: 'noData' });
  });
});
