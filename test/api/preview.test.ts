/** What a request would do, and that it is what the request then does. */
import { describe, expect, it } from '@jest/globals';
import type { PreviewAnswer } from '../../src/api/preview/answers.js';
import { AutoscaleClient } from '../../src/client/autoscale/client.js';
import { autoscaleSettingsSchema } from '../../src/domain/autoscale/settings.js';
import { configured } from '../support/configured.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { poll } from '../workflows/workbench.js';
import { fleetConfig } from './fleet-config.js';
import { openApi, type TestApi } from './test-api.js';

const bench = await openWorkbench();

async function preview(api: TestApi, resource: string, body: object, what = 'scale'): Promise<PreviewAnswer> {
  const answer = await api.call('POST', `/v1/resources/${resource}/${what}/preview`, { body });
  expect(answer.status).toBe(200);
  return answer.body as PreviewAnswer;
}

describe('the preview of a request for a capacity', () => {
  it('says before the first run that the capacity is not known, and sends nothing', async () => {
    const pool = await bench.resource();
    const api = await openApi(bench.server.client, [pool]);
    expect(await preview(api, pool.resource, { targetCapacity: 5 })).toMatchObject({
      outcome: 'started',
      from: null,
      to: 5,
      steps: [],
      finishedAt: null,
      sentence: 'The capacity is not known until a worker observes it. Then it is scaled to 5.',
    });
    expect(await preview(api, pool.resource, { add: 2 })).toMatchObject({ from: null, to: null });
    expect((await api.call('GET', `/v1/resources/${pool.resource}`)).body).toMatchObject({ run: null });
  });

  it('has the steps, their times and the outcome that the request then has', async () => {
    const pool = await bench.resource({
      settings: { cooldownMs: { up: 600_000, down: 0 }, step: { up: 2, down: null } },
    });
    const { resource } = pool;
    const api = await openApi(bench.server.client, [pool]);
    await api.scale(resource, { targetCapacity: 5 });
    const status = await api.untilPhase(resource, 'coolingDown');
    const cooledDown = status.cooldownUntil.up!;
    const answer = await preview(api, resource, { targetCapacity: 9 });
    const last = new Date(Date.parse(cooledDown) + 1_200_000).toISOString();
    expect(answer).toMatchObject({
      outcome: 'retargeted',
      from: 4,
      to: 9,
      steps: [
        { from: 4, to: 6, at: cooledDown },
        { from: 6, to: 8 },
        { from: 8, to: 9, at: last },
      ],
      changes: 3,
      finishedAt: last,
      sentence: `3 changes from 4 to 9, at most 2 units each, 10m apart, the first at ${cooledDown}, after the cooldown, the last at ${last} at the earliest.`,
      warnings: [],
    });
    expect(await preview(api, resource, { add: 1 })).toMatchObject({ to: 6, outcome: 'retargeted' });
    expect(await preview(api, resource, { targetCapacity: 5 })).toMatchObject({ outcome: 'unchanged' });
    expect(pool.capacity()).toBe(4);

    const down = await preview(api, resource, { targetCapacity: 1 });
    expect(down).toMatchObject({ changes: 1, sentence: 'One change from 4 to 1, now.' });
    expect((await api.scale(resource, { targetCapacity: 1 })).body).toMatchObject({ outcome: down.outcome });
    await poll(pool.truth, (truth) => truth.includes(1));
    expect(pool.truth()).toEqual([2, 4, 1]);
  });

  it('is a refusal where the request would be refused', async () => {
    const pool = await bench.resource({ settings: { max: 6 } });
    const api = await openApi(bench.server.client, [pool]);
    expect(await preview(api, pool.resource, { targetCapacity: 7 })).toMatchObject({
      outcome: 'refused',
      steps: [],
      sentence: `${pool.resource}: 7 is above the maximum of 6.`,
    });
    const invalid = await api.call('POST', `/v1/resources/${pool.resource}/scale/preview`, { body: { to: 7 } });
    expect(invalid.status).toBe(400);
    const override = await api.call('POST', `/v1/resources/${pool.resource}/override/preview`, {
      body: { capacity: 3 },
    });
    expect(override).toMatchObject({ status: 404, body: { type: 'urn:escapement:problem:not-autoscaled' } });
  });

  it('of an autoscaled resource says that the policies take over again, and what an override does instead', async () => {
    const pool = await bench.resource({ capacity: 2, settings: { max: 6, cooldownMs: { up: 0, down: 0 } } });
    const { resource } = pool;
    const settings = autoscaleSettingsSchema.parse({ intervalMs: 300, policies: [{ type: 'fixed', capacity: 2 }] });
    await new AutoscaleClient(bench.server.client).configure(configured(pool, settings));
    const api = await openApi(bench.server.client, [], { config: fleetConfig([pool, settings]) });
    const seen = await poll(
      () => preview(api, resource, { targetCapacity: 3 }),
      ({ from }) => from === 2,
    );
    expect(seen).toMatchObject({
      sentence: 'One change from 2 to 3, now.',
      warnings: [
        'The policies take over again at the next evaluation, within 300ms. Set an override to keep the capacity longer.',
      ],
    });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(await preview(api, resource, { capacity: 4, until }, 'override')).toMatchObject({
      outcome: 'started',
      changes: 2,
      warnings: [`The policies change nothing until ${until}.`],
    });
    expect(await preview(api, resource, { capacity: 9 }, 'override')).toMatchObject({
      outcome: 'refused',
      sentence: expect.stringContaining('set "beyondBounds": true to allow it'),
    });
    expect(await preview(api, resource, { capacity: 0, beyondBounds: true }, 'override')).toMatchObject({
      to: 0,
      changes: 2,
    });
    await api.call('PUT', `/v1/resources/${resource}/pause`, { body: {} });
    const paused = await poll(
      () => preview(api, resource, { targetCapacity: 3 }),
      ({ warnings }) => warnings.length === 0,
    );
    expect(paused.outcome).toBe('started');
    expect(pool.capacity()).toBe(2);
  });
});
