/** The real traffic with a server of ours: see google-monitoring-server.ts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeConformance, describeFailures, failureOf, make } from './conformance.js';
import { failure, GoogleServer, int, keyFile, minuteBegun, series } from './google-monitoring-server.js';
import type { Reply } from './local-servers.js';

const never = (): AbortSignal => new AbortController().signal;
const settingsFor = (port: number) => ({
  project: 'shop',
  subscription: 'jobs',
  credentials: keyFile(),
  endpoint: `http://127.0.0.1:${port}`,
  pubsubEndpoint: `http://127.0.0.1:${port}`,
});
const subject = { type: 'google-pubsub', settingsFor };

describeFailures(subject);

const server = new GoogleServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

const source = (settings: Record<string, unknown> = {}) => make(subject, { ...settingsFor(server.port), ...settings });
const answer = (metrics: Reply, subscription: Reply = { body: { name: 'projects/shop/subscriptions/jobs' } }) => {
  server.reply = ({ url }) => (url.startsWith('/v3/') ? metrics : subscription);
};

describe('google-pubsub', () => {
  it.each([
    ['backlog', 'num_undelivered_messages'],
    ['oldestAgeSeconds', 'oldest_unacked_message_age'],
  ])('reads %s from the metric %s', async (measure, metric) => {
    answer({ body: { timeSeries: [series({ 4: int(9), 3: int(0) })] } });
    const atMs = minuteBegun() - 3 * 60_000;
    expect(await source({ measure }).sample(never())).toMatchObject({ value: 0, atMs, isDated: true });
    expect(server.parameters.get('filter')).toBe(
      `metric.type="pubsub.googleapis.com/subscription/${metric}" AND resource.type="pubsub_subscription" AND ` +
        'resource.labels.subscription_id="jobs"',
    );
  });

  it('escapes the name in the filter', async () => {
    answer({ body: { timeSeries: [series({ 2: int(1) })] } });
    await source({ subscription: 'a"b' }).sample(never());
    expect(server.parameters.get('filter')).toContain('subscription_id="a\\"b"');
  });

  it('without points has no data, and asks nothing of Pub/Sub', async () => {
    answer({ body: {} });
    server.asked.length = 0;
    expect(await failureOf(source())).toMatchObject({ code: 'noData' });
    expect(server.asked).toHaveLength(1);
  });

  it('counts a subscription without points as emptyAs only if it exists', async () => {
    answer({ body: {} });
    expect((await source({ emptyAs: 0 }).sample(never())).value).toBe(0);
    expect(server.asked.at(-1)).toMatchObject({ method: 'GET', url: '/v1/projects/shop/subscriptions/jobs' });
  });

  it.each([
    [failure(404, 'NOT_FOUND'), 'missing', 'Check project and subscription'],
    [failure(403, 'PERMISSION_DENIED'), 'denied', 'pubsub.subscriptions.get'],
    [failure(503, 'UNAVAILABLE'), 'failed', '503'],
  ])('does not count it as emptyAs after the response %j', async (reply, code, said) => {
    answer({ body: {} }, reply);
    const error = await failureOf(source({ emptyAs: 0 }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it('refuses the whole path of a subscription', () => {
    expect(() => source({ subscription: 'projects/shop/subscriptions/jobs' })).toThrow(
      'must be the ID of a subscription',
    );
  });
});

const seven = new GoogleServer();
beforeAll(async () => {
  const points = { body: { timeSeries: [series({ 3: int(6), 2: int(7) })] } };
  seven.reply = ({ url }) => (url.includes('%22none%22') ? { body: {} } : points);
  await seven.start();
});
afterAll(() => seven.stop());

describeConformance(subject, {
  server: seven,
  value: 7,
  empty: () => ({ settings: { ...settingsFor(seven.port), subscription: 'none' }, outcome: 'noData' }),
});
