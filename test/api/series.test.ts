/** A resource over time, from what is durable. */
import { describe, expect, it } from '@jest/globals';
import type { SeriesAnswer } from '../../src/api/series/answers.js';
import { compileAutoscale } from '../../src/domain/autoscale/spec.js';
import { evaluate } from '../../src/domain/autoscale/evaluate.js';
import { withLook } from '../../src/domain/autoscale/look-ring.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import type { WatchResult } from '../../src/domain/autoscale/watch.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { devServerEnvironment } from '../support/temporal.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll, type TestResource, Workbench } from '../workflows/workbench.js';
import { fleetConfig } from './fleet-config.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();
const minuteMs = 60_000;

const seriesOf = async (api: TestApi, resource: string, query = '') =>
  (await api.call('GET', `/v1/resources/${resource}/series${query}`)).body as SeriesAnswer;
const valuesOf = (line: SeriesAnswer['capacity']) => line.map(([, value]) => value);

describe('the series of a resource that is not autoscaled', () => {
  it('has the capacities and the changes of its runs, and nothing where no run was open', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 1500, down: 1500 }, settleMs: 100 } });
    const api = await openApi(bench.server.client, [pool]);
    const { resource } = pool;
    await api.scale(resource, { targetCapacity: 4, reason: 'a launch' });
    await pool.handle.result();
    const query = `?step=1&from=${new Date(Date.now() - 5 * minuteMs).toISOString()}`;
    const seen = await poll(
      () => seriesOf(api, resource, query),
      ({ changes, capacity }) => changes.length === 2 && capacity.at(-1)?.[1] === null,
    );
    expect(valuesOf(seen.capacity)).toEqual([2, 3, 4, null].slice(-seen.capacity.length));
    expect(seen.capacity.length).toBeGreaterThanOrEqual(3);
    expect(valuesOf(seen.target)).toEqual([4, null]);
    expect(seen).toMatchObject({ min: 0, max: 20, signals: {}, step: 1 });
    expect(seen.changes).toMatchObject([
      { from: 2, to: 3, outcome: 'accepted', reason: 'a launch', note: null },
      { from: 3, to: 4, outcome: 'accepted', reason: 'a launch', note: null },
    ]);
    const [before, after] = seen.gaps;
    expect(before!.from).toBe(seen.from);
    expect(after!.to).toBe(seen.to);
  });

  it('has for each change the reason of the request that it was made for', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 1500, down: 1500 }, settleMs: 100 } });
    const api = await openApi(bench.server.client, [pool]);
    const { resource } = pool;
    await api.scale(resource, { targetCapacity: 5, reason: 'a launch' });
    await poll(
      () => seriesOf(api, resource),
      ({ changes }) => changes.length === 1,
    );
    await api.scale(resource, { targetCapacity: 4, reason: 'fewer guests' });
    await pool.handle.result();
    const { changes } = await seriesOf(api, resource);
    expect(changes.map(({ to, reason }) => [to, reason])).toEqual([
      [3, 'a launch'],
      [4, 'fewer guests'],
    ]);
    const { body } = await api.call('GET', `/v1/resources/${resource}`);
    expect(body).toMatchObject({ changes: [{ requestReason: 'a launch' }, { requestReason: 'fewer guests' }] });
  });

  it('shows a refused change, which moves nothing', async () => {
    const pool = await bench.resource();
    const api = await openApi(bench.server.client, [pool]);
    pool.simulator.faults.set({ faults: [{ type: 'reject', on: 'change', status: 422, times: 100 }] });
    await api.scale(pool.resource, { targetCapacity: 3 });
    const seen = await poll(
      () => seriesOf(api, pool.resource),
      ({ changes }) => changes.length > 0,
    );
    expect(seen.changes[0]).toMatchObject({ outcome: 'rejected', note: expect.stringContaining('422') });
    expect(valuesOf(seen.capacity).filter((value) => value !== null)).toEqual([2]);
  });

  it('has at most 2,000 points, whatever step is asked for', async () => {
    const pool = await bench.resource();
    const api = await openApi(bench.server.client, [pool]);
    const answer = await seriesOf(api, pool.resource, '?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&step=1');
    expect(answer).toMatchObject({ step: 1340, capacity: [], gaps: [{ from: '2026-01-01T00:00:00.000Z' }] });
  });

  it.each(['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from=yesterday', 'step=0', 'span=1h'])(
    'refuses %s',
    async (query) => {
      const pool = await bench.resource();
      const api = await openApi(bench.server.client, [pool]);
      const answer = await api.call('GET', `/v1/resources/${pool.resource}/series?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { type: 'urn:escapement:problem:invalid-request' } });
    },
  );
});

describe('the series of an autoscaled resource', () => {
  const settings = autoscaleSettingsSchema.parse({
    intervalMs: 300,
    signals: ['load'],
    policies: [{ type: 'perUnit', value: 'load', target: 10 }],
  });
  const limits = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 }, max: 10 };

  /** What watches of the last two hours have left: 3 units for an hour, then nothing, then 2 units. */
  function seenBefore(resource: TestResource): WatchResult {
    const spec = compileAutoscale(settings, resource.settings);
    const nowMs = Date.now();
    let result: WatchResult | undefined;
    for (const [minutesAgo, capacity, load] of [
      [120, 3, 30],
      [119, 3, 30],
      [60, 2, 20],
    ] as const) {
      const atMs = nowMs - minutesAgo * minuteMs;
      const readings = { load: { value: load, atMs } };
      const input = { nowMs: atMs, readings, capacity, status: 'ACTIVE', state: result?.state ?? null } as const;
      const idle = { run: null, lastChange: null, pause: null, override: null, refusal: null };
      const evaluated = evaluate(spec, { ...input, ...idle });
      result = { ...evaluated, ring: withLook(result?.ring, evaluated.evaluation, settings.intervalMs) };
    }
    return result!;
  }

  it('has what its watches saw hours ago, over a change, a restart of the worker and another API', async () => {
    const environment = await devServerEnvironment();
    const own = new Workbench(environment);
    try {
      const pool = await own.resource({ capacity: 2, settings: limits });
      const load = { value: 20 };
      own.sources.set(pool.resource, { load: { sample: async () => ({ value: load.value, atMs: Date.now() }) } });
      const stop = await own.startWorker();
      const { resource, taskQueue, settings: bounds } = pool;
      await environment.client.workflow.start('autoscale', {
        workflowId: autoscaleWorkflowId(resource),
        taskQueue,
        args: [{ resource, limits: bounds, settings, carried: { watched: seenBefore(pool) } }],
      });
      const config = fleetConfig([pool, settings]);
      const api = await openApi(environment.client, [], { config });
      await poll(
        () => seriesOf(api, resource),
        ({ signals }) => (signals['load']?.length ?? 0) > 0,
      );
      load.value = 50;
      await poll(pool.capacity, (capacity) => capacity === 5);
      await stop();
      await own.startWorker();
      const again = await openApi(environment.client, [], { config });
      const seen = await poll(
        () => seriesOf(again, resource),
        ({ capacity, signals }) =>
          capacity.at(-1)?.[1] === 5 && signals['load']?.some(([, value]) => value === 50) === true,
      );
      expect(valuesOf(seen.capacity).slice(0, 4)).toEqual([3, null, 2, null]);
      expect(valuesOf(seen.signals['load']!).slice(0, 4)).toEqual([30, null, 20, null]);
      const [firstAt] = seen.capacity[0]!;
      expect(Math.abs(Date.now() / 1000 - firstAt - 7200)).toBeLessThan(120);
      expect(seen.changes).toMatchObject([
        { from: 2, to: 5, outcome: 'accepted', reason: expect.stringMatching(/^autoscale: .*50/) },
      ]);
      expect(seen.gaps.length).toBeGreaterThanOrEqual(3);
      const { resources } = (await again.call('GET', '/v1/resources')).body as { resources: { spark: SeriesAnswer }[] };
      expect(valuesOf(resources[0]!.spark.capacity).at(-1)).toBe(5);
    } finally {
      await own.close();
      await environment.teardown();
    }
  });
});
