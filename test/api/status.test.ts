import { describe, expect, it } from '@jest/globals';
import type { RunsAnswer } from '../../src/api/scale/answers.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll, type TestResource } from '../workflows/workbench.js';
import { openApi } from './test-api.js';

const webUiUrl = 'http://127.0.0.1:8233';
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const bench = await openWorkbench();

describe('the status of a resource', () => {
  const apiOf = (...resources: TestResource[]) => openApi(bench.server.client, resources, { webUiUrl });

  it('is idle before the first run', async () => {
    const pool = await bench.resource({ settings: { min: 1, max: 6 } });
    const api = await apiOf(pool);
    expect(await api.call('GET', `/v1/resources/${pool.resource}`)).toMatchObject({
      status: 200,
      body: {
        resource: pool.resource,
        platform: 'omnistrate',
        bounds: { min: 1, max: 6 },
        phase: 'idle',
        observed: null,
        targetCapacity: null,
        run: null,
        links: { webUi: null },
      },
    });
    expect((await api.call('GET', `/v1/resources/${pool.resource}/runs`)).body).toEqual({
      resource: pool.resource,
      runs: [],
      next: null,
    });
  });

  it('shows a run in progress: its observation, its changes, and what it waits for', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 600_000, down: 0 } } });
    const api = await apiOf(pool);
    await api.scale(pool.resource, { targetCapacity: 5, reason: 'a launch' });
    const status = await api.untilPhase(pool.resource, 'coolingDown');
    expect(status).toMatchObject({
      notice: null,
      observed: { capacity: 3, status: 'ACTIVE', observedAt: expect.stringMatching(isoTime) },
      targetCapacity: 5,
      reason: 'a launch',
      startedFrom: 2,
      stepsMade: 1,
      changes: [{ from: 2, to: 3, outcome: 'accepted', sentAt: expect.stringMatching(isoTime) }],
      cooldownUntil: { up: expect.stringMatching(isoTime), down: null },
      lastError: null,
      run: { outcome: 'running', closedAt: null },
    });
    expect(Date.parse(status.cooldownUntil.up!) - Date.parse(status.changes[0]!.sentAt)).toBe(600_000);
    expect(status.links.webUi).toBe(
      `${webUiUrl}/namespaces/default/workflows/scale%3A${pool.resource}/${status.run!.runId}/history`,
    );
  });

  it('shows changes by another writer, invalid signals, and the last error', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 2000, down: 2000 } } });
    const api = await apiOf(pool);
    await api.scale(pool.resource, { targetCapacity: 4 });
    await api.untilPhase(pool.resource, 'coolingDown');
    await pool.handle.signal('retarget', { targetCapacity: 'many' });
    pool.simulator.resources.get(pool.resource)!.setCapacity(7, Date.now());
    const status = await poll(
      async () => (await api.call('GET', `/v1/resources/${pool.resource}`)).body as { drift: unknown[] },
      ({ drift }) => drift.length > 0,
    );
    expect(status).toMatchObject({
      drift: [{ from: 3, to: 7, at: expect.stringMatching(isoTime) }],
      ignoredSignals: [{ message: expect.stringContaining('retarget'), at: expect.stringMatching(isoTime) }],
    });
  });

  it('is that of the last closed run, without a worker: reached, failed, or torn down', async () => {
    const pools = [await bench.resource(), await bench.resource(), await bench.resource()] as const;
    const [reached, failed, tornDown] = pools;
    const api = await apiOf(...pools);
    failed.simulator.resources.get(failed.resource)!.setStatus('FAILED', Date.now());
    tornDown.simulator.resources.get(tornDown.resource)!.setStatus('PAUSED', Date.now());
    for (const { resource } of pools) await api.scale(resource, { targetCapacity: 3 });
    await reached.handle.result();
    await expect(failed.handle.result()).rejects.toThrow();
    await tornDown.handle.terminate('by hand');

    const all = await api.call('GET', '/v1/resources');
    expect(all).toMatchObject({
      status: 200,
      body: {
        resources: [
          { resource: reached.resource, phase: 'settled', observed: { capacity: 3 }, run: { outcome: 'reached' } },
          {
            resource: failed.resource,
            phase: 'failed',
            lastError: expect.stringContaining('is FAILED'),
            run: { outcome: 'ResourceFailed' },
          },
          {
            resource: tornDown.resource,
            phase: 'failed',
            targetCapacity: 3,
            lastError: 'the run was terminated',
            run: { outcome: 'terminated' },
          },
        ],
      },
    });
  });

  it('has its runs, newest first, page by page', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 0, down: 0 }, settleMs: 100 } });
    const api = await apiOf(pool);
    for (const targetCapacity of [3, 4, 5]) {
      await api.scale(pool.resource, { targetCapacity, reason: `to ${targetCapacity}` });
      await pool.handle.result();
    }
    const page = async (path: string) => (await api.call('GET', path)).body as RunsAnswer;
    const first = await poll(
      () => page(`/v1/resources/${pool.resource}/runs?limit=2`),
      // The list may lag a moment behind.
      ({ runs }) => runs[0]?.targetCapacity === 5 && runs[0].outcome === 'reached',
    );
    expect(first.runs).toMatchObject([
      { targetCapacity: 5, capacity: 5, stepsMade: 1, outcome: 'reached', reason: 'to 5', lastError: null },
      { targetCapacity: 4, capacity: 4, closedAt: expect.stringMatching(isoTime) },
    ]);
    const second = await page(first.next!);
    expect(second).toMatchObject({
      runs: [{ targetCapacity: 3, webUi: expect.stringContaining(webUiUrl) }],
      next: null,
    });
    expect((await page(`/v1/resources/${pool.resource}/runs`)).runs).toEqual([...first.runs, ...second.runs]);
  });
});
