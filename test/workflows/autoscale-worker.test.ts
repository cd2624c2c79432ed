import { afterAll, describe, expect, it } from '@jest/globals';
import { devServerEnvironment } from '../support/temporal.js';
import { AutoscaleBench } from './autoscale-bench.js';
import { Workbench, poll } from './workbench.js';

const environment = await devServerEnvironment();
/** Where workers come and go. */
const restless = new Workbench(environment);
const benches = new AutoscaleBench(environment.client);
const autoscaled = benches.autoscaled.bind(benches);
const view = benches.view.bind(benches);
const evaluatedAnew = benches.evaluatedAnew.bind(benches);

afterAll(async () => {
  await restless.close();
  await benches.close();
  await environment.teardown();
});

describe('when its worker', () => {
  const stabilized = { behavior: { scaleDown: { stabilizationWindowSeconds: 3600 } } };

  /** A resource that less is recommended for from when its worker stopped. */
  const leftAtTwo = async () => {
    const { queue, resource } = await autoscaled(restless, { depth: 20, settings: stabilized });
    const stop = await restless.startWorker();
    await evaluatedAnew(resource);
    await stop();
    const stoppedAtMs = Date.now();
    queue.depth = 1;
    return { resource, stoppedAtMs };
  };

  it('stops gracefully, the next worker continues with its whole state', async () => {
    const { resource, stoppedAtMs } = await leftAtTwo();
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

  it('stops, the next worker continues the rate of a counter', async () => {
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

  it('is down when a message arrives, the next worker continues with its whole state', async () => {
    const { resource, stoppedAtMs } = await leftAtTwo();
    await benches.autoscales.pause(resource.resource, { direction: 'up', untilMs: null });
    const stopAgain = await restless.startWorker();
    const after = await poll(
      () => evaluatedAnew(resource),
      (seen) => seen?.progress?.evaluation?.recommended === 1,
    );
    const oldest = after!.progress!.state!.recommendations.find(({ capacity }) => capacity === 2);
    expect(oldest!.atMs).toBeLessThanOrEqual(stoppedAtMs);
    await stopAgain();
  });

  it('finds several configurations, the newest applies, whichever check ends first', async () => {
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

  it('cannot read the capacity, it makes no decision and reports why', async () => {
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
