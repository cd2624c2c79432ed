import { Agent, request } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { connectClient } from '../../src/client/temporal/connection.js';
import { openApi, type TestApi } from './test-api.js';
import { settings } from './settings.js';

/** Nothing here gets as far as Temporal: there is none at this address. */
const client = new Client({
  connection: connectClient({ address: '127.0.0.1:1', namespace: 'default', isConfigured: true, options: {} }),
});
const resources = ['worker', 'gpu-workers'].map((resource) => ({ resource, settings, taskQueue: 'escapement' }));
const problem = (type: string) => `urn:escapement:problem:${type}`;

describe('an invalid request', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await openApi(client, resources);
  });

  it.each([
    ['no field', {}, '#', 'give exactly one of targetCapacity, add and remove'],
    ['two fields', { targetCapacity: 1, add: 1 }, '#', 'give exactly one of targetCapacity, add and remove'],
    ['a negative target', { targetCapacity: -1 }, '#/targetCapacity', '>=0'],
    ['a fraction', { targetCapacity: 1.5 }, '#/targetCapacity', 'int'],
    ['a target in words', { targetCapacity: '3' }, '#/targetCapacity', 'number'],
    ['null', { targetCapacity: null }, '#/targetCapacity', 'number'],
    ['a very large target', { targetCapacity: 2 ** 31 }, '#/targetCapacity', '<=1000000000'],
    ['adding zero units', { add: 0 }, '#/add', '>=1'],
    ['removing a negative number', { remove: -2 }, '#/remove', '>=1'],
    ['an unknown field', { targetCapacity: 1, force: true }, '#/force', 'unknown field'],
    ['an unknown field with a slash', { targetCapacity: 1, 'a/b~c': 1 }, '#/a~1b~0c', 'unknown field'],
    ['a reason of more than 500 characters', { targetCapacity: 1, reason: 'x'.repeat(501) }, '#/reason', '<=500'],
    ['a list', [], '#', 'object'],
    ['a number', 3, '#', 'object'],
    ['a JSON string', '"three"', '#', 'object'],
    ['null as the body', 'null', '#', 'object'],
    ['a field __proto__', '{"targetCapacity":1,"__proto__":{"add":1}}', '#/__proto__', 'unknown field'],
  ])('%s is 400, with a pointer to it', async (_what, body, pointer, detail) => {
    expect(await api.call('POST', '/v1/resources/worker/scale', { body })).toMatchObject({
      status: 400,
      body: {
        type: problem('invalid-request'),
        errors: [{ pointer, detail: expect.stringContaining(detail) }],
        detail: expect.stringContaining(pointer),
      },
    });
  });

  it.each([
    ['incomplete', '{"targetCapacity": 3'],
    ['not JSON', 'targetCapacity=3'],
    ['a number that JSON does not have', '{"targetCapacity": 03}'],
  ])('a body that is %s is 400', async (_what, body) => {
    expect(await api.call('POST', '/v1/resources/worker/scale', { body })).toMatchObject({
      status: 400,
      body: { type: problem('malformed-json') },
    });
  });

  it('no body is 400, with an example of one', async () => {
    expect(await api.call('POST', '/v1/resources/worker/scale')).toMatchObject({
      status: 400,
      body: { type: problem('invalid-request'), detail: expect.stringContaining('{"targetCapacity": 3}') },
    });
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/jsonp'])(
    'a body of type %s is 415',
    async (type) => {
      const answer = await api.call('POST', '/v1/resources/worker/scale', {
        body: '{"targetCapacity":3}',
        headers: { 'content-type': type },
      });
      expect(answer).toMatchObject({ status: 415, body: { type: problem('unsupported-media-type') } });
    },
  );

  it.each([
    { 'content-type': 'application/json; charset=klingon' },
    { 'content-type': 'application/json', 'content-encoding': 'rot13' },
  ])('a body in %j is 415', async (headers) => {
    const answer = await api.call('POST', '/v1/resources/worker/scale', { body: '{"targetCapacity":3}', headers });
    expect(answer).toMatchObject({ status: 415, body: { type: problem('unsupported-media-type') } });
  });

  it('a body of more than 16 KiB is 413, also without Content-Length', async () => {
    const body = JSON.stringify({ targetCapacity: 1, reason: 'x'.repeat(17_000) });
    const tooLarge = { status: 413, body: { type: problem('too-large'), detail: expect.stringContaining('16 KiB') } };
    expect(await api.call('POST', '/v1/resources/worker/scale', { body })).toMatchObject(tooLarge);
    expect(await statusOfChunked(`${api.url}/v1/resources/worker/scale`, body)).toBe(413);
  });

  it('a webhook of more than 1 MiB is 413, and the message contains the limit', async () => {
    const body = JSON.stringify({ alerts: [], more: 'x'.repeat(1024 * 1024) });
    const detail = 'The body is larger than the limit of this route, 1 MiB.';
    expect(await api.call('POST', '/v1/hooks/alertmanager', { body })).toMatchObject({ status: 413, body: { detail } });
  });

  it.each([
    ['an empty Idempotency-Key', { 'Idempotency-Key': '' }],
    ['a long Idempotency-Key', { 'Idempotency-Key': 'k'.repeat(201) }],
    ['an Idempotency-Key that is not ASCII', { 'Idempotency-Key': 'schlüssel' }],
    ['an Idempotency-Key with the prefix of generated keys', { 'Idempotency-Key': 'made:1' }],
    ['a wait without a number', { Prefer: 'wait=soon' }],
    ['a wait below zero', { Prefer: 'wait=-1' }],
    ['a wait of more than an hour', { Prefer: 'respond-async, wait=3601' }],
  ])('%s is 400, naming the header', async (_what, headers) => {
    expect(await api.scale('worker', { targetCapacity: 1 }, headers)).toMatchObject({
      status: 400,
      body: { type: problem('invalid-request'), detail: expect.stringContaining(Object.keys(headers)[0]!) },
    });
  });

  it.each([
    ['wroker', 'Did you mean "worker"?'],
    ['GPU_WORKERS', 'Did you mean "gpu-workers"?'],
    ['database', 'Resources: worker, gpu-workers.'],
    ['constructor', 'Resources: worker, gpu-workers.'],
    ['__proto__', 'Resources: worker, gpu-workers.'],
    ['%2e%2e%2fworker', 'Resources: worker, gpu-workers.'],
  ])('the unknown resource %s is 404: %s', async (name, advice) => {
    for (const [method, path] of [
      ['POST', 'scale'],
      ['DELETE', 'scale'],
      ['GET', ''],
      ['GET', 'runs'],
    ] as const) {
      const answer = await api.call(method, `/v1/resources/${name}/${path}`, method === 'POST' ? { body: {} } : {});
      expect(answer).toMatchObject({
        status: 404,
        body: { type: problem('unknown-resource'), detail: expect.stringContaining(advice) },
      });
    }
  });

  it.each([
    '/',
    '/v1',
    '/v2/resources',
    '/v1/resources/worker/scale/now',
    '/docs/package.json',
    '/docs/..%2fserver.ts',
  ])('the unknown route %s is 404, and the message names the documentation', async (path) => {
    expect(await api.call('GET', path)).toMatchObject({
      status: 404,
      body: { type: problem('unknown-route'), detail: expect.stringContaining('GET /v1/resources') },
    });
  });

  it('a path that cannot be decoded is 400', async () => {
    expect(await api.call('GET', '/v1/resources/%E0%A4%A')).toMatchObject({ status: 400 });
  });

  it.each([
    ['PUT', '/v1/resources/worker/scale', 'POST, DELETE'],
    ['GET', '/v1/resources/worker/scale', 'POST, DELETE'],
    ['POST', '/v1/resources', 'GET, HEAD'],
    ['PATCH', '/v1/resources/worker', 'GET, HEAD'],
    ['DELETE', '/v1/resources/worker/runs', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['POST', '/readyz', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
    ['GET', '/scale', 'POST'],
    ['POST', '/status', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
    ['OPTIONS', '/v1/resources', 'GET, HEAD'],
  ])('%s %s is 405, and the allowed methods are %s', async (method, path, allowed) => {
    const answer = await api.call(method, path);
    expect(answer).toMatchObject({ status: 405, body: { type: problem('method-not-allowed') } });
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it.each(['limit=0', 'limit=101', 'limit=many', 'before=yesterday', 'after=1'])('runs?%s is 400', async (query) => {
    expect(await api.call('GET', `/v1/resources/worker/runs?${query}`)).toMatchObject({
      status: 400,
      body: { type: problem('invalid-request'), detail: expect.stringContaining(query.split('=')[0]!) },
    });
  });

  it.each([
    ['POST', '/scale'],
    ['GET', '/status'],
  ])('%s %s is 404 with several resources, and the message names the other routes', async (method, path) => {
    const answer = await api.call(method, path, method === 'POST' ? { body: { targetCapacity: 1 } } : {});
    expect(answer).toMatchObject({
      status: 404,
      body: { type: problem('several-resources'), detail: expect.stringContaining('/v1/resources/{resource}') },
    });
  });

  it('has an id, which is the same in the body, the header and the log, and can be sent by the client', async () => {
    const sent = await api.call('GET', '/v1/resources/nothing?key=secret', { headers: { 'X-Request-Id': 'mine-1' } });
    expect(sent.headers.get('x-request-id')).toBe('mine-1');
    expect(sent.body).toMatchObject({ requestId: 'mine-1' });
    const made = await api.call('GET', '/nowhere', { headers: { 'X-Request-Id': 'x'.repeat(200) } });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(api.logged).toEqual([
      expect.objectContaining({ requestId: 'mine-1', method: 'GET', path: '/v1/resources/nothing', status: 404 }),
      expect.objectContaining({ method: 'GET', path: '/nowhere', status: 404 }),
    ]);
    expect(JSON.stringify(api.logged)).not.toContain('secret');
  });
});

describe('the docs', () => {
  it('load nothing from the Internet', async () => {
    const api = await openApi(client, resources);
    const page = await api.call('GET', '/docs');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const links = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links).toHaveLength(4);
    const paths = links.map((link) => new URL(link, 'http://host/docs').pathname);
    for (const path of paths) expect(await api.call('GET', path)).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/openapi.json')).toMatchObject({ status: 200, body: { openapi: '3.1.1' } });
  });
});

/** Without a Content-Length. */
function statusOfChunked(url: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const sending = request(url, { method: 'POST', headers, agent: new Agent({ keepAlive: false }) });
    sending.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    sending.on('error', reject);
    sending.end(body);
  });
}
