/** Who may configure, move and remove an autoscaler, at any moment, and what it keeps. */
import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { AutoscaleReader } from '../../src/client/autoscale/reader.js';
import { moveRun } from '../../src/client/scale/client.js';
import type { Writing } from '../../src/domain/autoscale/revision.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { configured, written } from '../support/configured.js';
import { devServerEnvironment } from '../support/temporal.js';
import { eventually } from '../support/eventually.js';
import { type TestResource, Workbench } from './workbench.js';

const environment = await devServerEnvironment();
const { client } = environment;
const autoscales = new AutoscaleClient(client);
const reader = new AutoscaleReader(client);
const benches: Workbench[] = [];

afterAll(async () => {
  await Promise.all(benches.map((bench) => bench.close()));
  await environment.teardown();
});

/** Until it is as wanted. */
function poll<T>(look: () => T | Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  let last: T | undefined;
  return eventually('it is as wanted', async () => {
    last = await look();
    return wanted(last) && { seen: last };
  }).then(
    ({ seen }) => seen,
    (error: unknown) => {
      throw new Error(`${String(error)}; last: ${JSON.stringify(last)}`, { cause: error });
    },
  );
}

const fixed = (capacity: number, more: object = {}) =>
  autoscaleSettingsSchema.parse({ intervalMs: 500, policies: [{ type: 'fixed', capacity }], ...more });

/** No worker yet. */
async function aResource(): Promise<{ bench: Workbench; resource: TestResource }> {
  const bench = new Workbench(environment);
  benches.push(bench);
  const settings = { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } };
  return { bench, resource: await bench.resource({ settings }) };
}

const handleOf = ({ resource }: TestResource) => client.workflow.getHandle(autoscaleWorkflowId(resource));
const memoOf = async (resource: TestResource) => (await handleOf(resource).describe()).memo as Record<string, unknown>;
const statusOf = async (resource: TestResource) => (await handleOf(resource).describe()).status.name;
const ago = (seconds: number): Partial<Writing> => ({ atMs: Date.now() - seconds * 1000 });

describe('an autoscaler that is removed', () => {
  it('ends, and reports who removed it', async () => {
    const { bench, resource } = await aResource();
    await autoscales.configure(configured(resource, fixed(4)));
    await bench.startWorker();
    await poll(resource.capacity, (capacity) => capacity === 4);
    const removal = written({ file: '/etc/other.yaml' });
    await autoscales.remove(resource.resource, removal);
    await poll(
      () => statusOf(resource),
      (status) => status === 'COMPLETED',
    );
    expect(await memoOf(resource)).toMatchObject({ removedBy: removal });
    expect(resource.truth()).toEqual([2, 4]);
  });

  it('and configured again before a worker evaluates it continues, with its pause', async () => {
    const { bench, resource } = await aResource();
    await autoscales.configure(configured(resource, fixed(4)));
    const stop = await bench.startWorker();
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    await poll(
      () => memoOf(resource),
      ({ pause }) => pause !== null && pause !== undefined,
    );
    await stop();
    await autoscales.remove(resource.resource, written());
    await autoscales.configure(configured(resource, fixed(4)));
    await bench.startWorker();
    await autoscales.evaluate(resource.resource);
    await poll(
      async () => (await reader.view(resource.resource))?.progress?.evaluation?.limitedBy ?? [],
      (limitedBy) => limitedBy.includes('pause'),
    );
    expect(await memoOf(resource)).toMatchObject({ pause: { direction: 'both' } });
    expect(await memoOf(resource)).not.toHaveProperty('removedBy');
  });

  it('and configured again while it ends is never lost', async () => {
    const { bench, resource } = await aResource();
    await bench.startWorker();
    for (let round = 0; round < 20; round += 1) {
      await autoscales.configure(configured(resource, fixed(2 + (round % 2)), { atMs: Date.now() + 2 }));
      await Promise.all([
        autoscales.remove(resource.resource, written({ atMs: Date.now() + 3 })),
        new Promise((resume) => setTimeout(resume, round % 20)).then(() =>
          autoscales.configure(configured(resource, fixed(3 + (round % 2)), { atMs: Date.now() + 4 })),
        ),
      ]);
      await poll(resource.capacity, (capacity) => capacity === 3 + (round % 2));
    }
  }, 120_000);

  it('is only removed by its owner', async () => {
    const { bench, resource } = await aResource();
    await autoscales.configure(configured(resource, fixed(4), { owner: 'berlin' }));
    await autoscales.remove(resource.resource, written({ owner: 'paris' }));
    await bench.startWorker();
    await poll(
      () => memoOf(resource),
      ({ lastError }) => lastError === 'ignored remove: the autoscaler belongs to the owner berlin, not to paris',
    );
    expect(await statusOf(resource)).toBe('RUNNING');
  });

  it('is not removed by a message that is older than its configuration', async () => {
    const { bench, resource } = await aResource();
    await autoscales.configure(configured(resource, fixed(4)));
    await autoscales.remove(resource.resource, written(ago(60)));
    await bench.startWorker();
    await poll(
      () => memoOf(resource),
      ({ lastError }) =>
        String(lastError).includes('ignored remove: the autoscaler is configured by /etc/escapement.yaml on test'),
    );
    expect(await statusOf(resource)).toBe('RUNNING');
  });
});

