/** The list of resources: what needs a person, why each has its capacity, filters, order, pages, and what is unchanged. */
import { describe, expect, it } from '@jest/globals';
import type { ResourceRow, ResourcesAnswer } from '../../src/api/fleet/answers.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import type { Source } from '../../src/adapters/sources/source.js';
import { configured } from '../support/configured.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll, type TestResource } from '../workflows/workbench.js';
import { fleetConfig } from './fleet-config.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();
const autoscales = new AutoscaleClient(bench.server.client);

async function list(api: TestApi, query = ''): Promise<ResourcesAnswer> {
  const { status, body } = await api.call('GET', `/v1/resources${query}`);
  expect(status).toBe(200);
  return body as ResourcesAnswer;
}

/** The row of the first resource, once it is as wanted. */
const rowOnce = (api: TestApi, wanted: (row: ResourceRow) => boolean) =>
  poll(async () => (await list(api)).resources[0]!, wanted);

async function autoscaled(
  written: Record<string, unknown>,
  sample?: Source['sample'],
): Promise<{ resource: TestResource; api: TestApi }> {
  const limits = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 }, max: 10 };
  const resource = await bench.resource({ capacity: 2, settings: limits });
  if (sample) bench.sources.set(resource.resource, { load: { sample } });
  const settings = autoscaleSettingsSchema.parse({ intervalMs: 200, signals: sample ? ['load'] : [], ...written });
  await autoscales.configure(configured(resource, settings));
  const api = await openApi(bench.server.client, [], { config: fleetConfig([resource, settings]) });
  return { resource, api };
}

describe('a row', () => {
  it('of a resource without a run is the status, and nothing needs a person', async () => {
    const pool = await bench.resource({ settings: { min: 1, max: 6 } });
    const answer = await list(await openApi(bench.server.client, [pool]));
    expect(answer).toMatchObject({
      total: 1,
      needsAttention: 0,
      isDemo: false,
      next: null,
      resources: [
        {
          resource: pool.resource,
          phase: 'idle',
          bounds: { min: 1, max: 6 },
          isAutoscaled: false,
          capacity: null,
          target: null,
          attention: [],
          why: null,
          limitedBy: null,
          pause: null,
          override: null,
          spark: { capacity: [], target: [] },
        },
      ],
    });
  });

  it('of a run that cools down has its reason, what limits it, and the last hour', async () => {
    const pool = await bench.resource({ settings: { cooldownMs: { up: 600_000, down: 0 } } });
    const api = await openApi(bench.server.client, [pool]);
    await api.scale(pool.resource, { targetCapacity: 5, reason: 'a launch' });
    const row = await rowOnce(api, ({ phase }) => phase === 'coolingDown');
    expect(row).toMatchObject({
      capacity: 3,
      target: 5,
      why: 'a launch',
      limitedBy: { by: 'cooldown', from: 5, to: 3, reason: `until ${row.cooldownUntil.up ?? ''}` },
      attention: [],
    });
    const [[capacityAt, capacity] = []] = row.spark.capacity.slice(-1);
    expect(capacity).toBe(3);
    expect(row.spark.target.at(-1)![1]).toBe(5);
    expect(Date.now() / 1000 - capacityAt!).toBeLessThan(240);
  });

  it('of an autoscaled resource has the last evaluation in words, its last limit, pause and override', async () => {
    const { resource, api } = await autoscaled({ policies: [{ type: 'fixed', capacity: 12 }] });
    const row = await rowOnce(api, ({ capacity }) => capacity === 10);
    expect(row).toMatchObject({ isAutoscaled: true, target: 10, limitedBy: { by: 'max', from: 12, to: 10 } });
    expect(row.why).toMatch(/^Asked for 12 .*; lowered to 10, the max\. /);
    const path = `/v1/resources/${resource.resource}`;
    await api.call('PUT', `${path}/pause`, { body: { direction: 'up' } });
    await api.call('PUT', `${path}/override`, { body: { capacity: 4 } });
    const held = await rowOnce(api, ({ capacity, override }) => capacity === 4 && override !== null);
    expect(held).toMatchObject({
      pause: { direction: 'up', until: null },
      override: { capacity: 4, until: null },
      limitedBy: { by: 'override', from: 12, to: 4 },
      attention: [],
    });
  });
});

