import { afterAll, describe, expect, it } from '@jest/globals';
import { AutoscaleClient } from '../../src/client/autoscale-client.js';
import { AutoscaleReader, type AutoscaleView } from '../../src/client/autoscale-reader.js';
import { type AutoscaleSettings, autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import type { ScaleSettings } from '../../src/domain/settings.js';
import type { ScaleStatus } from '../../workflows/messages.js';
import { createSource } from '../../src/sources/registry.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale-messages.js';
import { configured, written } from '../support/configured.js';
import { startQueue } from '../support/queue-server.js';
import { devServerEnvironment } from '../support/temporal.js';
import { type TestResource, Workbench, poll } from './workbench.js';

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
await bench.startWorker();
/** Where workers come and go. */
const restless = new Workbench(environment);
const autoscales = new AutoscaleClient(environment.client);
const reader = new AutoscaleReader(environment.client);

afterAll(async () => {
  await Promise.all([bench.close(), restless.close()]);
  await environment.teardown();
});

const closing: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function autoscaled(
  workbench: Workbench,
  {
    depth = 0,
    settings = {},
    limits = {},
    startTimeMs = 0,
    source: more = {},
  }: {
    depth?: number;
    settings?: object;
    limits?: Partial<ScaleSettings>;
    startTimeMs?: number;
    source?: object;
  } = {},
) {
  const queue = await startQueue(depth);
  closing.push(queue.close);
  const resource = await workbench.resource({
    settings: { min: 1, max: 10, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 }, ...limits },
    simulation: { startTimeMs },
  });
  const described = { url: queue.url, path: 'depth', ...more };
  const source = createSource('http-json', described, { signal: 'depth', timeoutMs: 1000 });
  workbench.sources.set(resource.resource, { depth: source });
  closing.push(async () => source.close?.());
  const configure = async (change: object = {}) => {
    const parsed: AutoscaleSettings = autoscaleSettingsSchema.parse({
      intervalMs: 500,
      signals: ['depth'],
      policies: [{ type: 'perUnit', value: 'depth', target: 10 }],
      ...settings,
      ...change,
    });
    await autoscales.configure(configured(resource, parsed));
  };
  await configure();
  return { queue, resource, configure };
}

function view(resource: TestResource): Promise<AutoscaleView | undefined> {
  return reader.view(resource.resource);
}

async function evaluatedAnew(resource: TestResource): Promise<AutoscaleView | undefined> {
  const before = (await view(resource))?.progress?.evaluation?.atMs ?? 0;
  return poll(
    () => view(resource),
    (seen) => (seen?.progress?.evaluation?.atMs ?? 0) > before,
  );
}

