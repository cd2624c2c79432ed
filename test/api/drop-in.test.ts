import { describe, expect, it } from '@jest/globals';
import { omnistrate } from '../../src/adapters/platforms/omnistrate.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import type { TestResource } from '../workflows/workbench.js';
import { openApi, type TestApi } from './test-api.js';

const never = '0001-01-01T00:00:00Z';

const bench = await openWorkbench();

describe('the API of the Omnistrate example', () => {
  /** With the platform at hand, as where the worker runs in the same process. */
  function apiOf({ resource, settings, taskQueue, simulator }: TestResource): Promise<TestApi> {
    const platform = omnistrate.create({ url: simulator.url }, { resource, requestTimeoutMs: 1000 });
    const observe = (_resource: string, signal: AbortSignal) => platform.observe(signal);
    return openApi(bench.server.client, [{ resource, settings, taskQueue }], { observe });
  }

  const scale = (api: TestApi, body: unknown, headers = {}) => api.call('POST', '/scale', { body, headers });
  const slow = { cooldownMs: { up: 600_000, down: 600_000 } };

  it('POST /scale answers when the target is reached', async () => {
    const pool = await bench.resource();
    const api = await apiOf(pool);
    const answer = await scale(api, { targetCapacity: 4 });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ success: true, message: 'Successfully scaled to target capacity: 4' });
    expect(pool.capacity()).toBe(4);
  });

  it('takes a body of any type and with more fields, as curl -d sends it to the example', async () => {
    const pool = await bench.resource();
    const api = await apiOf(pool);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await scale(api, { targetCapacity: 3, comment: 'please' }, headers)).toMatchObject({ status: 200 });
  });

  it.each([
    ['a body that is not JSON', 'three', /^Invalid JSON: /],
    ['incomplete JSON', '{"targetCapacity":', /^Invalid JSON: /],
    ['no target', {}, /Target capacity must be a whole number/],
    ['a negative target', { targetCapacity: -1 }, /Target capacity must be non-negative/],
    ['a fraction', { targetCapacity: 2.5 }, /Target capacity must be a whole number/],
    ['a target in words', { targetCapacity: 'three' }, /Target capacity must be a whole number/],
    ['a list', [3], /object/],
    ['more than the maximum', { targetCapacity: 21 }, /21 is above the maximum of 20/],
  ])('POST /scale with %s is 400, with the message of the example', async (_what, body, error) => {
    const api = await apiOf(await bench.resource());
    const answer = await scale(api, body);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toEqual({ success: false, message: '', error: expect.stringMatching(error) });
  });

  it('POST /scale without a body is 400', async () => {
    const api = await apiOf(await bench.resource());
    expect(await api.call('POST', '/scale')).toMatchObject({ status: 400, body: { success: false, message: '' } });
  });

  it('is 409 when another request has replaced it, also while waiting', async () => {
    const pool = await bench.resource({ settings: slow });
    const api = await apiOf(pool);
    const waiting = scale(api, { targetCapacity: 5 });
    await api.untilPhase(pool.resource, 'coolingDown');
    await api.scale(pool.resource, { targetCapacity: 6 });
    const answer = await waiting;
    expect(answer).toMatchObject({ status: 409 });
    expect(answer.body).toEqual({
      success: false,
      error: 'Another request has set the target to 6',
      currentStatus: {
        currentCapacity: 3,
        status: 'ACTIVE',
        instanceId: expect.any(String),
        resourceId: expect.any(String),
        resourceAlias: pool.resource,
      },
    });
  });

  it('is 500 with the current status after the run failed or was cancelled', async () => {
    const failing = await bench.resource();
    const api = await apiOf(failing);
    failing.simulator.resources.get(failing.resource)!.setStatus('FAILED', Date.now());
    expect(await scale(api, { targetCapacity: 5 })).toMatchObject({
      status: 500,
      body: {
        success: false,
        error: expect.stringMatching(/^Scaling failed: .* is FAILED/),
        currentStatus: { currentCapacity: 2, status: 'FAILED' },
      },
    });

    const cancelled = await bench.resource({ settings: slow });
    const other = await apiOf(cancelled);
    const waiting = scale(other, { targetCapacity: 5 });
    await other.untilPhase(cancelled.resource, 'coolingDown');
    await other.call('DELETE', `/v1/resources/${cancelled.resource}/scale`);
    expect(await waiting).toMatchObject({
      status: 500,
      body: { error: 'Scaling failed: the run was cancelled', currentStatus: { currentCapacity: 3 } },
    });
  });

  it('is 503 when the process is about to stop, and the run continues', async () => {
    const pool = await bench.resource({ settings: slow });
    const api = await apiOf(pool);
    const waiting = scale(api, { targetCapacity: 5 });
    await api.untilPhase(pool.resource, 'coolingDown');
    api.stop();
    expect(await waiting).toMatchObject({ status: 503, body: { success: false } });
    expect(await pool.status()).toMatchObject({ targetCapacity: 5 });
  });

  it('a slow run does not lose its response to a timeout of the server', async () => {
    const pool = await bench.resource();
    const api = await apiOf(pool);
    api.server.setTimeout(200);
    // Two steps, a second apart.
    expect(await scale(api, { targetCapacity: 4 })).toMatchObject({ status: 200, body: { success: true } });
    expect(pool.changeTimes()[1]! - pool.changeTimes()[0]!).toBeGreaterThan(200);
  });

  it('GET /status has the fields of the example, before and while it scales, and after', async () => {
    const pool = await bench.resource({ settings: slow });
    const api = await apiOf(pool);
    const status = async () => (await api.call('GET', '/status')).body as { cooldownRemaining: number };
    expect(await status()).toEqual({
      currentCapacity: 2,
      status: 'ACTIVE',
      targetCapacity: 0,
      scalingInProgress: false,
      lastActionTime: never,
      inCooldownPeriod: false,
      cooldownRemaining: 0,
      instanceId: expect.any(String),
      resourceId: expect.any(String),
      resourceAlias: pool.resource,
    });

    await api.scale(pool.resource, { targetCapacity: 4 });
    const { changes } = await api.untilPhase(pool.resource, 'coolingDown');
    const during = await status();
    expect(during).toMatchObject({
      currentCapacity: 3,
      targetCapacity: 4,
      scalingInProgress: true,
      lastActionTime: changes[0]!.sentAt,
      inCooldownPeriod: true,
    });
    // Nanoseconds, of the 600 s.
    expect(during.cooldownRemaining).toBeGreaterThan(400e9);
    expect(during.cooldownRemaining).toBeLessThanOrEqual(600e9);

    await api.scale(pool.resource, { targetCapacity: 3 });
    await api.untilPhase(pool.resource, 'settled');
    expect(await status()).toMatchObject({
      currentCapacity: 3,
      targetCapacity: 0,
      scalingInProgress: false,
      inCooldownPeriod: true,
    });
  });

  it('GET /status is 500 with the message of the example if the capacity cannot be read', async () => {
    const pool = await bench.resource();
    const api = await apiOf(pool);
    await pool.simulator.goDown();
    const answer = await api.call('GET', '/status');
    expect(answer).toMatchObject({ status: 500, body: { success: false, message: '' } });
    expect((answer.body as { error: string }).error).toMatch(/^Failed to get current capacity: /);
  });

  it('GET /status is the last observation of a run if this process cannot reach the platform', async () => {
    const { resource, settings, taskQueue } = await bench.resource();
    const api = await openApi(bench.server.client, [{ resource, settings, taskQueue }]);
    expect(await api.call('GET', '/status')).toMatchObject({ status: 500 });
    await scale(api, { targetCapacity: 3 });
    expect(await api.call('GET', '/status')).toMatchObject({ status: 200, body: { currentCapacity: 3 } });
  });

  it('GET /health is healthy', async () => {
    const api = await apiOf(await bench.resource());
    expect(await api.call('GET', '/health')).toMatchObject({
      status: 200,
      body: { status: 'healthy', service: 'autoscaler' },
    });
  });
});