describe('what needs a person', () => {
  it('is a run that failed, in the words of its status', async () => {
    const pool = await bench.resource();
    const api = await openApi(bench.server.client, [pool]);
    pool.simulator.resources.get(pool.resource)!.setStatus('FAILED', Date.now());
    await api.scale(pool.resource, { targetCapacity: 3 });
    const { attention } = await rowOnce(api, ({ phase, run }) => phase === 'failed' && run?.closedAt !== null);
    expect(attention).toMatchObject([
      { kind: 'failed', sentence: expect.stringContaining('is FAILED'), since: expect.any(String) },
    ]);
  });

  it('is a change that the platform refuses, while the run retries it and after the run has failed', async () => {
    const pool = await bench.resource({ settings: { settleMs: 100 } });
    const api = await openApi(bench.server.client, [pool]);
    pool.simulator.faults.set({ faults: [{ type: 'reject', on: 'change', status: 422, times: 100 }] });
    await api.scale(pool.resource, { targetCapacity: 3 });
    const row = await rowOnce(api, ({ attention }) => attention.length > 0);
    expect(row.attention).toMatchObject([
      { kind: 'refused', sentence: expect.stringMatching(/^omnistrate refused the change from 2 to 3: .*422/) },
    ]);
    const ended = await rowOnce(api, ({ phase }) => phase === 'failed');
    expect(ended.attention.map(({ kind }) => kind)).toEqual(['refused']);
  });

  it('is a run for which no worker answers', async () => {
    const pool = { ...(await bench.resource()), taskQueue: `nobody-${Date.now()}` };
    const api = await openApi(bench.server.client, [pool]);
    await api.scale(pool.resource, { targetCapacity: 3 });
    const { attention } = await rowOnce(api, ({ phase }) => phase === 'unattended');
    expect(attention).toMatchObject([
      { kind: 'unattended', sentence: expect.stringContaining('No worker answered within 1 s') },
    ]);
  });

  it('is another writer that changes the capacity again and again, and not one that does it once', async () => {
    const pool = await bench.resource({ settings: { step: { up: 2, down: 2 }, cooldownMs: { up: 1500, down: 1500 } } });
    const api = await openApi(bench.server.client, [pool]);
    const simulated = pool.simulator.resources.get(pool.resource)!;
    await api.scale(pool.resource, { targetCapacity: 20 });
    await pool.until(({ phase, stepsMade }) => phase === 'coolingDown' && stepsMade > 0);
    simulated.setCapacity(1, Date.now());
    const once = await rowOnce(api, ({ drift }) => drift.length === 1);
    expect(once.attention).toEqual([]);
    await pool.until(({ phase, stepsMade }) => phase === 'coolingDown' && stepsMade > 1);
    simulated.setCapacity(1, Date.now());
    const twice = await rowOnce(api, ({ drift }) => drift.length === 2);
    expect(twice.attention).toMatchObject([
      { kind: 'drift', sentence: expect.stringMatching(/^Another writer has changed the capacity 2 times.* to 1\.$/) },
    ]);
  });

  it('is missing data, and then the fallback', async () => {
    const fails = () => Promise.reject(new Error('the queue is closed.'));
    const { api } = await autoscaled(
      {
        intervalMs: 700,
        policies: [{ type: 'perUnit', value: 'load', target: 10 }],
        fallback: { after: 6, capacity: 'hold' },
      },
      fails,
    );
    const missing = await rowOnce(api, ({ attention }) => attention.length > 0);
    expect(missing.attention).toMatchObject([
      { kind: 'noData', sentence: expect.stringContaining('No data from load: the queue is closed') },
    ]);
    const inFallback = await rowOnce(api, ({ attention }) => attention[0]?.kind === 'fallback');
    expect(inFallback.attention).toMatchObject([
      {
        sentence:
          'The fallback is in force for perUnit load, because there is no data. No data from load: the queue is closed.',
        since: missing.attention[0]!.since,
      },
    ]);
  });
});

