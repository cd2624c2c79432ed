import { afterAll, expect, it } from '@jest/globals';
import { Interruption, OnceEvaluator } from '../../src/client/autoscale/evaluate-once.js';
import { devServerEnvironment } from '../support/temporal.js';
import { AutoscaleBench } from '../workflows/autoscale-bench.js';
import { poll, Workbench } from '../workflows/workbench.js';

const environment = await devServerEnvironment();
const bench = new Workbench(environment);
const stopWorker = await bench.startWorker();
const benches = new AutoscaleBench(environment.client);
afterAll(async () => {
  await bench.close();
  await benches.close();
  await environment.teardown();
});

it.each([
  ['is interrupted', new Interruption(), /interrupted: a change from 2 to 5 was requested/],
  ['runs out of time', undefined, /did not see the outcome in time: a change from 2 to 5 was requested/],
])(
  'a call that %s before it has seen that the configuration is in force knows the change that followed',
  async (_, cause, reason) => {
    const startedAtMs = Date.now();
    const { resource } = await benches.autoscaled(bench, { depth: 45 });
    await poll(resource.capacity, (capacity) => capacity === 5);

    const revision = (await benches.view(resource))!.memo.revision!;
    const order = { resource: resource.resource, revision, isDryRun: false, startedAtMs };
    const evaluator = new OnceEvaluator(environment.client, order, AbortSignal.abort(cause));
    expect(await evaluator.evaluate(false)).toMatchObject({
      outcome: 'failed',
      evaluation: { capacity: 2, target: 5, samples: [{ value: 45 }] },
      reason: expect.stringMatching(reason),
    });
  },
);

it('an older evaluation that the server shows while a new watch has not begun does not count as the new one', async () => {
  const { resource } = await benches.autoscaled(bench, { depth: 45 });
  await poll(resource.capacity, (capacity) => capacity === 5);
  await benches.evaluatedAnew(resource);
  await stopWorker();
  // The workflow takes the request for an evaluation, and no worker evaluates.
  await bench.startWorker({ activities: false });

  const revision = (await benches.view(resource))!.memo.revision!;
  const order = { resource: resource.resource, revision, isDryRun: false, startedAtMs: Date.now() };
  const evaluator = new OnceEvaluator(environment.client, order, AbortSignal.timeout(3000));
  expect(await evaluator.evaluate(true)).toMatchObject({
    outcome: 'failed',
    evaluation: null,
    reason: expect.stringContaining('the autoscaler did not evaluate in time'),
  });
});
