/** `Prefer: wait=…` on the routes that send a message, and on the one that reads a resource. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AutoscaleAnswer } from '../../src/api/autoscale/answers.js';
import { poll } from '../workflows/workbench.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { openApi } from './test-api.js';
import { openWatched } from './watched.js';

const bench = await openWorkbench();
const { client } = bench.server;
const watched = await openWatched(bench);
const unwatched = await openWatched(bench, `nobody-${randomUUID()}`);

const wait = (seconds: number) => ({ Prefer: `wait=${seconds}` });
const applied = ({ headers }: { headers: Headers }) => headers.get('preference-applied');

describe('a message to an autoscaler', () => {
  const { path } = watched;
  const pause = { direction: 'down', until: null, reason: null };

  it('is answered with what is in force when the autoscaler has taken it', async () => {
    const api = await watched.open();
    const call = (method: string, rest: string, body?: object) =>
      api.call(method, path(rest), { body, headers: wait(30) });
    const paused = await call('PUT', 'pause', { direction: 'down' });
    expect(paused).toMatchObject({ status: 200, body: { pause } });
    expect(applied(paused)).toBe('wait=30');
    expect(await call('PUT', 'override', { capacity: 4 })).toMatchObject({
      status: 200,
      body: { override: { capacity: 4, until: null } },
    });
    // No poll: the next read already has both.
    expect((await api.call('GET', path('evaluation'))).body).toMatchObject({ pause, override: { capacity: 4 } });
    expect(await call('DELETE', 'override')).toMatchObject({ status: 200, body: { override: null } });
    expect(await call('DELETE', 'pause')).toMatchObject({ status: 200, body: { pause: null } });
    expect((await api.call('GET', path('evaluation'))).body).toMatchObject({ pause: null, override: null });
  });

  it('is answered 202 with what was asked when nobody has taken it in time, and is not lost', async () => {
    const api = await unwatched.open();
    const call = (method: string, rest: string, body?: object) =>
      api.call(method, unwatched.path(rest), { body, headers: wait(1) });
    const paused = await call('PUT', 'pause', { direction: 'down' });
    expect(paused).toMatchObject({ status: 202, body: { pause } });
    expect(applied(paused)).toBe('wait=1');
    expect(await call('PUT', 'override', { capacity: 4 })).toMatchObject({ status: 202 });
    expect(await call('POST', 'evaluate')).toMatchObject({ status: 202, body: { resources: [expect.anything()] } });
    await bench.startWorker({ taskQueue: unwatched.resource.taskQueue });
    await poll(
      async () => (await api.call('GET', unwatched.path('evaluation'))).body as AutoscaleAnswer,
      (seen) => seen.pause !== null && seen.override?.capacity === 4,
    );
  });

  it('is not sent when the time to wait is invalid', async () => {
    const api = await watched.open();
    const headers = { Prefer: 'wait=long' };
    expect((await api.call('PUT', path('pause'), { body: {}, headers })).status).toBe(400);
    expect((await api.call('POST', path('evaluate'), { headers })).status).toBe(400);
    expect((await api.call('GET', path('evaluation'))).body).toMatchObject({ pause: null });
  });

  it('that asks for an evaluation is answered with one that was made after it', async () => {
    const api = await watched.open();
    const askedAtMs = Date.now();
    const answer = await api.call('POST', path('evaluate'), { headers: wait(30) });
    expect(answer).toMatchObject({ status: 200, body: { resource: watched.resource.resource } });
    expect(applied(answer)).toBe('wait=30');
    expect(Date.parse((answer.body as AutoscaleAnswer).evaluation!.at)).toBeGreaterThanOrEqual(askedAtMs);
  });
});

describe('a cancellation', () => {
  it('is answered when no change is in progress, although the cooldown goes on', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
    const api = await openApi(client, [pool]);
    await api.scale(pool.resource, { targetCapacity: 9 });
    await api.untilPhase(pool.resource, 'coolingDown');
    const answer = await api.call('DELETE', `/v1/resources/${pool.resource}/scale`, { headers: wait(30) });
    expect(answer).toMatchObject({ status: 200, body: { phase: 'cancelled', observed: { capacity: 3 } } });
    expect(applied(answer)).toBe('wait=30');
  });

  it('is answered 202 when the run has not stopped in time', async () => {
    const pool = { ...(await bench.resource()), taskQueue: `nobody-${randomUUID()}` };
    const api = await openApi(client, [pool]);
    await api.scale(pool.resource, { targetCapacity: 9 });
    const answer = await api.call('DELETE', `/v1/resources/${pool.resource}/scale`, { headers: wait(1) });
    expect(answer).toMatchObject({ status: 202, body: { outcome: 'cancelling' } });
  });
});

describe('a read of a resource that the caller has', () => {
  async function opened() {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 600_000, down: 0 } } });
    const api = await openApi(client, [pool]);
    const path = `/v1/resources/${pool.resource}`;
    const tag = (await api.call('GET', path)).headers.get('etag')!;
    const read = (seconds: number, known: string) =>
      api.call('GET', path, { headers: { ...wait(seconds), 'If-None-Match': known } });
    return { api, pool, tag, read };
  }

  it('is answered when the resource changes', async () => {
    const { api, pool, tag, read } = await opened();
    const waiting = read(60, tag);
    await api.scale(pool.resource, { targetCapacity: 3 });
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 200, body: { targetCapacity: 3 } });
    expect(applied(answer)).toBe('wait=60');
    expect(answer.headers.get('etag')).not.toBe(tag);
    // Each answer leads to the next one, until nothing changes any more.
    let seen = answer;
    while ((seen.body as { phase: string }).phase !== 'settled') seen = await read(60, seen.headers.get('etag')!);
    expect(seen.body).toMatchObject({ observed: { capacity: 3 } });
  });

  it('is answered 304 when nothing changes in time', async () => {
    const { tag, read } = await opened();
    const answer = await read(2, tag);
    expect(answer.status).toBe(304);
    expect(applied(answer)).toBe('wait=2');
  });

  it('is answered 304 when the process stops', async () => {
    const { api, tag, read } = await opened();
    const waiting = read(3600, tag);
    api.stop();
    expect((await waiting).status).toBe(304);
  });

  it('does not wait when the caller has another answer, or none', async () => {
    const { api, pool, read } = await opened();
    const other = await read(3600, '"another"');
    expect([other.status, applied(other)]).toEqual([200, null]);
    const none = await api.call('GET', `/v1/resources/${pool.resource}`, { headers: wait(3600) });
    expect([none.status, applied(none)]).toEqual([200, null]);
  });
});
