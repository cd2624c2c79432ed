import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { progressOf } from '../../src/client/scale/progress.js';
import { connectClient } from '../../src/client/temporal/connection.js';
import { grpcStatus, TemporalProxy } from '../support/temporal-proxy.js';
import { poll, Workbench } from '../workflows/workbench.js';
import { afterwards } from './afterwards.js';
import { TemporalProcess } from './temporal-process.js';
import { openStream, type StreamEvent } from './event-stream.js';
import { type Answer, openApi } from './test-api.js';

/** Measured: 1 s with Temporal down, 1.5 s with every worker down. Without our timeouts it is 20 s or more. */
const soonMs = 10_000;
/** The level of a line, in pino's numbers. */
const debug = 20;

describe('an outage', () => {
  let server: TemporalProcess;
  let client: Client;

  beforeAll(async () => {
    server = await TemporalProcess.start();
    const connection = connectClient({
      address: server.address,
      namespace: 'default',
      isConfigured: true,
      options: {},
    });
    client = new Client({ connection });
  });
  afterAll(async () => {
    await client.connection.close();
    await server.close();
  });

  async function openWorkbench(address = server.address): Promise<Workbench> {
    const nativeConnection = await NativeConnection.connect({ address });
    const bench = new Workbench({ client, nativeConnection });
    afterwards(async () => {
      await bench.close();
      await nativeConnection.close();
    });
    return bench;
  }

  /** @returns how to stop it, which need not be done. */
  async function startWorker(bench: Workbench): Promise<() => Promise<void>> {
    let stopped: Promise<void> | undefined;
    const stop = await bench.startWorker();
    const stopOnce = () => (stopped ??= stop());
    afterwards(stopOnce);
    return stopOnce;
  }

  async function timed(call: () => Promise<Answer>): Promise<Answer & { readonly ms: number }> {
    const startedAtMs = performance.now();
    return { ...(await call()), ms: performance.now() - startedAtMs };
  }

  /** As a client does on a machine that has too much to do: a 503 says that the request may be sent again. */
  const insist = (call: () => Promise<Answer>) =>
    poll(
      () => timed(call),
      ({ status }) => status !== 503,
    );

  it('of every worker: requests are accepted, the status reports that no worker polls, and a restart of Temporal loses no request', async () => {
    const bench = await openWorkbench();
    const { resource, ...pool } = await bench.resource();
    const api = await openApi(client, [{ resource, ...pool }]);

    const keys = [randomUUID(), randomUUID(), randomUUID()];
    const ask = (requested: object, key = randomUUID()) =>
      insist(() => api.scale(resource, requested, { 'Idempotency-Key': key }));
    const started = await ask({ targetCapacity: 5 }, keys[0]);
    expect(started).toMatchObject({ status: 202, body: { targetCapacity: 5 } });
    const retargeted = await ask({ targetCapacity: 4 }, keys[1]);
    expect(retargeted).toMatchObject({ status: 202, body: { outcome: 'accepted', targetCapacity: 4 } });
    const relative = await ask({ remove: 1 }, keys[2]);
    expect(relative).toMatchObject({ status: 202, body: { outcome: 'accepted', targetCapacity: null } });

    const status = await insist(() => api.call('GET', `/v1/resources/${resource}`));
    expect(status).toMatchObject({
      status: 200,
      body: {
        phase: 'unattended',
        notice: expect.stringContaining('No worker answered'),
        targetCapacity: 5,
        observed: null,
        run: { outcome: 'running' },
      },
    });
    expect(Math.max(started.ms, retargeted.ms, relative.ms, status.ms)).toBeLessThan(soonMs);

    await server.kill();
    await server.restart();
    await startWorker(bench);
    const settled = await api.untilPhase(resource, 'settled');
    expect(settled).toMatchObject({ targetCapacity: 3, observed: { capacity: 3 }, notice: null });
    // The same key is still answered, and not done again.
    expect(await ask({ targetCapacity: 4 }, keys[1])).toMatchObject({ status: 202 });
    expect(await api.call('GET', `/v1/resources/${resource}`)).toMatchObject({ body: { targetCapacity: 3 } });
  });

  it('of the worker during a read: the status shows its last observation', async () => {
    const cut = await TemporalProxy.inFrontOf(server.address);
    afterwards(() => cut.close());
    const bench = await openWorkbench(cut.address);
    const { resource, simulator, ...pool } = await bench.resource({
      settings: { waitForActive: { timeoutMs: 600_000, intervalMs: 300 } },
    });
    simulator.resources.get(resource)!.setStatus('PAUSED', Date.now());
    const api = await openApi(client, [{ resource, ...pool }]);
    await startWorker(bench);
    // A worker that cannot reach the server could not be stopped.
    afterwards(async () => cut.admit());
    await insist(() => api.scale(resource, { targetCapacity: 5 }));
    await poll(
      () => client.workflow.getHandle(`scale:${resource}`).describe(),
      (description) => progressOf(description)?.observation !== undefined,
    );
    cut.refuse(/./, grpcStatus.permissionDenied);
    expect(await api.untilPhase(resource, 'unattended')).toMatchObject({
      observed: { capacity: 2, status: 'PAUSED' },
      targetCapacity: 5,
    });
  });

  it('of Temporal: 503 with Retry-After immediately, and normal responses after Temporal has restarted', async () => {
    const bench = await openWorkbench();
    const { resource, ...pool } = await bench.resource();
    const api = await openApi(client, [{ resource, ...pool }]);
    await startWorker(bench);
    await insist(() => api.scale(resource, { targetCapacity: 3 }));
    await api.untilPhase(resource, 'settled');

    const stream = await openStream(api);
    const isLive = (wanted: boolean) => (event: StreamEvent) =>
      event.event === 'status' && (event.data as { isLive: boolean }).isLive === wanted;

    const metrics = async () => String((await api.call('GET', '/metrics')).body);
    expect(await metrics()).toContain('escapement_temporal_reachable 1');
    // The server of the test before has only just been restarted.
    const loggedBefore = api.logged.length;
    await server.kill();
    expect(await metrics()).toContain('escapement_temporal_reachable 0');
    const key = { 'Idempotency-Key': randomUUID() };
    for (const call of [
      () => api.scale(resource, { targetCapacity: 4 }),
      () => api.scale(resource, { targetCapacity: 4 }, key),
      () => api.scale(resource, { add: 1 }, { Prefer: 'wait=60' }),
      () => api.call('GET', '/v1/resources'),
      () => api.call('GET', `/v1/resources/${resource}`),
      () => api.call('GET', `/v1/resources/${resource}/runs`),
      () => api.call('DELETE', `/v1/resources/${resource}/scale`),
    ]) {
      const answer = await timed(call);
      expect(answer).toMatchObject({
        status: 503,
        body: {
          type: 'urn:escapement:problem:temporal-unavailable',
          detail: expect.stringContaining('The Temporal server is unreachable.'),
        },
      });
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.ms).toBeLessThan(soonMs);
    }
    for (const call of [
      () => api.call('POST', '/scale', { body: { targetCapacity: 4 } }),
      () => api.call('GET', '/status'),
    ]) {
      expect(await call()).toMatchObject({ status: 503, body: { success: false } });
    }
    expect(await api.call('GET', '/healthz')).toMatchObject({ status: 200 });
    expect(await api.call('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { status: 'not ready', checks: { temporal: { status: 'failing' } } },
    });

    expect(await stream.until('the stream says so', isLive(false))).toMatchObject({
      data: { detail: expect.stringContaining('The Temporal server is unreachable.') as unknown },
    });

    await server.restart();
    const startedAtMs = performance.now();
    await poll(
      () => api.call('GET', '/readyz'),
      ({ status }) => status === 200,
    );
    expect(performance.now() - startedAtMs).toBeLessThan(soonMs);
    await stream.until('the stream works again', isLive(true));
    stream.close();
    const again = await insist(() => api.scale(resource, { targetCapacity: 4 }, { ...key, Prefer: 'wait=60' }));
    expect(again).toMatchObject({ status: 200, body: { observed: { capacity: 4 } } });
    const news = api.logged.slice(loggedBefore).filter(({ msg, level }) => msg !== 'request' && level !== debug);
    expect(news).toMatchObject([
      { level: 40, msg: 'Temporal does not answer: requests fail' },
      { level: 30, msg: 'Temporal answers again' },
    ]);
    expect(JSON.stringify(news)).not.toContain('stack');
  });

  it('of Temporal while a caller waits: the wait continues', async () => {
    const bench = await openWorkbench();
    const { resource, ...pool } = await bench.resource({ settings: { cooldownMs: { up: 3000, down: 3000 } } });
    const api = await openApi(client, [{ resource, ...pool }]);
    await startWorker(bench);
    const waiting = api.scale(resource, { targetCapacity: 4 }, { Prefer: 'wait=600' });
    await api.untilPhase(resource, 'coolingDown');
    await server.kill();
    expect(await api.call('GET', `/v1/resources/${resource}`)).toMatchObject({ status: 503 });
    await server.restart();
    expect(await waiting).toMatchObject({ status: 200, body: { observed: { capacity: 4 } } });
  });
});
