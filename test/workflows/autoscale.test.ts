import { afterAll, describe, expect, it } from '@jest/globals';
import type { ScaleStatus } from '../../workflows/scale/messages.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { written } from '../support/configured.js';
import { devServerEnvironment } from '../support/temporal.js';
import { AutoscaleBench } from './autoscale-bench.js';
import { type TestResource, Workbench, poll } from './workbench.js';

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
await bench.startWorker();
/** Where workers come and go. */
const restless = new Workbench(environment);
const benches = new AutoscaleBench(environment.client);
const { autoscales, reader } = benches;
const autoscaled = benches.autoscaled.bind(benches);
const view = benches.view.bind(benches);
const evaluatedAnew = benches.evaluatedAnew.bind(benches);

afterAll(async () => {
  await Promise.all([bench.close(), restless.close()]);
  await benches.close();
  await environment.teardown();
});

describe('an autoscaled resource', () => {
  it('follows its queue out and in again, and gives the reasons', async () => {
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

  it('adds no history while no change is needed', async () => {
    const { resource } = await autoscaled(bench, { depth: 20 });
    const handle = environment.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
    await evaluatedAnew(resource);
    const before = (await handle.fetchHistory()).events!.length;
    for (let look = 0; look < 4; look += 1) await evaluatedAnew(resource);
    expect((await handle.fetchHistory()).events!.length).toBe(before);
  });

  it('is not scaled in while a source fails, and reports it', async () => {
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

  it('is not scaled by samples that are too old, and reports their age', async () => {
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

  it('evaluates immediately on request', async () => {
    const { queue, resource, configure } = await autoscaled(bench, { depth: 20 });
    await configure({ intervalMs: 3_600_000 });
    await evaluatedAnew(resource);
    queue.depth = 60;
    await autoscales.evaluate(resource.resource);
    await poll(resource.capacity, (capacity) => capacity === 6);
  });

  it('counts a change by another requester from when it was sent, also after that run has ended', async () => {
    const { resource, configure } = await autoscaled(bench, { depth: 20 });
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 9, periodSeconds: 1800 }] } };
    await configure({ intervalMs: 3_600_000, behavior });
    await evaluatedAnew(resource);
    const requestedAtMs = Date.now();
    await bench.scales.request(resource, { targetCapacity: 6 });
    await poll(resource.capacity, (capacity) => capacity === 6);
    const { lastChange } = (await resource.handle.result()) as ScaleStatus;
    await autoscales.evaluate(resource.resource);
    const { state } = (await evaluatedAnew(resource))!.progress!;
    expect(state!.scaleUps).toMatchObject([{ change: 4 }]);
    // A look that came in between may have seen that it was asked for.
    expect(state!.scaleUps[0]!.atMs).toBeGreaterThanOrEqual(requestedAtMs);
    expect(state!.scaleUps[0]!.atMs).toBeLessThanOrEqual(lastChange!.sentAtMs);
  });

  it('stays at the capacity of an override, however often it is set between two evaluations, and then returns', async () => {
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

  it('may leave its bounds during an override with beyondBounds, and returns to them afterwards', async () => {
    const { queue, resource } = await autoscaled(bench, { depth: 20, limits: { min: 2, step: { up: 1, down: 1 } } });
    await evaluatedAnew(resource);
    await autoscales.override(resource.resource, { capacity: 0, untilMs: null });
    const refused = await evaluatedAnew(resource);
    expect(refused!.progress!.evaluation).toMatchObject({ target: 2, limitedBy: ['override', 'min'] });

    const untilMs = Date.now() + 4000;
    await autoscales.override(resource.resource, { capacity: 0, untilMs, beyondBounds: true });
    queue.depth = 0;
    await poll(resource.capacity, (capacity) => capacity === 0);
    expect((await view(resource))!.memo.override).toMatchObject({ capacity: 0, untilMs, beyondBounds: true });
    await poll(resource.capacity, (capacity) => capacity === 2);
    expect(resource.truth()).toEqual([2, 1, 0, 1, 2]);
    await expect(bench.scales.request(resource, { targetCapacity: 0 })).rejects.toThrow('below the minimum of 2');
  });

  it('stays outside its bounds if it is paused there', async () => {
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

  it('does not scale while it is paused, and reaches its target when it is resumed', async () => {
    const { queue, resource } = await autoscaled(bench, { depth: 20 });
    await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
    queue.depth = 70;
    const seen = await poll(
      () => evaluatedAnew(resource),
      // One that began before the pause came may have seen it too, and is not acted on.
      (now) => now?.progress?.evaluation?.limitedBy.includes('pause') === true,
    );
    expect(seen!.progress!.evaluation!.recommended).toBe(7);
    expect(resource.capacity()).toBe(2);
    await autoscales.pause(resource.resource, null);
    await poll(resource.capacity, (capacity) => capacity === 7);
  });

  describe('whose run waits for a cooldown before another target, while the policies want the current capacity', () => {
    const cooling = { cooldownMs: { up: 60_000, down: 60_000 } };
    const goesTo = (resource: TestResource, capacity: number) =>
      resource.until(({ phase, targetCapacity }) => phase === 'coolingDown' && targetCapacity === capacity);

    const atFour = async () => {
      const { resource } = await autoscaled(bench, { depth: 40, limits: cooling });
      await poll(resource.capacity, (capacity) => capacity === 4);
      return resource;
    };

    it('stops the run when the override that requested the target is removed', async () => {
      const resource = await atFour();
      await autoscales.override(resource.resource, { capacity: 6, untilMs: null });
      await goesTo(resource, 6);
      await autoscales.override(resource.resource, null);
      await resource.until(({ targetCapacity }) => targetCapacity === 4);
      expect(resource.truth()).toEqual([2, 4]);
    });

    it('keeps the target of a manual request until the next evaluation, and no longer', async () => {
      const resource = await atFour();
      await evaluatedAnew(resource);
      await bench.scales.request(resource, { targetCapacity: 9 });
      await resource.until(({ targetCapacity }) => targetCapacity === 4);
      expect(resource.truth()).toEqual([2, 4]);
    });

    it('keeps the target while it is paused', async () => {
      const resource = await atFour();
      await autoscales.pause(resource.resource, { direction: 'both', untilMs: null });
      await bench.scales.request(resource, { targetCapacity: 9, reason: 'the sale begins' });
      for (let look = 0; look < 3; look += 1) await evaluatedAnew(resource);
      const seen = await evaluatedAnew(resource);
      expect(seen!.progress!.evaluation).toMatchObject({ target: 9, limitedBy: ['pause', 'cooldown'] });
      await goesTo(resource, 9);
    });
  });

  it('stops its own run when it is paused', async () => {
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

  it('stops its own run when it is paused, also a run with no cooldown between its steps', async () => {
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

  it('ignores and reports invalid messages', async () => {
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

  it('gets no further requests after it is removed', async () => {
    const { resource } = await autoscaled(restless, { depth: 20 });
    expect((await view(resource))?.ended).toBeNull();
    await autoscales.remove(resource.resource, written());
    const stop = await restless.startWorker();
    await poll(
      () => view(resource),
      (seen) => seen?.ended?.status === 'COMPLETED',
    );
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

  it('fails for invalid input', async () => {
    const handle = await startWith(5);
    await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'settings must be an object' } });
  });

  it('with settings that no worker supports waits for a worker that does, and reports why', async () => {
    const handle = await startWith({ intervalMs: 500, policies: [{ type: 'fixd' }] });
    await poll(
      async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastFailure?.message ?? '',
      (message) => message.includes('policies[0].type'),
    );
    await handle.terminate();
  });
});
