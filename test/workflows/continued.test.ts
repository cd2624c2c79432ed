/** Long histories: a run that continues as new shows the same state as before. */
import { afterAll, expect, it } from '@jest/globals';
import type { AutoscaleAnswer } from '../../src/api/autoscale/answers.js';
import type { RunsAnswer } from '../../src/api/scale/answers.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
import { openApi } from '../api/test-api.js';
import { configured } from '../support/configured.js';
import { devServerEnvironment } from '../support/temporal.js';
import { Workbench, poll } from './workbench.js';

const environment = await devServerEnvironment({
  extraArgs: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=30'],
});
const bench = new Workbench(environment);
await bench.startWorker();
const autoscales = new AutoscaleClient(environment.client);

afterAll(async () => {
  await bench.close();
  await environment.teardown();
});

it('an autoscaler that continues as new keeps its pause, its override, its configuration and its counters', async () => {
  const resource = await bench.resource({
    settings: { step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } },
  });
  const stabilized = { scaleDown: { stabilizationWindowSeconds: 3600 } };
  const settings = autoscaleSettingsSchema.parse({
    intervalMs: 300,
    policies: [{ type: 'fixed', capacity: 4 }],
    behavior: stabilized,
  });
  await autoscales.configure(configured(resource, settings, { owner: 'berlin' }));
  await poll(resource.capacity, (capacity) => capacity === 4);
  const api = await openApi(environment.client, [resource]);
  const evaluation = async () =>
    (await api.call('GET', `/v1/resources/${resource.resource}/evaluation`)).body as AutoscaleAnswer;
  await poll(evaluation, ({ stats }) => stats.totalScaleUps === 1);
  const handle = environment.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
  const { runId } = await handle.describe();

  await autoscales.pause(resource.resource, { direction: 'down', untilMs: null });
  await autoscales.override(resource.resource, { capacity: 5, untilMs: null });
  await poll(resource.capacity, (capacity) => capacity === 5);
  await poll(evaluation, ({ stats }) => stats.totalScaleUps === 2);
  const since = Date.now();
  await poll(
    async () => {
      await autoscales.evaluate(resource.resource);
      return (await handle.describe()).runId;
    },
    (now) => now !== runId,
  );
  const seen = await poll(evaluation, (answer) => Date.parse(answer.evaluation?.at ?? '') > since);
  expect(seen).toMatchObject({
    pause: { direction: 'down', until: null },
    override: { capacity: 5, until: null },
    configuration: { owner: 'berlin', file: '/etc/escapement.yaml', host: 'test' },
    stats: { totalScaleUps: 2, totalScaleDowns: 0 },
  });
  const { decisions } = (await api.call('GET', `/v1/resources/${resource.resource}/decisions`)).body as {
    decisions: { evaluation: { target: number } }[];
  };
  expect(decisions.map((decision) => decision.evaluation.target)).toEqual([5, 4]);
});

it('an autoscaler with only evaluation requests keeps its windows when it continues as new', async () => {
  const resource = await bench.resource({ capacity: 4 });
  const settings = (capacity: number) =>
    autoscaleSettingsSchema.parse({
      intervalMs: 300,
      policies: [{ type: 'fixed', capacity }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 3600 } },
    });
  await autoscales.configure(configured(resource, settings(4)));
  const handle = environment.client.workflow.getHandle(autoscaleWorkflowId(resource.resource));
  const remembered = async () => {
    const { raw } = await handle.describe();
    const payload = raw.pendingActivities?.at(-1)?.heartbeatDetails?.payloads?.[0]?.data;
    const { state } = JSON.parse(payload ? Buffer.from(payload).toString() : '{}') as {
      state?: { recommendations: { atMs: number; capacity: number }[] } | null;
    };
    return state?.recommendations ?? [];
  };
  await poll(remembered, (recommendations) => recommendations.some(({ capacity }) => capacity === 4));
  await autoscales.configure(configured(resource, settings(2)));
  const before = await poll(remembered, (recommendations) => recommendations.some(({ capacity }) => capacity === 2));
  const high = before.find(({ capacity }) => capacity === 4)!;
  const { runId } = await handle.describe();
  await poll(
    async () => {
      await autoscales.evaluate(resource.resource);
      return (await handle.describe()).runId;
    },
    (now) => now !== runId,
  );
  const after = await poll(remembered, (recommendations) => recommendations.some(({ capacity }) => capacity === 2));
  expect(after.find(({ capacity }) => capacity === 4)).toEqual(high);
  expect(resource.truth()).toEqual([4]);
});

it('a scale run that continues as new shows its current target, also in the list of runs', async () => {
  const resource = await bench.resource();
  const api = await openApi(environment.client, [resource]);
  const first = await bench.scales.request(resource, { targetCapacity: 4 });
  await bench.scales.request(resource, { targetCapacity: 9 });
  await poll(
    async () => (await resource.handle.describe()).runId,
    (now) => now !== first.runId,
  );
  const { runs } = (await api.call('GET', `/v1/resources/${resource.resource}/runs`)).body as RunsAnswer;
  expect(runs.length).toBeGreaterThan(1);
  expect(runs.map(({ targetCapacity }) => targetCapacity)).toEqual(runs.map(() => 9));
  await resource.handle.result();
}, 60_000);