describe('of two configurations', () => {
  it('the newer one applies, whichever arrives first, and the status names the other one', async () => {
    const { bench, resource } = await aResource();
    const newer = configured(resource, fixed(5), { file: '/etc/new.yaml' });
    const older = configured(resource, fixed(4), { file: '/etc/old.yaml', ...ago(60) });
    await autoscales.configure(newer);
    await autoscales.configure(older);
    await bench.startWorker();
    await poll(
      () => memoOf(resource),
      ({ insteadOf }) => insteadOf !== null && insteadOf !== undefined,
    );
    expect(await memoOf(resource)).toMatchObject({ revision: newer.revision, insteadOf: older.revision });
    await poll(resource.capacity, (capacity) => capacity === 5);

    const newest = configured(resource, fixed(6), { file: '/etc/newest.yaml' });
    await autoscales.configure(newest);
    await poll(resource.capacity, (capacity) => capacity === 6);
    expect(await memoOf(resource)).toMatchObject({ revision: newest.revision, insteadOf: newer.revision });
    expect(resource.truth()).toEqual([2, 5, 6]);
  });

  it('one that is older than the removal does not start the autoscaler again', async () => {
    const { bench, resource } = await aResource();
    await autoscales.configure(configured(resource, fixed(4), ago(60)));
    await autoscales.remove(resource.resource, written(ago(30)));
    await autoscales.configure(configured(resource, fixed(5), ago(45)));
    await bench.startWorker();
    await poll(
      () => statusOf(resource),
      (status) => status === 'COMPLETED',
    );
    expect(resource.truth()).toEqual([2]);
  });
});

describe('a resource that is served on another task queue', () => {
  it('moves its autoscaler with its state, and leaves nothing on the old task queue', async () => {
    const { bench, resource } = await aResource();
    const stabilized = fixed(4, { behavior: { scaleDown: { stabilizationWindowSeconds: 3600 } } });
    await autoscales.configure(configured(resource, stabilized));
    const stop = await bench.startWorker();
    await poll(resource.capacity, (capacity) => capacity === 4);
    await poll(
      async () => (await reader.view(resource.resource))?.progress?.evaluation?.capacity,
      (capacity) => capacity === 4,
    );
    await autoscales.pause(resource.resource, { direction: 'up', untilMs: null });
    await stop();

    const taskQueue = `elsewhere-${randomUUID()}`;
    const lower = autoscaleSettingsSchema.parse({ ...stabilized, policies: [{ type: 'fixed', capacity: 2 }] });
    await autoscales.configure(configured({ ...resource, taskQueue }, lower));
    // No worker polls the old task queue, so the test runs the workflow tasks that move the workflows.
    const stopLeaving = await bench.startWorker({ activities: false });
    await bench.startWorker({ taskQueue });
    const view = await poll(
      () => reader.view(resource.resource),
      (seen) => seen?.progress?.evaluation?.recommended === 2,
    );
    expect(view!.progress!.evaluation!.limitedBy).toContain('stabilization');
    const { taskQueue: now, memo } = await handleOf(resource).describe();
    expect(now).toBe(taskQueue);
    expect(memo).toMatchObject({ pause: { direction: 'up' }, revision: { file: '/etc/escapement.yaml' } });
    await stopLeaving();
    await autoscales.override(resource.resource, { capacity: 3, untilMs: null });
    await poll(resource.capacity, (capacity) => capacity === 3);
  });

  it('moves its scale run during a cooldown, and keeps the cooldown', async () => {
    const bench = new Workbench(environment);
    benches.push(bench);
    const resource = await bench.resource({ settings: { cooldownMs: { up: 4000, down: 4000 } } });
    const stop = await bench.startWorker();
    await bench.scales.request(resource, { targetCapacity: 4 });
    await resource.until(({ phase, stepsMade }) => phase === 'coolingDown' && stepsMade === 1);
    await stop();

    const taskQueue = `elsewhere-${randomUUID()}`;
    await moveRun(client, resource.resource, { taskQueue, atMs: Date.now() });
    const accepted = await bench.scales.request({ ...resource, taskQueue }, { targetCapacity: 5 });
    expect(accepted.outcome).toBe('accepted');
    const stopLeaving = await bench.startWorker({ activities: false });
    await bench.startWorker({ taskQueue });
    await resource.until(({ phase }) => phase === 'settled');
    expect(resource.truth()).toEqual([2, 3, 4, 5]);
    const times = resource.changeTimes();
    expect(Math.min(...times.slice(1).map((atMs, index) => atMs - times[index]!))).toBeGreaterThanOrEqual(4000);
    expect((await resource.handle.describe()).taskQueue).toBe(taskQueue);
    await stopLeaving();
  }, 60_000);

  it('moves a scale run that waits for a worker that never starts', async () => {
    const { bench, resource } = await aResource();
    await bench.scales.request(resource, { targetCapacity: 4 });
    const stopLeaving = await bench.startWorker({ activities: false });
    await poll(
      async () => (await resource.handle.describe()).raw.pendingActivities?.length ?? 0,
      (pending) => pending > 0,
    );
    const taskQueue = `elsewhere-${randomUUID()}`;
    await bench.startWorker({ taskQueue });
    await moveRun(client, resource.resource, { taskQueue, atMs: Date.now() });
    await poll(resource.capacity, (capacity) => capacity === 4);
    await stopLeaving();
    // An older word does not move it back.
    await moveRun(client, resource.resource, { taskQueue: resource.taskQueue, atMs: Date.now() - 60_000 });
    await resource.handle.result();
    expect((await resource.handle.describe()).taskQueue).toBe(taskQueue);
  });
});
