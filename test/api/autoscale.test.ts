import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AutoscaleAnswer, DecisionsAnswer } from '../../src/api/autoscale/answers.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { byAlias, type ResourceConfig } from '../../src/config/config.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { createSource } from '../support/create-source.js';
import { configured as configuredNow } from '../support/configured.js';
import { devServerEnvironment } from '../support/temporal.js';
import { poll, type TestResource, Workbench } from '../workflows/workbench.js';
import { openApi, type TestApi } from './test-api.js';

describe('an autoscaled resource, over the API,', () => {
  let environment: TestWorkflowEnvironment;
  let bench: Workbench;
  let api: TestApi;
  let resource: TestResource;
  let unscaled: TestResource;
  let configured: ResourceConfig[];
  /** The load, as the source tells it. */
  const load = { value: 30 };

  beforeAll(async () => {
    environment = await devServerEnvironment();
    bench = new Workbench(environment);
    await bench.startWorker();
    const limits = { min: 1, max: 9, step: { up: null, down: null }, cooldownMs: { up: 0, down: 0 } };
    resource = await bench.resource({ capacity: 3, settings: limits });
    unscaled = await bench.resource();
    const constant = createSource('constant', { value: 0 }, { signal: 'load', timeoutMs: 1000 });
    const sample = async () => ({ ...(await constant.sample(AbortSignal.timeout(1000))), value: load.value });
    bench.sources.set(resource.resource, { load: { sample } });
    const settings = autoscaleSettingsSchema.parse({
      // So long that whatever happens within a test happens because it was asked for.
      intervalMs: 600_000,
      signals: ['load'],
      policies: [{ type: 'perUnit', value: 'load', target: 10 }],
    });
    await new AutoscaleClient(environment.client).configure(configuredNow(resource, settings));
    configured = [resource, unscaled].map((each) => ({
      alias: each.resource,
      platform: { type: 'omnistrate', settings: {} },
      settings: each.settings,
      taskQueue: each.taskQueue,
      ...(each === resource && { autoscale: { settings, signals: { load: { type: 'constant', settings: {} } } } }),
    }));
  }, 60_000);
  beforeEach(async () => {
    api = await openApi(environment.client, [], { config: { resources: byAlias(configured) } });
  });
  afterAll(async () => {
    await bench.close();
    await environment.teardown();
  });

  const path = (rest: string) => `/v1/resources/${resource.resource}/${rest}`;
  const evaluation = async () => (await api.call('GET', path('evaluation'))).body as AutoscaleAnswer;

  it('explains an evaluation that changed nothing', async () => {
    const seen = await poll(evaluation, (answer) => answer.evaluation !== null);
    expect(seen).toMatchObject({
      evaluation: { capacity: 3, target: 3, samples: [{ signal: 'load', value: 30, failure: null }], limitedBy: [] },
      stats: { currentSize: 3, totalScaleUps: 0, totalScaleDowns: 0, inCooldown: false },
      pause: null,
      override: null,
    });
    expect(seen.evaluation!.samples[0]!.ageSeconds).toBeGreaterThanOrEqual(0);
  });

  it('is evaluated immediately when an alert names it, and the response contains the decision', async () => {
    load.value = 60;
    const alert = { status: 'firing', alerts: [{ labels: { alertname: 'spike', resource: resource.resource } }] };
    const hook = await api.call('POST', '/v1/hooks/alertmanager', { body: alert });
    expect(hook).toMatchObject({ status: 202, body: { resources: [resource.resource] } });
    await poll(resource.capacity, (capacity) => capacity === 6);
    const { decisions } = (await api.call('GET', path('decisions'))).body as DecisionsAnswer;
    expect(decisions[0]).toMatchObject({ evaluation: { capacity: 3, target: 6 }, refused: null });
    expect(decisions[0]!.evaluation.reason).toContain('60');
    // The age that counted then: the same whenever it is asked for.
    const { samples } = decisions[0]!.evaluation;
    await poll(Date.now, (nowMs) => nowMs - Date.parse(decisions[0]!.evaluation.at) > 1000);
    const again = (await api.call('GET', path('decisions'))).body as DecisionsAnswer;
    expect(again.decisions[0]!.evaluation.samples).toEqual(samples);
    expect(samples[0]!.ageSeconds).toBeLessThan(1);
  });

  it('keeps an override, and follows the policies again after it is removed', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await api.call('PUT', path('override'), { body: { capacity: 2, until } })).body).toMatchObject({
      override: { capacity: 2, until },
    });
    await poll(resource.capacity, (capacity) => capacity === 2);
    expect((await evaluation()).override).toMatchObject({ capacity: 2 });
    await api.call('DELETE', path('override'));
    await poll(resource.capacity, (capacity) => capacity === 6);
  });

  it('ignores the bounds if an override allows it, and shows this', async () => {
    const refused = await api.call('PUT', path('override'), { body: { capacity: 0 } });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('set "beyondBounds": true to allow it') });
    await api.call('PUT', path('override'), { body: { capacity: 0, beyondBounds: true } });
    await poll(resource.capacity, (capacity) => capacity === 0);
    expect(await evaluation()).toMatchObject({
      override: { capacity: 0, until: null, beyondBounds: true },
      evaluation: { target: 0, reason: expect.stringContaining('beyond the bounds') },
    });
    await api.call('DELETE', path('override'));
    await poll(resource.capacity, (capacity) => capacity === 6);
  });

  it('does nothing while it is paused', async () => {
    await api.call('PUT', path('pause'), { body: {} });
    load.value = 90;
    await api.call('POST', path('evaluate'));
    await poll(evaluation, (answer) => answer.evaluation?.limitedBy.includes('pause') === true);
    expect(resource.capacity()).toBe(6);
    await api.call('DELETE', path('pause'));
    await poll(resource.capacity, (capacity) => capacity === 9);
  });

  it('does not show a pause or an override after its end', async () => {
    const until = new Date(Date.now() + 1500).toISOString();
    await api.call('PUT', path('pause'), { body: { until } });
    await api.call('PUT', path('override'), { body: { capacity: 9, until } });
    await poll(evaluation, ({ pause, override }) => pause?.until === until && override?.until === until);
    await poll(evaluation, ({ pause, override }) => pause === null && override === null);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    await poll(evaluation, (answer) => answer.evaluation?.limitedBy.length === 0);
  });

  it('counts the changes that were made, from any requester, and reports the configuration in force', async () => {
    const before = (await evaluation()).stats;
    await api.call('PUT', path('override'), { body: { capacity: 4 } });
    await poll(resource.capacity, (capacity) => capacity === 4);
    await api.call('DELETE', path('override'));
    await poll(resource.capacity, (capacity) => capacity === 9);
    const { totalScaleUps, totalScaleDowns } = before;
    const after = { totalScaleUps: totalScaleUps + 1, totalScaleDowns: totalScaleDowns + 1 };
    const seen = await poll(
      async () => {
        await api.call('POST', path('evaluate'));
        return evaluation();
      },
      ({ stats }) => stats.totalScaleUps > totalScaleUps,
    );
    expect(seen).toMatchObject({
      stats: { ...after, totalRefused: 0, totalDryRuns: 0 },
      configuration: { owner: 'default', file: '/etc/escapement.yaml', host: 'test', insteadOf: null },
      notice: null,
    });
  });

  it('accepts an override of a person, and reports how long it lasts', async () => {
    const { status, body } = await api.scale(resource.resource, { targetCapacity: 8 });
    expect(status).toBe(202);
    expect(body).toMatchObject({ autoscale: { override: path('override'), notice: expect.stringContaining('600 s') } });
  });

  it('refuses invalid requests', async () => {
    expect((await api.call('PUT', path('override'), { body: { capacity: 10 } })).status).toBe(422);
    expect((await api.call('PUT', path('pause'), { body: { direction: 'sideways' } })).status).toBe(400);
    expect((await api.call('PUT', path('pause'), { body: { until: '2001-01-01T00:00:00Z' } })).status).toBe(400);
    expect((await api.call('POST', '/v1/hooks/alertmanager', { body: { alerts: 'all' } })).status).toBe(400);
    const foreign = {
      alerts: [{ labels: { resource: 'another' } }, { labels: { resource: unscaled.resource } }],
    };
    expect((await api.call('POST', '/v1/hooks/alertmanager', { body: foreign })).body).toEqual({ resources: [] });
  });

  it.each([
    ['GET', 'evaluation'],
    ['GET', 'decisions'],
    ['PUT', 'pause'],
    ['DELETE', 'pause'],
    ['PUT', 'override'],
    ['DELETE', 'override'],
    ['POST', 'evaluate'],
  ])('%s %s of a resource that is not autoscaled is 404', async (method, rest) => {
    const body = { pause: {}, override: { capacity: 2 } }[rest];
    const answer = await api.call(method, `/v1/resources/${unscaled.resource}/${rest}`, { body });
    expect(answer).toMatchObject({ status: 404, body: { type: 'urn:escapement:problem:not-autoscaled' } });
  });
});