describe('an autoscaled resource', () => {
  it('follows its queue out and in again, and can say why', async () => {
    const { queue, resource } = await autoscaled(bench);
    queue.depth = 45;
    await poll(resource.capacity, (capacity) => capacity === 5);
    queue.depth = 12;
    await poll(resource.capacity, (capacity) => capacity === 2);
    const [last, first] = (await reader.decisions(resource.resource, 2))!;
    expect(first!.evaluation).toMatchObject({ capacity: 2, target: 5, samples: [{ signal: 'depth', value: 45 }] });
    expect(first!.evaluation.reason).toContain('5');
    expect(last!.evaluation).toMatchObject({ capacity: 5, target: 2 });
    expect(last!.runId).toMatch(/-/);
  });

  it('adds no history while nothing is to change', async () => {
    const { resource } = await autoscaled(bench, { depth: 20 });
    const handle = environment.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await evaluatedAnew(resource);
    const before = (await handle.fetchHistory()).events!.length;
    for (let look = 0; look < 4; look += 1) await evaluatedAnew(resource);
    expect((await handle.fetchHistory()).events!.length).toBe(before);
  });

  it('is not scaled in by a source that fails, and says so', async () => {
    const { queue, resource } = await autoscaled(bench, {
      depth: 20,
      settings: { fallback: { after: 3, capacity: { atLeast: 4 } } },
    });
    await evaluatedAnew(resource);
    queue.isBroken = true;
    await poll(resource.capacity, (capacity) => capacity === 4);
    const seen = await evaluatedAnew(resource);
    expect(seen!.progress!.evaluation!.samples[0]!.failure!.message).toContain('500');
    expect(resource.truth()).toEqual([2, 4]);
  });

  it('is not scaled by samples that are too old, and says how old they are', async () => {
    const { queue, resource } = await autoscaled(bench, {
      depth: 20,
      settings: { sampling: { depth: { maxAgeMs: 60_000 } } },
      source: { observedAt: 'updatedAt', emptyAs: 0 },
    });
    queue.updatedAt = new Date().toISOString();
    await poll(resource.capacity, (capacity) => capacity === 2);
    Object.assign(queue, { depth: 1, updatedAt: '2024-06-13T00:00:00Z' });
    const seen = await poll(
      () => evaluatedAnew(resource),
      (after) => (after?.progress?.evaluation?.samples[0]?.failure ?? null) !== null,
    );
    expect(seen!.progress!.evaluation!.samples[0]!.failure!.message).toContain('s old, and may be 60 s (maxAge)');
    expect(resource.truth()).toEqual([2]);
  });

  it('acts at once when it is told to look', async () => {
    const { queue, resource, configure } = await autoscaled(bench, { depth: 20 });
    await configure({ intervalMs: 3_600_000 });
    await evaluatedAnew(resource);
    queue.depth = 60;
    await autoscales.evaluate(resource.resource);
    await poll(resource.capacity, (capacity) => capacity === 6);
  });

  it('counts what somebody else changed from when it was sent, also where that run is over', async () => {
    const { resource, configure } = await autoscaled(bench, { depth: 20 });
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 9, periodSeconds: 1800 }] } };
    await configure({ intervalMs: 3_600_000, behavior });
    await evaluatedAnew(resource);
    await bench.scales.request(resource, { targetCapacity: 6 });
    await poll(resource.capacity, (capacity) => capacity === 6);
    const { lastChange } = (await resource.handle.result()) as ScaleStatus;
    await autoscales.evaluate(resource.resource);
    const { state } = (await evaluatedAnew(resource))!.progress!;
    expect(state!.scaleUps).toEqual([{ atMs: lastChange!.sentAtMs, change: 4 }]);
  });

  it('stays where an override puts it, however often that comes between two looks, and then goes back', async () => {
    const { resource } = await autoscaled(bench, { depth: 20, limits: { min: 0 } });
    for (let round = 0; round < 3; round += 1) {
      await autoscales.override(resource.resource, { capacity: 0, untilMs: null });
      await poll(resource.capacity, (capacity) => capacity === 0);
      expect((await evaluatedAnew(resource))!.progress!.evaluation!.target).toBe(0);
      await autoscales.override(resource.resource, null);
      await poll(resource.capacity, (capacity) => capacity === 2);
    }
  });

  it.each([
    ['override', { capacity: 5 }],
    ['pause', { direction: 'both' as const }],
  ] as const)('looks when the %s ends, however long the interval is', async (name, word) => {
    const { queue, resource, configure } = await autoscaled(bench, { depth: 20 });
    await configure({ intervalMs: 3_600_000 });
    await evaluatedAnew(resource);
    queue.depth = 60;
    await autoscales[name](resource.resource, { ...word, untilMs: Date.now() + 3000 } as never);
    await poll(resource.capacity, (capacity) => capacity === 6);
    expect(resource.truth()).toEqual(name === 'override' ? [2, 5, 6] : [2, 6]);
  });

  it('leaves its bounds where an override says so, and is back in them when that is over', async () => {
    const { queue, resource } = await autoscaled(bench, { depth: 20, limits: { min: 2, step: { up: 1, down: 1 } } });
    await evaluatedAnew(resource);
    await autoscales.override(resource.resource, { capacity: 0, untilMs: null });
    const refused = await evaluatedAnew(resource);
    expect(refused!.progress!.evaluation).toMatchObject({ target: 2, limitedBy: ['override', 'min'] });

    const untilMs = Date.now() + 4000;
    await autoscales.override(resource.resource, { capacity: 0, untilMs, beyondBounds: true });
    queue.depth = 0;
    await poll(resource.capacity, (capacity) => capacity === 0);
    expect((await view(resource))!.memo.override).toEqual({ capacity: 0, untilMs, beyondBounds: true });
    await poll(resource.capacity, (capacity) => capacity === 2);
    expect(resource.truth()).toEqual([2, 1, 0, 1, 2]);
    await expect(bench.scales.request(resource, { targetCapacity: 0 })).rejects.toThrow('below the minimum of 2');
  });

  it('stops outside its bounds where it is paused there', async () => {
    const slowlyIn = { step: { up: null, down: 1 }, cooldownMs: { up: 0, down: 2000 } };
    const { resource } = await autoscaled(bench, { depth: 30, limits: { max: 4, ...slowlyIn } });
    await autoscales.override(resource.resource, { capacity: 8, untilMs: null, beyondBounds: true });
    await poll(resource.capacity, (capacity) => capacity === 8);
    await autoscales.override(resource.resource, null);
    await resource.until(({ targetCapacity }) => targetCapacity === 3);
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    await resource.until(({ phase }) => phase === 'settled');
    expect(resource.capacity()).toBeGreaterThan(4);
  });

  it('does not move while it is paused, and catches up when it is resumed', async () => {
    const { queue, resource } = await autoscaled(bench, { depth: 20 });
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    queue.depth = 70;
    const seen = await poll(
      () => evaluatedAnew(resource),
      (now) => now?.progress?.evaluation?.recommended === 7,
    );
    expect(seen!.progress!.evaluation!.limitedBy).toContain('pause');
    expect(resource.capacity()).toBe(2);
    await autoscales.pause(resource.resource, null);
    await poll(resource.capacity, (capacity) => capacity === 7);
  });

  describe('whose run waits for its cooldown on the way elsewhere, and is where its policies want it', () => {
    const cooling = { cooldownMs: { up: 60_000, down: 60_000 } };
    const goesTo = (resource: TestResource, capacity: number) =>
      resource.until(({ phase, targetCapacity }) => phase === 'coolingDown' && targetCapacity === capacity);

    const atFour = async () => {
      const { resource } = await autoscaled(bench, { depth: 40, limits: cooling });
      await poll(resource.capacity, (capacity) => capacity === 4);
      return resource;
    };

    it('stops it when the override that sent it there is taken back', async () => {
      const resource = await atFour();
      await autoscales.override(resource.resource, { capacity: 6, untilMs: null });
      await goesTo(resource, 6);
      await autoscales.override(resource.resource, null);
      await resource.until(({ targetCapacity }) => targetCapacity === 4);
      expect(resource.truth()).toEqual([2, 4]);
    });

    it('lets the word of a person stand until the next evaluation, and no longer', async () => {
      const resource = await atFour();
      await evaluatedAnew(resource);
      await bench.scales.request(resource, { targetCapacity: 9 });
      await resource.until(({ targetCapacity }) => targetCapacity === 4);
      expect(resource.truth()).toEqual([2, 4]);
    });

    it('lets it stand while it is paused', async () => {
      const resource = await atFour();
      await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
      await bench.scales.request(resource, { targetCapacity: 9, reason: 'the sale begins' });
      for (let look = 0; look < 3; look += 1) await evaluatedAnew(resource);
      const seen = await evaluatedAnew(resource);
      expect(seen!.progress!.evaluation).toMatchObject({ target: 9, limitedBy: ['pause', 'cooldown'] });
      await goesTo(resource, 9);
    });
  });

  it('stops its own walk when it is paused', async () => {
    const { resource } = await autoscaled(bench, {
      depth: 60,
      limits: { step: { up: 1, down: 1 }, cooldownMs: { up: 3000, down: 3000 } },
    });
    await poll(resource.capacity, (capacity) => capacity > 2);
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    const { observed } = await resource.until(({ targetCapacity }) => targetCapacity !== 6);
    await resource.until(({ phase }) => phase === 'settled');
    expect(resource.capacity()).toBe(observed!.capacity);
    expect(resource.capacity()).toBeLessThan(6);
  });

  it('stops its own walk when it is paused, also one that never rests', async () => {
    const { queue, resource } = await autoscaled(bench, {
      depth: 20,
      limits: { step: { up: 1, down: 1 } },
      startTimeMs: 1500,
    });
    queue.depth = 90;
    await poll(resource.capacity, (capacity) => capacity > 2);
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    await resource.until(({ phase }) => phase === 'settled');
    expect(resource.capacity()).toBeLessThan(7);
    for (let look = 0; look < 3; look += 1) await evaluatedAnew(resource);
    expect((await resource.status()).phase).toBe('settled');
  });

  it('ignores and tells of messages that make no sense', async () => {
    const { resource } = await autoscaled(bench, { depth: 20 });
    const handle = environment.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    const limits = resource.settings;
    for (const [signal, payload, told] of [
      ['pause', 'please', 'ignored pause: must be an object'],
      ['override', { capacity: -1, untilMs: null }, 'ignored override: capacity must be a whole number'],
      ['configure', { settings: 5, limits }, 'ignored configure: settings must be an object'],
      ['configure', { settings: { intervalMs: 500, policies: [{ type: 'fixd' }] }, limits }, 'policies[0].type'],
    ] as const) {
      await handle.signal(signal, payload);
      await poll(
        () => view(resource),
        (seen) => seen?.memo.lastError?.includes(told) === true,
      );
    }
    expect((await evaluatedAnew(resource))!.progress!.problem).toBeNull();
  });

  it('is asked for nothing more when it is removed', async () => {
    const { resource } = await autoscaled(restless, { depth: 20 });
    expect(await view(resource)).toBeDefined();
    await autoscales.remove(resource.resource, written());
    const stop = await restless.startWorker();
    await poll(
      () => view(resource),
      (seen) => seen === undefined,
    );
    await stop();
  });
});

