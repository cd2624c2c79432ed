/** The real traffic of the adapter with a server of ours. Nothing here ran against Azure itself. */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { startIdentityEndpoint } from '../support/identity-endpoint.js';
import { closeJsonServers, type JsonAnswer } from './fixtures/json-server.js';
import { scaleSetAt, setPath, startScaleSetServer } from './fixtures/scale-set-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

const identity = await startIdentityEndpoint(() => 'token-of-the-set');
afterEach(async () => {
  identity.instead = undefined;
  await closeJsonServers();
});
afterAll(() => identity.stop());

const context = { resource: 'worker', requestTimeoutMs: 10_000 };
const oneToFour = { from: 1, to: 4, idempotencyKey: 'run-1/1' };
const failure = (status: number, code: string, message = 'so it is'): JsonAnswer => ({
  status,
  body: { error: { code, message } },
});
const quota =
  'Operation could not be completed as it results in exceeding approved standardBSFamily Cores quota. Current Limit: 10';

describe('a change', () => {
  it('sets the capacity, and sends the rest of the size as it was read', async () => {
    const server = await startScaleSetServer(1);
    expect(await scaleSetAt(server.url, context).change(oneToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    const patch = server.requests.at(-1)!;
    expect(patch).toMatchObject({
      method: 'PATCH',
      path: `${setPath}?api-version=2024-07-01`,
      body: { sku: { name: 'Standard_B2s', tier: 'Standard', capacity: 4 } },
    });
    expect(Object.keys(patch.body as object)).toEqual(['sku']);
    expect(patch.headers['authorization']).toBe('Bearer token-of-the-set');
    expect(server.set.sku?.capacity).toBe(4);
  });

  it.each([
    [{ status: 200, body: {} }, { outcome: 'accepted' }],
    [failure(409, 'Conflict'), { outcome: 'rejected', final: false }],
    [failure(409, 'OperationNotAllowed', 'an upgrade is in progress'), { outcome: 'rejected', final: false }],
    [failure(409, 'OperationNotAllowed', quota), { outcome: 'rejected', final: true, lessMayHelp: true }],
    [failure(409, 'AllocationFailed'), { outcome: 'rejected', final: true, lessMayHelp: true }],
    [failure(400, 'InvalidParameter'), { outcome: 'rejected', final: true, lessMayHelp: true }],
    [
      { ...failure(429, 'OperationNotAllowed', quota), headers: { 'retry-after': '7' } },
      { outcome: 'rejected', final: false, retryAfterMs: 7000 },
    ],
    [failure(403, 'AuthorizationFailed'), { outcome: 'rejected', final: true }],
    [failure(404, 'ResourceNotFound'), { outcome: 'rejected', final: true }],
    [
      { status: 307, headers: { location: 'https://elsewhere.example/' } },
      { outcome: 'rejected', final: true },
    ],
    [failure(500, 'InternalServerError'), { outcome: 'unknown' }],
    [failure(503, 'ServiceUnavailable'), { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
  ])('with the response %j is %j, after one request', async (answer, expected) => {
    const server = await startScaleSetServer(1);
    server.instead.push({ body: server.set }, answer);
    expect(await scaleSetAt(server.url, context).change(oneToFour, permitted, never)).toMatchObject(expected);
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('without a response in time is unknown', async () => {
    const server = await startScaleSetServer(1);
    server.instead.push({ body: server.set }, 'hang');
    const platform = scaleSetAt(server.url, { ...context, requestTimeoutMs: 500 });
    expect(await platform.change(oneToFour, permitted, never)).toMatchObject({ outcome: 'unknown' });
  });

  it.each([
    ['hang' as const, { outcome: 'rejected', final: false }],
    [failure(500, 'InternalServerError'), { outcome: 'rejected', final: false }],
    [{ body: { properties: {} } }, { outcome: 'rejected', final: true }],
  ])('whose read before it has the response %j is not sent', async (answer, expected) => {
    const server = await startScaleSetServer(1);
    server.instead.push(answer);
    const platform = scaleSetAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 500 : 10_000 });
    expect(await platform.change(oneToFour, permitted, never)).toMatchObject(expected);
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('is not sent when its send permit expired', async () => {
    const server = await startScaleSetServer(1);
    const outcome = await scaleSetAt(server.url, context).change(oneToFour, { isValid: () => false }, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  it('without a token is not sent, and says so', async () => {
    const server = await startScaleSetServer(1);
    identity.instead = { status: 400, body: { error: 'invalid_request' } };
    const platform = scaleSetAt(server.url, context, { identity: { clientId: 'nobody' } });
    expect(await platform.change(oneToFour, permitted, never)).toMatchObject({ outcome: 'rejected', final: true });
    expect(server.requests).toEqual([]);
  });
});

describe('an observation of a set', () => {
  it.each([
    ['Succeeded', 'ACTIVE'],
    ['Creating', 'STARTING'],
    ['Updating', 'STARTING'],
    ['Failed', 'UNKNOWN'],
    ['Canceled', 'UNKNOWN'],
    ['Deleting', 'FAILED'],
    ['SomethingNew', 'UNKNOWN'],
  ])('in the state %s is %s', async (provisioningState, status) => {
    const server = await startScaleSetServer(3);
    server.set.properties.provisioningState = provisioningState;
    expect(await scaleSetAt(server.url, context).observe(never)).toMatchObject({ capacity: 3, status });
  });

  it('has the requested capacity while instances are created', async () => {
    const server = await startScaleSetServer(2);
    server.listed = { body: { value: [] } };
    await scaleSetAt(server.url, context).change({ ...oneToFour, from: 2, to: 5 }, permitted, never);
    const seen = await scaleSetAt(server.url, context).observe(never);
    expect(seen).toMatchObject({ capacity: 5, ready: 0, status: 'STARTING' });
  });

  it('of a set without a profile fails, because it has no capacity', async () => {
    const server = await startScaleSetServer(2, 'Flexible');
    delete server.set.sku;
    await expect(scaleSetAt(server.url, context).observe(never)).rejects.toMatchObject({
      message: expect.stringContaining(
        'no profile of its virtual machines. Escapement scales a set that has a profile',
      ),
    });
  });

  it.each([
    [failure(404, 'ResourceNotFound'), 'missing'],
    [failure(403, 'AuthorizationFailed'), 'denied'],
    [failure(401, 'ExpiredAuthenticationToken'), 'denied'],
    [failure(429, 'TooManyRequests'), 'throttled'],
    [failure(503, 'ServiceUnavailable'), 'failed'],
    [{ body: { sku: { capacity: 1.5 }, properties: {} } }, 'malformed'],
    ['reset' as const, 'unreachable'],
    ['hang' as const, 'timeout'],
  ])('with the response %j fails with %s, after one request', async (answer, code) => {
    const server = await startScaleSetServer(1);
    server.instead.push(answer);
    const platform = scaleSetAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 500 : 10_000 });
    await expect(platform.observe(never)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the number of ready instances', () => {
  it('counts instances that are provisioned, run and are not unhealthy', async () => {
    const server = await startScaleSetServer(8);
    server.instances.push(
      {},
      { health: 'healthy' },
      { health: 'unhealthy' },
      { health: 'unknown' },
      { provisioning: 'creating' },
      { provisioning: 'failed/VMAgentProvisioningFailure' },
      { power: 'deallocated' },
      { power: 'starting' },
    );
    expect(await scaleSetAt(server.url, context).observe(never)).toMatchObject({ capacity: 8, ready: 2 });
  });

  it.each([
    [
      'Uniform',
      undefined,
      `${setPath}/virtualMachines?api-version=2024-07-01&$expand=instanceView&$select=instanceView`,
    ],
    [
      'Uniform',
      'Uniform' as const,
      `${setPath}/virtualMachines?api-version=2024-07-01&$expand=instanceView&$select=instanceView`,
    ],
    [
      'Flexible',
      'Flexible' as const,
      `/subscriptions/s/resourceGroups/shop/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01&$expand=instanceView&$filter='virtualMachineScaleSet/id' eq '${setPath}'`,
    ],
  ])('is read from the list of a %s set', async (name, mode, path) => {
    const server = await startScaleSetServer(2, mode);
    const seen = await scaleSetAt(server.url, context).observe(never);
    expect(seen).toMatchObject({ ready: 2, details: { orchestrationMode: name } });
    expect(server.requests.map((request) => decodeURIComponent(request.path))).toEqual([
      `${setPath}?api-version=2024-07-01`,
      path,
    ]);
  });

  it('is read from every page, and from no other server', async () => {
    const server = await startScaleSetServer(8);
    expect(await scaleSetAt(server.url, context).observe(never)).toMatchObject({ ready: 8 });
    server.listed = { body: { value: [], nextLink: 'https://elsewhere.example/virtualMachines?page=2' } };
    const { details } = await scaleSetAt(server.url, context).observe(never);
    expect(details?.['instances']).toBe('unknown: the list of instances has more than 50 pages');
    expect(server.requests.at(-1)!.path).toBe('/virtualMachines?page=2');
  });

  it('without permission to list the instances is replaced by the reason', async () => {
    const server = await startScaleSetServer(3);
    server.listed = failure(403, 'AuthorizationFailed');
    const seen = await scaleSetAt(server.url, context).observe(never);
    expect(seen).toMatchObject({ capacity: 3, status: 'ACTIVE' });
    expect(seen).not.toHaveProperty('ready');
    expect(seen.details?.['instances']).toMatch(/^unknown: GET .* returned 403: AuthorizationFailed: so it is$/);
  });
});

describe('the notes name autoscale of Azure Monitor', () => {
  const setting = (properties: object) => ({ body: { value: [{ name: 'cpu rules', properties }] } });

  it.each([
    ['that changes the same set', setting({ enabled: true, targetResourceUri: setPath.toUpperCase() }), 1],
    ['unless it is disabled', setting({ enabled: false, targetResourceUri: setPath }), 0],
    ['unless it changes another set', setting({ enabled: true, targetResourceUri: `${setPath}2` }), 0],
    ['unless there is none', { body: { value: [] } }, 0],
    ['unless it may not be read', failure(403, 'AuthorizationFailed'), 0],
  ])('%s', async (_name, answer, count) => {
    const server = await startScaleSetServer(3);
    server.autoscale = answer;
    const notes = (await scaleSetAt(server.url, context).notes?.(never)) ?? [];
    expect(notes).toHaveLength(count);
    for (const note of notes) expect(note).toContain('"cpu rules"');
  });
});
