import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { connectClient } from '../../src/client/temporal/connection.js';
import { settings } from './settings.js';
import { openApi, type TestApi } from './test-api.js';

const client = new Client({
  connection: connectClient({ address: '127.0.0.1:1', namespace: 'default', isConfigured: true, options: {} }),
});
const resources = [{ resource: 'worker', settings, taskQueue: 'escapement' }];
const token = 'correct-horse-battery-staple';

let api: TestApi;

describe('a server with a token', () => {
  it.each([
    ['no header', {}],
    ['another token', { authorization: 'Bearer correct-horse-battery-stable' }],
    ['a part of the token', { authorization: 'Bearer correct' }],
    ['the token with another character', { authorization: `Bearer ${token}x` }],
    ['another scheme', { authorization: `Basic ${token}` }],
    ['no scheme', { authorization: token }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('%s is 401', async (_what, headers) => {
    api = await openApi(client, resources, { token });
    for (const [method, path] of [
      ['GET', '/v1/resources'],
      ['POST', '/v1/resources/worker/scale'],
      ['DELETE', '/v1/resources/worker/scale'],
      ['GET', '/status'],
      ['POST', '/scale'],
      ['GET', '/nowhere'],
    ] as const) {
      const answer = await api.call(method, path, { headers });
      expect(answer).toMatchObject({ status: 401, body: { type: 'urn:escapement:problem:unauthorized' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="escapement"');
    }
    expect(JSON.stringify(api.logged)).not.toContain('correct');
  });

  it('a caller with the token is accepted', async () => {
    api = await openApi(client, resources, { token });
    const headers = { authorization: `bearer ${token}` };
    expect(await api.call('POST', '/v1/resources/worker/scale', { headers, body: {} })).toMatchObject({ status: 400 });
    expect(JSON.stringify(api.logged)).not.toContain(token);
  });

  it('a web page of another origin with the token is accepted, because no browser sends the token by itself', async () => {
    api = await openApi(client, resources, { token });
    const headers = { authorization: `Bearer ${token}`, origin: 'https://console.example' };
    expect(await api.call('POST', '/v1/resources/worker/scale', { headers, body: {} })).toMatchObject({ status: 400 });
  });

  it.each(['/healthz', '/health', '/openapi.json', '/docs'])('%s requires no token', async (path) => {
    api = await openApi(client, resources, { token });
    expect(await api.call('GET', path)).toMatchObject({ status: 200 });
  });

  it('/readyz requires no token', async () => {
    api = await openApi(client, resources, { token });
    expect(await api.call('GET', '/readyz')).toMatchObject({ status: 503 });
  });
});

describe('a server without a token', () => {
  const scale = (path: string, headers: Record<string, string>) => api.call('POST', path, { headers, body: {} });

  it.each(['https://evil.example', 'http://127.0.0.1:1', 'null'])('a web page of %s may not scale', async (origin) => {
    api = await openApi(client, resources);
    const refusal = { status: 403, body: { type: 'urn:escapement:problem:cross-origin' } };
    expect(await scale('/v1/resources/worker/scale', { origin })).toMatchObject(refusal);
    // What a form can send without asking first.
    expect(await scale('/scale', { origin, 'content-type': 'text/plain' })).toMatchObject(refusal);
    expect(await api.call('DELETE', '/v1/resources/worker/scale', { headers: { origin } })).toMatchObject(refusal);
  });

  it('a web page of the same server may scale', async () => {
    api = await openApi(client, resources);
    expect(await scale('/v1/resources/worker/scale', { origin: api.url })).toMatchObject({ status: 400 });
  });

  it.each([
    ['localhost:3000', 400],
    ['[::1]:3000', 400],
    ['scale.example', 400],
    ['rebound.example:3000', 403],
    ['localhost.example:3000', 403],
  ])('a request of a page at %s is answered with %d', async (host, status) => {
    api = await openApi(client, resources, { allowedHosts: ['scale.example'] });
    expect(await asked('POST', '/v1/resources/worker/scale', { host, origin: `http://${host}` })).toBe(status);
  });
});

/** The status of an answer to a request that calls the server so: fetch sets the host by itself. */
async function asked(method: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const sending = request(api.url + path, { method, headers: { ...headers, 'content-type': 'application/json' } });
  sending.end(method === 'POST' ? '{}' : undefined);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('the Host of a request to a server without a token:', () => {
  const foreign = ['rebound.example', 'rebound.example:80', 'localhost.example', '127.0.0.1.example', 'api.example'];
  const known = [
    '127.0.0.1:9',
    '10.1.2.3',
    '[::1]:3000',
    '[fe80::1]',
    'localhost',
    'LOCALHOST:3000',
    'api',
    'API:80',
    'api.',
    'api:',
  ];
  const routes = [
    ['GET', '/openapi.json'],
    ['GET', '/docs'],
    ['GET', '/readyz'],
    ['GET', '/v1/resources'],
    ['GET', '/status'],
    ['GET', '/nowhere'],
    ['POST', '/v1/resources/worker/scale'],
    ['POST', '/v1/hooks/alertmanager'],
    ['POST', '/scale'],
    ['DELETE', '/nowhere'],
  ] as const;

  it.each(foreign)('%s is refused, by GET and by POST, without an Origin', async (host) => {
    api = await openApi(client, resources, { allowedHosts: ['api'] });
    for (const [method, path] of routes) expect([path, await asked(method, path, { host })]).toEqual([path, 403]);
  });

  it.each(known)('%s is answered', async (host) => {
    api = await openApi(client, resources, { allowedHosts: ['api'] });
    const withoutTemporal = routes.filter(([, path]) => !['/readyz', '/v1/resources', '/status'].includes(path));
    for (const [method, path] of withoutTemporal) {
      expect([path, await asked(method, path, { host })]).not.toEqual([path, 403]);
    }
  });

  it('a refusal contains a fix', async () => {
    api = await openApi(client, resources);
    const sending = request(`${api.url}/v1/resources`, { headers: { host: 'scale.example' } }).end();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    const body = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as object;
    expect(body).toMatchObject({ type: 'urn:escapement:problem:unknown-host' });
    expect(JSON.stringify(body)).toMatch(/scale\.example.*ESCAPEMENT_ALLOWED_HOSTS.*ESCAPEMENT_API_TOKEN/);
  });

  it.each(['/healthz', '/health'])('is not checked for %s', async (path) => {
    api = await openApi(client, resources);
    expect(await asked('GET', path, { host: 'rebound.example' })).toBe(200);
  });

  it('is not checked with a token, because a web page does not have the token', async () => {
    api = await openApi(client, resources, { token });
    expect(await asked('GET', '/v1/resources', { host: 'api.example' })).toBe(401);
    const headers = { host: 'api.example', authorization: `Bearer ${token}` };
    expect(await asked('POST', '/v1/resources/worker/scale', headers)).toBe(400);
  });
});
