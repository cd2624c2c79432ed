import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll, type TestResource, Workbench } from '../workflows/workbench.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();

describe('a request for a capacity', () => {
  let api: TestApi;

  async function resourceWithApi(options: Parameters<Workbench['resource']>[0] = {}): Promise<TestResource> {
    const resource = await bench.resource(options);
    api = await openApi(bench.server.client, [resource], { webUiUrl: 'http://127.0.0.1:8233' });
    return resource;
  }

  const problem = (type: string) => `urn:escapement:problem:${type}`;

  it('answers 202 with the run, its URL, and the effect of the request', async () => {
    const { resource, handle } = await resourceWithApi();
    const first = await api.scale(resource, { targetCapacity: 4, reason: 'a launch' });
    const { runId } = await handle.describe();
    expect(first).toMatchObject({
      status: 202,
      body: {
        resource,
        targetCapacity: 4,
        outcome: 'started',
        workflowId: `scale:${resource}`,
        runId,
        links: {
          self: `/v1/resources/${resource}`,
          scale: `/v1/resources/${resource}/scale`,
          runs: `/v1/resources/${resource}/runs`,
          webUi: `http://127.0.0.1:8233/namespaces/default/workflows/scale%3A${resource}/${runId}/history`,
        },
      },
    });
    expect(first.headers.get('location')).toBe(`/v1/resources/${resource}`);
    expect(await api.scale(resource, { targetCapacity: 4 })).toMatchObject({ body: { outcome: 'unchanged', runId } });
    expect(await api.scale(resource, { targetCapacity: 3 })).toMatchObject({ body: { outcome: 'retargeted', runId } });
  });

  it('two concurrent requests receive two responses for one run', async () => {
    const pool = await resourceWithApi();
    const { resource } = pool;
    const answers = await Promise.all([3, 4].map((targetCapacity) => api.scale(resource, { targetCapacity })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const bodies = answers.map(({ body }) => body as { outcome: string; runId: string });
    expect(bodies.map(({ outcome }) => outcome).sort()).toEqual(['retargeted', 'started']);
    expect(new Set(bodies.map(({ runId }) => runId)).size).toBe(1);
    const later = bodies[0]!.outcome === 'retargeted' ? 3 : 4;
    await api.untilPhase(resource, 'settled');
    expect(pool.capacity()).toBe(later);
  });

  it('adds to and removes from the capacity, or from the target of the run in progress', async () => {
    const { resource } = await resourceWithApi({ capacity: 5 });
    expect(await api.scale(resource, { remove: 1 })).toMatchObject({ status: 202, body: { targetCapacity: 4 } });
    expect(await api.scale(resource, { add: 3 })).toMatchObject({
      status: 202,
      body: { targetCapacity: 7, outcome: 'retargeted' },
    });
    await api.scale(resource, { targetCapacity: 4 });
    await api.untilPhase(resource, 'settled');
    expect(await api.scale(resource, { add: 1 })).toMatchObject({ status: 202, body: { targetCapacity: 5 } });
  });

  it.each([
    [{ targetCapacity: 7 }, /7 is above the maximum of 6/],
    [{ targetCapacity: 0 }, /0 is below the minimum of 1/],
    [{ add: 5 }, /7 is above the maximum of 6/],
    [{ remove: 2 }, /0 is below the minimum of 1/],
  ])('refuses %j with 422 and the bound', async (requested, detail) => {
    const pool = await resourceWithApi({ settings: { min: 1, max: 6 } });
    const { resource } = pool;
    expect(await api.scale(resource, requested)).toMatchObject({
      status: 422,
      body: { type: problem('out-of-bounds'), detail: expect.stringMatching(detail) },
    });
    expect(pool.capacity()).toBe(2);
  });

  describe('with an idempotency key', () => {
    it('a repeated request receives the same response, and is applied once', async () => {
      const pool = await resourceWithApi({ settings: { cooldownMs: { up: 60_000, down: 60_000 } } });
      const { resource } = pool;
      const key = { 'Idempotency-Key': randomUUID() };
      const first = await api.scale(resource, { add: 1 }, key);
      await api.untilPhase(resource, 'settled');
      expect((await api.scale(resource, { add: 1 }, key)).body).toEqual(first.body);
      expect(await pool.status()).toMatchObject({ targetCapacity: 3, phase: 'settled' });
    });

    it('another body is a conflict', async () => {
      const { resource } = await resourceWithApi();
      const key = { 'Idempotency-Key': randomUUID() };
      await api.scale(resource, { targetCapacity: 3 }, key);
      expect(await api.scale(resource, { targetCapacity: 4 }, key)).toMatchObject({
        status: 409,
        body: { type: problem('idempotency-conflict') },
      });
    });

    it('still applies after the run has closed, and after later runs', async () => {
      const pool = await resourceWithApi();
      const { resource } = pool;
      const key = { 'Idempotency-Key': randomUUID() };
      const first = await api.scale(resource, { targetCapacity: 3 }, key);
      await pool.handle.result();
      expect((await api.scale(resource, { targetCapacity: 3 }, key)).body).toEqual(first.body);

      await api.scale(resource, { targetCapacity: 2 });
      await pool.handle.result();
      const again = await poll(
        () => api.scale(resource, { targetCapacity: 3 }, key),
        // The list of runs may lag a moment behind.
        ({ body }) => (body as { runId: string }).runId === (first.body as { runId: string }).runId,
      );
      expect(again.body).toEqual(first.body);
      expect(await api.scale(resource, { targetCapacity: 4 }, key)).toMatchObject({ status: 409 });
      expect(pool.capacity()).toBe(2);
    });
  });

  describe('that waits for the target', () => {
    const wait = (seconds: number) => ({ Prefer: `wait=${seconds}` });

    it('answers 200 with the status as soon as the target is reached, not when the cooldown is over', async () => {
      const { resource, handle } = await resourceWithApi({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
      const answer = await api.scale(resource, { targetCapacity: 3 }, wait(60));
      expect(answer).toMatchObject({
        status: 200,
        body: { phase: 'settled', observed: { capacity: 3, status: 'ACTIVE' }, targetCapacity: 3, stepsMade: 1 },
      });
      expect(answer.headers.get('preference-applied')).toBe('wait=60');
      expect((await handle.describe()).status.name).toBe('RUNNING');
    });

    it('answers 202 after the wait if the target is not reached', async () => {
      const { resource } = await resourceWithApi({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
      expect(await api.scale(resource, { targetCapacity: 4 }, wait(1))).toMatchObject({
        status: 202,
        body: { outcome: 'started' },
      });
    });

    it('answers 409 when another request replaces it', async () => {
      const { resource } = await resourceWithApi({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
      const waiting = api.scale(resource, { targetCapacity: 5 }, wait(60));
      await api.untilPhase(resource, 'coolingDown');
      await api.scale(resource, { targetCapacity: 6 });
      expect(await waiting).toMatchObject({
        status: 409,
        body: { type: problem('replaced'), detail: expect.stringContaining('6') },
      });
    });

    it('answers 409 when it is cancelled', async () => {
      const { resource } = await resourceWithApi({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
      const waiting = api.scale(resource, { targetCapacity: 5 }, wait(60));
      await api.untilPhase(resource, 'coolingDown');
      await api.call('DELETE', `/v1/resources/${resource}/scale`);
      expect(await waiting).toMatchObject({ status: 409, body: { type: problem('cancelled') } });
    });

    it('answers 500 with the reason when the run fails', async () => {
      const { resource, simulator } = await resourceWithApi();
      simulator.resources.get(resource)!.setStatus('FAILED', Date.now());
      expect(await api.scale(resource, { targetCapacity: 5 }, wait(60))).toMatchObject({
        status: 500,
        body: { type: problem('scaling-failed'), detail: expect.stringContaining('is FAILED') },
      });
    });

    it('answers a repeated key from its run, also after the run has closed', async () => {
      const { resource, handle } = await resourceWithApi();
      const key = { 'Idempotency-Key': randomUUID() };
      await api.scale(resource, { targetCapacity: 3 }, key);
      await handle.result();
      expect(await api.scale(resource, { targetCapacity: 3 }, { ...key, ...wait(60) })).toMatchObject({
        status: 200,
        body: { phase: 'settled', targetCapacity: 3, run: { outcome: 'reached' } },
      });
    });

    it('a client that closes the connection ends the wait, and not the run', async () => {
      const pool = await resourceWithApi({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
      const { resource } = pool;
      const leaving = new AbortController();
      const waiting = api.call('POST', `/v1/resources/${resource}/scale`, {
        body: { targetCapacity: 5 },
        headers: wait(60),
        signal: leaving.signal,
      });
      await api.untilPhase(resource, 'coolingDown');
      leaving.abort();
      await expect(waiting).rejects.toThrow();
      await poll(
        () => api.logged,
        (lines) => lines.some(({ method, status }) => method === 'POST' && status === 'client went away'),
      );
      expect(await pool.status()).toMatchObject({ phase: 'coolingDown', targetCapacity: 5 });
    });

    it('a waiting caller gets a response when the process is about to stop', async () => {
      const { resource } = await resourceWithApi({ settings: { cooldownMs: { up: 600_000, down: 600_000 } } });
      const waiting = api.scale(resource, { targetCapacity: 5 }, wait(3600));
      await api.untilPhase(resource, 'coolingDown');
      api.stop();
      expect(await waiting).toMatchObject({ status: 202 });
    });
  });

  it('a request right after a run has closed starts a new run, even if the old run was just read', async () => {
    const { resource, handle } = await resourceWithApi();
    const first = await api.scale(resource, { targetCapacity: 3 });
    await handle.result();
    expect(await api.call('GET', `/v1/resources/${resource}`)).toMatchObject({ body: { run: { outcome: 'reached' } } });
    const second = await api.scale(resource, { targetCapacity: 6 }, { Prefer: 'wait=60' });
    expect(second).toMatchObject({ status: 200, body: { targetCapacity: 6, observed: { capacity: 6 } } });
    expect((second.body as { run: { runId: string } }).run.runId).not.toBe((first.body as { runId: string }).runId);
  });

  describe('and its cancellation', () => {
    it('stops all further changes, and the run is reported as cancelled', async () => {
      const pool = await resourceWithApi({
        settings: { cooldownMs: { up: 2000, down: 2000 } },
      });
      const { resource } = pool;
      await api.scale(resource, { targetCapacity: 9 });
      await api.untilPhase(resource, 'coolingDown');
      expect(await api.call('DELETE', `/v1/resources/${resource}/scale`)).toMatchObject({
        status: 202,
        body: { resource, outcome: 'cancelling' },
      });
      const closed = await poll(
        () => api.call('GET', `/v1/resources/${resource}`),
        ({ body }) => (body as { run: { outcome: string } }).run.outcome !== 'running',
      );
      expect(closed.body).toMatchObject({ phase: 'cancelled', run: { outcome: 'cancelled' }, targetCapacity: 9 });
      expect(pool.capacity()).toBeLessThan(9);
    });

    it('answers 409 without a run, for a run at its target, and for a closed run', async () => {
      const { resource, handle } = await resourceWithApi();
      const cancel = () => api.call('DELETE', `/v1/resources/${resource}/scale`);
      const nothing = { status: 409, body: { type: problem('nothing-under-way') } };
      expect(await cancel()).toMatchObject(nothing);
      await api.scale(resource, { targetCapacity: 3 });
      await api.untilPhase(resource, 'settled');
      expect(await cancel()).toMatchObject(nothing);
      await handle.result();
      expect(await cancel()).toMatchObject(nothing);
    });
  });
});
