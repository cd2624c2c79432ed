/** The real traffic of Google's SDK with a server of ours. Nothing here ran against Google Cloud itself. */
import { cloudRun } from '../../src/adapters/platforms/cloud-run.js';
import { cloudRunAt, failure, startCloudRunServer } from './fixtures/cloud-run-server.js';
import { closeJsonServers } from './fixtures/json-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const context = { resource: 'worker', requestTimeoutMs: 10_000 };
const oneToFour = { from: 1, to: 4, idempotencyKey: 'run-1/1' };
const manual = { scalingMode: 'MANUAL', manualInstanceCount: 1 };

describe('a change', () => {
  it('sets the number of instances, and keeps the other scaling settings', async () => {
    const server = await startCloudRunServer({ ...manual, minInstanceCount: 2, maxInstanceCount: 9 });
    expect(await cloudRunAt(server.url, context).change(oneToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    const patch = server.requests.find(({ method }) => method === 'PATCH')!;
    expect(patch.path).toMatch(/^\/v2\/projects\/shop\/locations\/europe-west1\/services\/web\?.*updateMask=scaling/);
    expect(patch.body).toMatchObject({
      etag: '"1"',
      scaling: { manualInstanceCount: 4, minInstanceCount: 2, maxInstanceCount: 9 },
    });
    expect(server.service.reconciling).toBe(false);
  });

  it('sets the minimum with scaling: minimum', async () => {
    const server = await startCloudRunServer({ minInstanceCount: 1, maxInstanceCount: 9 });
    await cloudRunAt(server.url, context, { scaling: 'minimum' }).change(oneToFour, permitted, never);
    expect(server.service.scaling).toMatchObject({ minInstanceCount: 4, maxInstanceCount: 9 });
  });

  it('to 0 sends 0', async () => {
    const server = await startCloudRunServer(manual);
    await cloudRunAt(server.url, context).change({ ...oneToFour, to: 0 }, permitted, never);
    expect(server.service.scaling.manualInstanceCount).toBe(0);
  });

  const driving = { scaling: 'minimum', maximum: 'max' };
  const bounds = { min: 0, max: 8 };

  it.each([
    [4, 8],
    [0, 8],
    [11, 11],
  ])('to %i with maximum: max sets the maximum %i in the same request', async (to, maxInstanceCount) => {
    const server = await startCloudRunServer({ minInstanceCount: 1, maxInstanceCount: 20 });
    const platform = cloudRunAt(server.url, { ...context, bounds }, driving);
    expect(await platform.change({ ...oneToFour, to }, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(server.service.scaling).toMatchObject({ maxInstanceCount });
    const seen = await platform.observe(never);
    expect(seen.capacity).toBe(to);
    expect(seen.details).not.toHaveProperty('maximum');
  });

  it.each([
    [20, 'maxInstanceCount is 20, and platform.maximum asks for 8: the next change of capacity sets it'],
    [3, 'maxInstanceCount is 3, and platform.maximum asks for 8: the next change of capacity sets it'],
    [undefined, 'maxInstanceCount is not set, and platform.maximum asks for 8: the next change of capacity sets it'],
    [8, undefined],
  ])('with maximum: max, a maximum of %s is reported: %s', async (maxInstanceCount, note) => {
    const maximum = maxInstanceCount !== undefined && { maxInstanceCount };
    const server = await startCloudRunServer({ minInstanceCount: 2, ...maximum });
    const platform = cloudRunAt(server.url, { ...context, bounds }, driving);
    const seen = await platform.observe(never);
    expect(seen).toMatchObject({ capacity: 2, status: 'ACTIVE' });
    expect(seen.details?.['maximum']).toBe(note);
    expect(await platform.notes!(never)).toEqual(note === undefined ? [] : [note]);
  });

  it('with maximum: max needs scaling: minimum', () => {
    const written = { project: 'shop', region: 'europe-west1', maximum: 'max' };
    expect(cloudRun.settings.safeParse(written).error?.issues[0]?.message).toContain('needs `scaling: minimum`');
  });

  it('to a minimum of 0 removes the minimum, because this API omits zeros', async () => {
    const server = await startCloudRunServer({ minInstanceCount: 1 });
    const platform = cloudRunAt(server.url, context, { scaling: 'minimum' });
    await platform.change({ ...oneToFour, to: 0 }, permitted, never);
    expect(server.service.scaling).not.toMatchObject({ minInstanceCount: 1 });
    expect(await platform.observe(never)).toMatchObject({ capacity: 0 });
  });

  it.each([
    [failure(409, 'ABORTED'), { outcome: 'rejected', final: false }],
    [failure(429, 'RESOURCE_EXHAUSTED'), { outcome: 'rejected', final: false }],
    [failure(403, 'PERMISSION_DENIED'), { outcome: 'rejected', final: true }],
    [failure(400, 'INVALID_ARGUMENT'), { outcome: 'rejected', final: true }],
    [failure(500, 'INTERNAL'), { outcome: 'unknown' }],
    [failure(503, 'UNAVAILABLE'), { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
  ])('with the response %j is %j, after one request', async (answer, expected) => {
    const server = await startCloudRunServer(manual);
    server.instead.push({ body: server.service }, answer);
    expect(await cloudRunAt(server.url, context).change(oneToFour, permitted, never)).toMatchObject(expected);
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it.each([1, 4])('whose operation ends with gRPC status %i is unknown', async (code) => {
    const server = await startCloudRunServer(manual);
    const name = 'projects/shop/locations/europe-west1/operations/1';
    const ended = { name, done: true, error: { code, message: 'so it is' } };
    server.instead.push({ body: server.service }, { body: { name, done: false } }, { body: ended });
    const outcome = await cloudRunAt(server.url, context).change(oneToFour, permitted, never);
    expect(outcome).toMatchObject({ outcome: 'unknown' });
  });

  it('that conflicts with a change by another writer is rejected, and decided again', async () => {
    const server = await startCloudRunServer(manual);
    server.instead.push({ body: { ...server.service, etag: '"0"' } });
    const outcome = await cloudRunAt(server.url, context).change(oneToFour, permitted, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
  });

  it('is not sent when its send permit expired', async () => {
    const server = await startCloudRunServer(manual);
    const outcome = await cloudRunAt(server.url, context).change(oneToFour, { isValid: () => false }, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('an observation of a service', () => {
  it.each([
    ['CONDITION_SUCCEEDED', 'ACTIVE'],
    ['CONDITION_PENDING', 'STARTING'],
    ['CONDITION_RECONCILING', 'STARTING'],
    ['CONDITION_FAILED', 'UNKNOWN'],
  ])('%s is %s', async (state, status) => {
    const server = await startCloudRunServer(manual);
    server.service.terminalCondition = { type: 'Ready', state, message: 'why' };
    expect(await cloudRunAt(server.url, context).observe(never)).toMatchObject({ capacity: 1, status });
  });

  it('a service with a change in progress is STARTING, and a deleted service is FAILED', async () => {
    const server = await startCloudRunServer(manual);
    server.service.reconciling = true;
    expect(await cloudRunAt(server.url, context).observe(never)).toMatchObject({ status: 'STARTING' });
    server.service.deleteTime = '2026-01-01T00:00:00Z';
    expect(await cloudRunAt(server.url, context).observe(never)).toMatchObject({ status: 'FAILED' });
  });

  it('a service with automatic scaling is refused, with advice', async () => {
    const server = await startCloudRunServer({ scalingMode: 'AUTOMATIC', minInstanceCount: 1 });
    await expect(cloudRunAt(server.url, context).observe(never)).rejects.toThrow('set platform.scaling to minimum');
  });

  it.each([
    [failure(404, 'NOT_FOUND'), 'missing'],
    [failure(403, 'PERMISSION_DENIED'), 'denied'],
    [failure(401, 'UNAUTHENTICATED'), 'denied'],
    [failure(429, 'RESOURCE_EXHAUSTED'), 'throttled'],
    [failure(503, 'UNAVAILABLE'), 'unreachable'],
    ['reset' as const, 'unreachable'],
    ['hang' as const, 'timeout'],
  ])('a read with the response %j fails with %s, after one request', async (answer, code) => {
    const server = await startCloudRunServer(manual);
    server.instead.push(answer);
    const platform = cloudRunAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 300 : 10_000 });
    await expect(platform.observe(never)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });
});
