/** Capacities of many resources in one request. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { ScaledManyAnswer } from '../../src/api/scale/answers.js';
import { connectClient } from '../../src/client/temporal/connection.js';
import { EscapementClient } from '../../src/library/client.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();
const { client } = bench.server;

const scaleMany = (api: TestApi, requests: readonly object[], key = randomUUID() as string) =>
  api.call('POST', '/v1/scale', { body: { requests }, headers: { 'Idempotency-Key': key } });
const resultsIn = ({ body }: { body: unknown }) => (body as ScaledManyAnswer).results;

async function opened() {
  const [web, worker] = [await bench.resource(), await bench.resource({ settings: { max: 5 } })];
  return { web, worker, api: await openApi(client, [web, worker]) };
}

it('answers 202 when each request is durable', async () => {
  const { api, web, worker } = await opened();
  const answer = await scaleMany(api, [
    { resource: web.resource, targetCapacity: 4, reason: 'a launch' },
    { resource: worker.resource, add: 1 },
  ]);
  expect(answer).toMatchObject({
    status: 202,
    body: {
      results: [
        { resource: web.resource, status: 202, accepted: { outcome: 'started', targetCapacity: 4 }, problem: null },
        { resource: worker.resource, status: 202, accepted: { targetCapacity: 3 }, problem: null },
      ],
    },
  });
  expect(await api.untilPhase(web.resource, 'settled')).toMatchObject({ targetCapacity: 4, reason: 'a launch' });
  expect(await api.untilPhase(worker.resource, 'settled')).toMatchObject({ targetCapacity: 3 });
});

it('answers 207 when it refuses one, says why, and carries the others out', async () => {
  const { api, web, worker } = await opened();
  const answer = await scaleMany(api, [
    { resource: 'nobody', targetCapacity: 1 },
    { resource: worker.resource, targetCapacity: 9 },
    { resource: web.resource, targetCapacity: 3 },
  ]);
  const problem = (type: string, detail: RegExp) => ({
    accepted: null,
    problem: { type: `urn:escapement:problem:${type}`, detail: expect.stringMatching(detail) as unknown },
  });
  expect(answer).toMatchObject({
    status: 207,
    body: {
      results: [
        { resource: 'nobody', status: 404, ...problem('unknown-resource', /^Resource "nobody" does not exist/) },
        { resource: worker.resource, status: 422, ...problem('out-of-bounds', /9 is above the maximum of 5/) },
        { resource: web.resource, status: 202, problem: null },
      ],
    },
  });
  const { requestId } = resultsIn(answer)[0]!.problem!;
  expect(requestId).toBe(answer.headers.get('x-request-id'));
  expect(await api.untilPhase(web.resource, 'settled')).toMatchObject({ targetCapacity: 3 });
  expect(await api.call('GET', `/v1/resources/${worker.resource}`)).toMatchObject({ body: { phase: 'idle' } });
});

it('carries a repeated list out once, also where only a part of it was carried out', async () => {
  const { api, web, worker } = await opened();
  const key = randomUUID();
  // The first attempt reached one of them: its key is the one of the list and its own name.
  const alone = await api.scale(web.resource, { add: 1 }, { 'Idempotency-Key': `${key}:${web.resource}` });
  const requests = [web, worker].map(({ resource }) => ({ resource, add: 1 }));
  const first = await scaleMany(api, requests, key);
  expect(resultsIn(first)[0]!.accepted).toEqual(alone.body);
  await Promise.all([web.handle.result(), worker.handle.result()]);
  expect((await scaleMany(api, requests, key)).body).toEqual(first.body);
  expect([web.capacity(), worker.capacity()]).toEqual([3, 3]);

  const other = await scaleMany(api, [{ resource: web.resource, add: 2 }, requests[1]!], key);
  expect(resultsIn(other).map(({ status }) => status)).toEqual([409, 202]);
});

it('refuses the whole list when a resource is in it twice, and names the field', async () => {
  const { api, web, worker } = await opened();
  const requests = [web, worker, web].map(({ resource }) => ({ resource, add: 1 }));
  expect(await scaleMany(api, requests)).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '#/requests/2/resource', detail: expect.stringContaining('#/requests/0') }] },
  });
  expect(await api.call('GET', `/v1/resources/${worker.resource}`)).toMatchObject({ body: { phase: 'idle' } });
});

it.each([
  ['no request', [], '#/requests'],
  ['101 requests', Array.from({ length: 101 }, (_, index) => ({ resource: `r${index}`, add: 1 })), '#/requests'],
  ['two wishes for one resource', [{ resource: 'web', add: 1, remove: 1 }], '#/requests/0'],
  ['no resource', [{ add: 1 }], '#/requests/0/resource'],
])('refuses %s', async (_, requests, pointer) => {
  const { api } = await opened();
  expect(await scaleMany(api, requests)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});

it('accepts the longest key for the longest name, and refuses a longer key', async () => {
  const pool = { ...(await bench.resource()), resource: 'r'.repeat(63) };
  const api = await openApi(client, [pool]);
  const requests = [{ resource: pool.resource, targetCapacity: 3 }];
  expect(await scaleMany(api, requests, 'k'.repeat(190))).toMatchObject({ status: 202 });
  // A run that refuses its input fails.
  await api.untilPhase(pool.resource, 'observing');
  expect(await scaleMany(api, requests, 'k'.repeat(191))).toMatchObject({ status: 400 });
});

it('is unavailable as a whole when Temporal is', async () => {
  const connection = connectClient({
    address: '127.0.0.1:1',
    namespace: 'default',
    isConfigured: true,
    options: {},
  });
  const { resource, ...pool } = await bench.resource();
  const api = await openApi(new Client({ connection }), [{ resource, ...pool }]);
  const answer = await scaleMany(api, [{ resource, targetCapacity: 3 }]);
  expect(answer).toMatchObject({ status: 503, body: { type: 'urn:escapement:problem:temporal-unavailable' } });
  expect(answer.headers.get('retry-after')).toBe('2');
});

it('is a method of the library', async () => {
  const { api, web, worker } = await opened();
  const escapement = new EscapementClient({ server: api.url });
  const idempotencyKey = randomUUID();
  const requests = [
    { resource: web.resource, add: 1 },
    { resource: worker.resource, targetCapacity: 9 },
  ];
  const { results } = await escapement.scaleMany(requests, { idempotencyKey });
  expect(results.map(({ status }) => status)).toEqual([202, 422]);
  expect((await escapement.scaleMany(requests, { idempotencyKey })).results[0]).toEqual(results[0]);
  await expect(escapement.scaleMany([])).rejects.toMatchObject({ status: 400 });
});
