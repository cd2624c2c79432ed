/** Every receiver over real HTTP: what it sends, and what it makes of the response. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { z } from 'zod';
import { cloudevents } from '../../src/adapters/receivers/cloudevents.js';
import { pagerduty } from '../../src/adapters/receivers/pagerduty.js';
import type { Delivery, ReceiverDefinition } from '../../src/adapters/receivers/receiver.js';
import { slack } from '../../src/adapters/receivers/slack.js';
import type { EventFields, ScalingEvent } from '../../src/domain/events/event.js';
import type { AnyEventKind } from '../../src/domain/events/kinds.js';
import { makeCertificates } from '../support/certificates.js';
import { closedPort, LocalHttpServer, type Reply } from '../sources/local-servers.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const routingKey = 'r0uting-key-of-32-characters-000';

let reply: Reply & { readonly headers?: Record<string, string> };
const server = new LocalHttpServer(() => reply);
const url = (path = '/hook') => `http://127.0.0.1:${server.port}${path}`;

beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  reply = { body: {} };
  server.asked.length = 0;
});

function eventOf(kind: AnyEventKind, data: EventFields = {}): ScalingEvent {
  return { id: 'run-1', kind, resource: 'web', atMs: Date.parse('2026-11-28T20:00:00.123Z'), data };
}

async function deliver<Schema extends z.ZodType>(
  definition: ReceiverDefinition<Schema>,
  settings: z.input<Schema>,
  event: ScalingEvent,
): Promise<Delivery> {
  const receiver = definition.create(definition.settings.parse(settings));
  return receiver.deliver(event, new AbortController().signal);
}

const made = eventOf('change.made', { from: 2, to: 3, target: 5, requestReason: 'a <busy> evening & more' });

describe('cloudevents', () => {
  it('sends a CloudEvent that the library of Standard Webhooks verifies', async () => {
    expect(await deliver(cloudevents, { url: url(), secret }, made)).toEqual({ outcome: 'delivered' });
    const { method, headers, body } = server.asked[0]!;
    expect(method).toBe('POST');
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(headers['webhook-id']).toBe('run-1');
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      specversion: '1.0',
      id: 'run-1',
      source: '/escapement',
      type: 'io.escapement.change.made',
      subject: 'web',
      time: '2026-11-28T20:00:00.123Z',
      datacontenttype: 'application/json',
      data: made.data,
    });
    expect(() => new Webhook(other).verify(body, headers as Record<string, string>)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it('signs with each secret of a list', async () => {
    await deliver(cloudevents, { url: url(), secret: [other, secret] }, made);
    const { headers, body } = server.asked[0]!;
    for (const each of [secret, other]) {
      expect(new Webhook(each).verify(body, headers as Record<string, string>)).toMatchObject({ id: 'run-1' });
    }
  });

  it('sends additional headers, which replace none of its own, and the user of the address', async () => {
    const address = url().replace('http://', 'http://me:s3cret@');
    const headers = { 'x-api-key': 'k3y', 'webhook-id': 'forged' };
    await deliver(cloudevents, { url: address, secret, source: 'https://prod.example.com', headers }, made);
    const [asked] = server.asked;
    expect(asked?.headers).toMatchObject({
      'x-api-key': 'k3y',
      'webhook-id': 'run-1',
      authorization: `Basic ${Buffer.from('me:s3cret').toString('base64')}`,
    });
    expect(JSON.parse(asked!.body)).toMatchObject({ source: 'https://prod.example.com' });
  });

  it.each([
    [204, 'delivered'],
    [302, 'failed'],
    [400, 'refused'],
    [401, 'failed'],
    [404, 'failed'],
    [410, 'gone'],
    [422, 'refused'],
    [429, 'failed'],
    [503, 'failed'],
  ])('takes the status %i for %s', async (status, outcome) => {
    reply = { status, body: '' };
    expect(await deliver(cloudevents, { url: url(), secret }, made)).toMatchObject({ outcome });
  });

  it('reports a receiver that cannot be reached', async () => {
    const delivery = await deliver(cloudevents, { url: `http://127.0.0.1:${await closedPort()}/`, secret }, made);
    expect(delivery).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('repeats no secret of the request, of the address or of its settings in a reason', async () => {
    const secrets = [secret.slice(6), 'k3y-in-a-header', 'path-of-a-webhook', 'query-secret', 'passw0rd'];
    reply = { status: 500, body: { error: `bad: ${secrets.join(' ')}` } };
    const address = url('/path-of-a-webhook/x?token=query-secret').replace('http://', 'http://me:passw0rd@');
    const settings = { url: address, secret, headers: { 'x-key': 'k3y-in-a-header' } };
    const delivery = await deliver(cloudevents, settings, made);
    expect(delivery).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('returned 500: bad: [secret]'),
    });
    for (const each of secrets) expect(JSON.stringify(delivery)).not.toContain(each);
  });
});

describe('a check of a receiver', () => {
  const check = (address: string, tls = {}) =>
    cloudevents.create(cloudevents.settings.parse({ url: address, secret, tls })).connect(new AbortController().signal);

  it('connects, and sends nothing', async () => {
    const before = server.connections;
    const message = `http://127.0.0.1:${server.port} accepts connections; no event was sent`;
    expect(await check(url())).toEqual({ isReachable: true, message });
    expect(server.connections).toBe(before + 1);
    expect(server.asked).toEqual([]);
  });

  it('says why there is no connection', async () => {
    const refused = await check(`http://127.0.0.1:${await closedPort()}/`);
    expect(refused).toMatchObject({ isReachable: false, message: expect.stringContaining('cannot be reached') });
    const { ca, cert, key } = await makeCertificates();
    const secure = new LocalHttpServer(() => ({ body: {} }), { cert, key });
    await secure.start();
    const untrusted = await check(`https://127.0.0.1:${secure.port}/`);
    expect(untrusted).toMatchObject({ isReachable: false, message: expect.stringContaining('is not trusted') });
    expect(await check(`https://127.0.0.1:${secure.port}/`, { ca })).toMatchObject({ isReachable: true });
    await secure.stop();
  });
});

describe('slack', () => {
  it('sends one message: a sentence with its special characters escaped, the time and the kind', async () => {
    expect(await deliver(slack, { url: url('/services/T0/B0/x') }, made)).toEqual({ outcome: 'delivered' });
    const sentence = 'web: scaled from 2 to 3 (a &lt;busy&gt; evening &amp; more)';
    expect(JSON.parse(server.asked[0]!.body)).toEqual({
      text: sentence,
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: sentence } },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: '<!date^1795896000^{date_short_pretty} {time_secs}|2026-11-28T20:00:00.123Z> · `change.made`',
            },
          ],
        },
      ],
    });
  });

  it('marks a problem', async () => {
    await deliver(
      slack,
      { url: url() },
      eventOf('run.failed', { target: 4, failure: 'ChangeFailed', reason: 'quota' }),
    );
    expect(server.asked[0]!.body).toContain(':warning: web: scaling to 4 failed (ChangeFailed): quota');
  });

  it('shows the word that Slack responds with', async () => {
    reply = { status: 404, type: 'text/html', body: 'no_service' };
    const delivery = await deliver(slack, { url: url('/services/T0000000/B0000000/xoxb-secret') }, made);
    expect(delivery).toEqual({
      outcome: 'failed',
      reason: `http://127.0.0.1:${server.port} returned 404: no_service`,
    });
  });
});

describe('pagerduty', () => {
  const send = (event: ScalingEvent) => deliver(pagerduty, { routingKey, url: url('/v2/enqueue') }, event);

  it('triggers an alert of the resource and the problem', async () => {
    reply = { status: 202, body: { status: 'success' } };
    await send(eventOf('run.failed', { target: 4, failure: 'ChangeFailed', reason: 'quota' }));
    expect(JSON.parse(server.asked[0]!.body)).toEqual({
      routing_key: routingKey,
      event_action: 'trigger',
      dedup_key: 'escapement/web/run',
      client: 'Escapement',
      payload: {
        summary: 'web: scaling to 4 failed (ChangeFailed): quota',
        source: 'web',
        severity: 'error',
        timestamp: '2026-11-28T20:00:00.123Z',
        component: 'web',
        group: 'escapement',
        class: 'run.failed',
        custom_details: { id: 'run-1', target: 4, failure: 'ChangeFailed', reason: 'quota' },
      },
    });
  });

  it.each([
    ['target.reached', 'resolve', 'escapement/web/run'],
    ['change.refused', 'trigger', 'escapement/web/run'],
    ['fallback.entered', 'trigger', 'escapement/web/fallback'],
    ['fallback.left', 'resolve', 'escapement/web/fallback'],
    ['autoscaler.resumed', 'resolve', 'escapement/web/pause'],
    ['events.dropped', 'trigger', 'escapement/web/events'],
  ] as const)('makes of %s: %s %s', async (kind, action, key) => {
    await send(eventOf(kind));
    expect(JSON.parse(server.asked[0]!.body)).toMatchObject({ event_action: action, dedup_key: key });
  });

  it('alerts about a pause only if the autoscaler paused itself', async () => {
    expect(await send(eventOf('autoscaler.paused', { by: 'person' }))).toEqual({ outcome: 'delivered' });
    expect(server.asked).toEqual([]);
    await send(eventOf('autoscaler.paused', { by: 'autoscaler', reason: 'wrong direction' }));
    expect(JSON.parse(server.asked[0]!.body)).toMatchObject({
      event_action: 'trigger',
      dedup_key: 'escapement/web/pause',
    });
  });

  it('does not repeat the routing key in a reason', async () => {
    reply = { status: 400, body: { status: 'invalid event', message: `unknown key ${routingKey}` } };
    const delivery = await send(eventOf('run.failed'));
    expect(delivery).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('unknown key [secret]') });
  });
});