describe('when its worker', () => {
  const stabilized = { behavior: { scaleDown: { stabilizationWindowSeconds: 3600 } } };

  it('stops gracefully, the next one goes on with all that it remembered', async () => {
    const { queue, resource } = await autoscaled(restless, { depth: 20, settings: stabilized });
    const stop = await restless.startWorker();
    await evaluatedAnew(resource);
    await stop();
    const stoppedAtMs = Date.now();
    queue.depth = 1;
    const stopAgain = await restless.startWorker();
    const after = await poll(
      () => evaluatedAnew(resource),
      (seen) => seen?.progress?.evaluation?.recommended === 1,
    );
    expect(after!.progress!.evaluation!.limitedBy).toContain('stabilization');
    const remembered = after!.progress!.state!.recommendations.find(({ capacity }) => capacity === 2);
    expect(remembered!.atMs).toBeLessThanOrEqual(stoppedAtMs);
    expect(resource.capacity()).toBe(2);
    await stopAgain();
  });

  it('stops, a counter is counted on by the next one', async () => {
    const { queue, resource } = await autoscaled(restless, {
      depth: 100,
      settings: { sampling: { depth: { rate: true } } },
    });
    const stop = await restless.startWorker();
    const before = (await evaluatedAnew(resource))!.progress!.state!.signals['depth']!.counter!;
    await stop();
    queue.depth = 400;
    const stopAgain = await restless.startWorker();
    const after = (await poll(
      () => evaluatedAnew(resource),
      (seen) => seen?.progress?.state?.signals['depth']?.counter?.value === 400,
    ))!.progress!;
    expect(before.value).toBe(100);
    expect(after.evaluation!.samples[0]!.failure).toBeNull();
    expect(after.evaluation!.samples[0]!.value).toBeGreaterThanOrEqual(0);
    await stopAgain();
  });

  it('is away when somebody says something, the next one goes on with all that was remembered', async () => {
    const { queue, resource } = await autoscaled(restless, { depth: 20, settings: stabilized });
    const stop = await restless.startWorker();
    await evaluatedAnew(resource);
    await stop();
    const stoppedAtMs = Date.now();
    queue.depth = 1;
    await autoscales.pause(resource.resource, { direction: 'up', untilMs: null });
    const stopAgain = await restless.startWorker();
    const after = await poll(
      () => evaluatedAnew(resource),
      (seen) => seen?.progress?.evaluation?.recommended === 1,
    );
    const oldest = after!.progress!.state!.recommendations.find(({ capacity }) => capacity === 2);
    expect(oldest!.atMs).toBeLessThanOrEqual(stoppedAtMs);
    await stopAgain();
  });

  it('comes back to several configurations, the newest counts, whichever is checked first', async () => {
    const { resource, configure } = await autoscaled(restless, { depth: 20 });
    await (
      await restless.startWorker()
    )();
    await configure({ policies: [{ type: 'perUnit', value: 'depth', target: 5 }] });
    await configure();
    const stop = await restless.startWorker();
    for (let look = 0; look < 3; look += 1) await evaluatedAnew(resource);
    expect(resource.truth()).toEqual([2]);
    await stop();
  });

  it('cannot read the capacity, it decides nothing and says why', async () => {
    const { queue, resource } = await autoscaled(restless, { depth: 20 });
    const stop = await restless.startWorker();
    await evaluatedAnew(resource);
    await resource.simulator.goDown();
    queue.depth = 90;
    const seen = await poll(
      () => view(resource),
      (now) => now?.progress?.problem != null,
    );
    expect(seen!.progress!.problem!.message).toContain(resource.resource);
    await resource.simulator.comeBack();
    await poll(resource.capacity, (capacity) => capacity === 9);
    await stop();
  });
});

describe('an autoscaler that is started by hand', () => {
  const startWith = async (settings: unknown) => {
    const { resource, taskQueue, settings: limits } = await bench.resource();
    return environment.client.workflow.start('autoscale', {
      workflowId: autoscaleWorkflowId(resource),
      taskQueue,
      args: [{ resource, limits, settings }],
    });
  };

  it('fails where its input makes no sense', async () => {
    const handle = await startWith(5);
    await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'settings must be an object' } });
  });

  it('with settings that no worker understands waits for one that does, and says why', async () => {
    const handle = await startWith({ intervalMs: 500, policies: [{ type: 'fixd' }] });
    await poll(
      async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastFailure?.message ?? '',
      (message) => message.includes('policies[0].type'),
    );
    await handle.terminate();
  });
});