describe('the list', () => {
  const fleet = async () => {
    const pools = [await bench.resource(), await bench.resource({ capacity: 7 }), await bench.resource()] as const;
    const [idle, big, failed] = pools;
    failed.simulator.resources.get(failed.resource)!.setStatus('FAILED', Date.now());
    const api = await openApi(bench.server.client, pools);
    await api.scale(big.resource, { targetCapacity: 7 });
    await api.scale(failed.resource, { targetCapacity: 3 });
    await poll(
      () => list(api),
      ({ resources }) => resources[1]!.capacity === 7 && resources[2]!.phase === 'failed',
    );
    return { api, names: { idle: idle.resource, big: big.resource, failed: failed.resource } };
  };
  const namesIn = ({ resources }: ResourcesAnswer) => resources.map(({ resource }) => resource);

  it('filters by name, phase, platform and need, sorts, and counts what needs a person on every page', async () => {
    const { api, names } = await fleet();
    const { idle, big, failed } = names;
    const found = async (query: string) => namesIn(await list(api, query));
    expect(await found('')).toEqual([idle, big, failed]);
    expect(await found(`?q=${big.slice(4, 20).toUpperCase()}`)).toEqual([big]);
    expect(await found('?q=phase:fa')).toEqual([failed]);
    expect(await found('?q=platform:omni%20phase:idle')).toEqual([idle]);
    expect(await found('?q=needs:you')).toEqual([failed]);
    expect(await found('?needs=you')).toEqual([failed]);
    expect(await found('?phase=settled')).toEqual([big]);
    expect(await found('?sort=name')).toEqual([idle, big, failed].toSorted());
    expect((await found('?sort=needs'))[0]).toBe(failed);
    expect((await found('?sort=capacity'))[0]).toBe(big);
    expect(await found('?sort=phase')).toEqual([failed, big, idle]);
    expect(await list(api, '?q=phase:idle')).toMatchObject({ total: 1, needsAttention: 1 });
  });

  it('is read page by page, in the order of the query', async () => {
    const { api, names } = await fleet();
    const { idle, big, failed } = names;
    const first = await list(api, '?sort=phase&limit=2');
    expect(namesIn(first)).toEqual([failed, big]);
    expect(first.total).toBe(3);
    const second = await list(api, first.next!.slice('/v1/resources'.length));
    expect(namesIn(second)).toEqual([idle]);
    expect(second).toMatchObject({ total: 3, next: null });
  });

  it('is not sent again while it is unchanged', async () => {
    const { api, names } = await fleet();
    const first = await api.call('GET', '/v1/resources');
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^W\/"/);
    const headers = { 'If-None-Match': `"other", ${etag}` };
    expect(await api.call('GET', '/v1/resources', { headers })).toMatchObject({ status: 304, body: '' });
    await api.scale(names.idle, { targetCapacity: 4 });
    const changed = await poll(
      () => api.call('GET', '/v1/resources', { headers }),
      ({ status }) => status === 200,
    );
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it.each([
    ['sort=size', 'sort'],
    ['limit=0', 'limit'],
    ['cursor=x', 'the cursor is invalid'],
    ['unknown=1', 'unknown'],
  ])('refuses the query %s', async (query, words) => {
    const api = await openApi(bench.server.client, []);
    expect(await api.call('GET', `/v1/resources?${query}`)).toMatchObject({
      status: 400,
      body: { type: 'urn:escapement:problem:invalid-request', detail: expect.stringContaining(words) },
    });
  });
});
