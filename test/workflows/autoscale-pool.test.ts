/** Policies over a pool that takes a size at any time, and has room for three units: the others are never ready. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { AutoscaleReader } from '../../src/client/autoscale/reader.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { createSource } from '../support/create-source.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { closeJsonServers } from '../platforms/fixtures/json-server.js';
import { poolOf, poolSite } from '../platforms/fixtures/pool-server.js';
import { startQueue } from '../support/queue-server.js';
import { devServerEnvironment } from '../support/temporal.js';
import { Workbench, poll } from './workbench.js';

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
await bench.startWorker();
const reader = new AutoscaleReader(environment.client);
const closing: (() => Promise<void>)[] = [];

afterAll(async () => {
  await bench.close();
  await Promise.all(closing.map((close) => close()));
  await closeJsonServers();
  await environment.teardown();
});

async function pooled(size: number, depth: number, policy: object) {
  const pool = poolOf(size, { room: 3 });
  const site = poolSite(pool);
  const queue = await startQueue(depth);
  const source = createSource('http-json', { url: queue.url, path: 'depth' }, { signal: 'depth', timeoutMs: 1000 });
  closing.push(queue.close, () => site.closeAll());
  const quick = {
    step: { up: null, down: null },
    cooldownMs: { up: 0, down: 0 },
    takesChanges: 'shownAtOnce' as const,
  };
  const { resource, taskQueue, settings: limits } = await bench.resource({ settings: { min: 1, max: 100, ...quick } });
  bench.platforms.set(resource, (await site.resource('pool', size)).platform);
  bench.sources.set(resource, { depth: source });
  const settings = autoscaleSettingsSchema.parse({ intervalMs: 500, signals: ['depth'], policies: [policy] });
  const workflowId = autoscaleWorkflowId(resource);
  await environment.client.workflow.start('autoscale', {
    workflowId,
    taskQueue,
    args: [{ resource, limits, settings }],
  });
  const evaluation = async () => (await reader.view(resource))?.progress?.evaluation;
  const lookedAgain = async () => {
    const before = (await evaluation())?.atMs ?? 0;
    return (await poll(evaluation, (seen) => (seen?.atMs ?? 0) > before))!;
  };
  return { pool, queue, lookedAgain };
}

describe('units that are not ready', () => {
  it('block neither scaling out nor scaling in', async () => {
    const { pool, queue, lookedAgain } = await pooled(3, 80, { type: 'perUnit', value: 'depth', target: 10 });
    await poll(
      () => pool.size,
      (size) => size === 8,
    );
    await poll(lookedAgain, ({ capacity }) => capacity === 8);
    expect(await lookedAgain()).toMatchObject({ capacity: 8, ready: 3, target: 8, limitedBy: [] });
    queue.depth = 10;
    await poll(
      () => pool.size,
      (size) => size === 1,
    );
    expect(pool.sets.map(({ to }) => to)).toEqual([8, 1]);
  });

  it('are not requested again and again by a mean over the ready units', async () => {
    const { pool, lookedAgain } = await pooled(3, 15, { type: 'utilization', value: 'depth', target: 10 });
    for (let look = 0; look < 5; look += 1) await lookedAgain();
    expect(pool.sets.map(({ to }) => to)).toEqual([5]);
  });
});
