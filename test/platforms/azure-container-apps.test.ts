/** The real traffic of Azure's SDK with a server of ours. Nothing here ran against Azure itself. */
import { azureContainerApps } from '../../src/adapters/platforms/azure-container-apps.js';
import type { Maximum } from '../../src/adapters/platforms/driven-maximum.js';
import { azureAt, startAzureServer } from './fixtures/azure-server.js';
import { closeJsonServers, type JsonAnswer } from './fixtures/json-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const context = { resource: 'worker', requestTimeoutMs: 10_000 };
const oneToFour = { from: 1, to: 4, idempotencyKey: 'run-1/1' };
const failure = (status: number, code: string): JsonAnswer => ({
  status,
  body: { error: { code, message: 'so it is' } },
});

const rules = [
  { name: 'http', http: { metadata: { concurrentRequests: '10' } } },
  {
    name: 'bus',
    custom: {
      type: 'azure-servicebus',
      metadata: { queueName: 'jobs', messageCount: '5' },
      auth: [{ secretRef: 'bus-connection', triggerParameter: 'connection' }],
    },
  },
];

describe('a change', () => {
  it('sends every scale rule as it was read, including its authentication', async () => {
    const scale = { minReplicas: 1, maxReplicas: 10, cooldownPeriod: 120, pollingInterval: 15, rules };
    const containers = [{ name: 'main', image: 'shop:1', env: [{ name: 'KEY', secretRef: 'key' }] }];
    const server = await startAzureServer(1, { template: { scale, containers } });
    expect(await azureAt(server.url, context).change(oneToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    const patch = server.requests.find(({ method }) => method === 'PATCH')!;
    expect(patch.path).toMatch(/\/resourceGroups\/shop\/providers\/Microsoft.App\/containerApps\/web\?api-version=/);
    expect(patch.body).toMatchObject({ properties: { template: { scale: { ...scale, minReplicas: 4 }, containers } } });
  });

  it('to 0 sends minReplicas 0 and maxReplicas at least 1, which Azure requires', async () => {
    const server = await startAzureServer(1, { template: { scale: { minReplicas: 1, maxReplicas: 1 } } });
    await azureAt(server.url, context).change({ ...oneToFour, to: 0 }, permitted, never);
    expect(server.app.template.scale).toEqual({ minReplicas: 0, maxReplicas: 1 });
  });

  it.each([
    [
      { minReplicas: 1, maxReplicas: 3 },
      { minReplicas: 4, maxReplicas: 4 },
    ],
    [
      { minReplicas: 1, maxReplicas: 9 },
      { minReplicas: 4, maxReplicas: 9 },
    ],
    [{ minReplicas: 1 }, { minReplicas: 4, maxReplicas: 10 }],
    [undefined, { minReplicas: 4, maxReplicas: 10 }],
  ])('of %j leads to %j: a maximum below the target is raised', async (scale, expected) => {
    const server = await startAzureServer(1, { template: { ...(scale && { scale }) } });
    await azureAt(server.url, context).change(oneToFour, permitted, never);
    expect(server.app.template.scale).toEqual(expected);
  });

  const driven = (url: string, maximum: Maximum) => azureAt(url, { ...context, bounds: { min: 0, max: 8 } }, maximum);
  const scaleOf = (minReplicas: number, maxReplicas: number) => ({ template: { scale: { minReplicas, maxReplicas } } });

  it.each([
    ['max', 4, 8],
    ['max', 0, 8],
    ['max', 11, 11],
    ['capacity', 4, 4],
    ['capacity', 0, 1],
  ] as const)('with maximum: %s sets %i and the maximum %i in one request', async (maximum, to, maxReplicas) => {
    const server = await startAzureServer(1, scaleOf(1, 20));
    const platform = driven(server.url, maximum);
    expect(await platform.change({ ...oneToFour, to }, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(server.app.template.scale).toEqual({ minReplicas: to, maxReplicas });
    const seen = await platform.observe(never);
    expect(seen.capacity).toBe(to);
    expect(seen.details).not.toHaveProperty('maximum');
  });

  it('with maximum: max leaves the maximum as with keep where max is not known', async () => {
    const server = await startAzureServer(1, scaleOf(1, 20));
    await azureAt(server.url, context, 'max').change(oneToFour, permitted, never);
    expect(server.app.template.scale).toEqual({ minReplicas: 4, maxReplicas: 20 });
  });

  it.each([
    ['max', 3, 'maxReplicas is 3, and platform.maximum asks for 8'],
    ['max', 20, 'maxReplicas is 20, and platform.maximum asks for 8'],
    ['max', undefined, 'maxReplicas is 10, and platform.maximum asks for 8'],
    ['capacity', 20, 'maxReplicas is 20, and platform.maximum asks for 2'],
    ['max', 8, undefined],
    ['capacity', 2, undefined],
    ['keep', 20, undefined],
  ] as const)('with maximum: %s, a maximum of %s is reported: %s', async (maximum, maxReplicas, said) => {
    const scale = { minReplicas: 2, ...(maxReplicas !== undefined && { maxReplicas }) };
    const server = await startAzureServer(2, { template: { scale } });
    const platform = driven(server.url, maximum);
    const note = said && `${said}: the next change of capacity sets it`;
    const seen = await platform.observe(never);
    expect(seen).toMatchObject({ capacity: 2, status: 'ACTIVE' });
    expect(seen.details?.['maximum']).toBe(note);
    expect(await platform.notes!(never)).toEqual(note === undefined ? [] : [note]);
  });

  it('the notes are empty where Azure does not answer', async () => {
    const server = await startAzureServer(2);
    server.instead.push(failure(403, 'AuthorizationFailed'));
    expect(await driven(server.url, 'max').notes!(never)).toEqual([]);
  });

  it('waits until Azure has carried it out', async () => {
    const server = await startAzureServer(1);
    await azureAt(server.url, context).change(oneToFour, permitted, never);
    expect(server.app.provisioningState).toBe('Succeeded');
    expect(server.requests.at(-1)!.path).toContain('/operations/1');
  });

  it('that takes longer than the request timeout is accepted; later observations show the result', async () => {
    const server = await startAzureServer(1);
    const platform = azureAt(server.url, { ...context, requestTimeoutMs: 1000 });
    server.instead.push({ body: { location: 'x', properties: server.app } });
    server.instead.push({ status: 202, headers: { location: `${server.url}/operations/1`, 'retry-after': '60' } });
    expect(await platform.change(oneToFour, permitted, never)).toEqual({ outcome: 'accepted' });
  });

  it.each([
    [failure(409, 'ContainerAppOperationInProgress'), { outcome: 'rejected', final: false }],
    [
      { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '7' } },
      { outcome: 'rejected', final: false, retryAfterMs: 7000 },
    ],
    [failure(403, 'AuthorizationFailed'), { outcome: 'rejected', final: true }],
    [failure(400, 'InvalidParameterValue'), { outcome: 'rejected', final: true }],
    [failure(500, 'InternalServerError'), { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
  ])('with the response %j is %j, after one request', async (answer, expected) => {
    const server = await startAzureServer(1);
    server.instead.push({ body: { location: 'x', properties: server.app } }, answer);
    expect(await azureAt(server.url, context).change(oneToFour, permitted, never)).toMatchObject(expected);
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  it('is not sent when its send permit expired', async () => {
    const server = await startAzureServer(1);
    const outcome = await azureAt(server.url, context).change(oneToFour, { isValid: () => false }, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('an observation of an app', () => {
  it.each([
    ['Succeeded', 'Running', 'ACTIVE'],
    ['InProgress', 'Running', 'STARTING'],
    ['Failed', 'Running', 'UNKNOWN'],
    ['Canceled', 'Running', 'UNKNOWN'],
    ['Deleting', 'Running', 'FAILED'],
    ['Succeeded', 'Stopped', 'PAUSED'],
    ['SomethingNew', 'Running', 'UNKNOWN'],
  ])('%s and %s is %s', async (provisioningState, runningStatus, status) => {
    const server = await startAzureServer(3, { provisioningState, runningStatus });
    expect(await azureAt(server.url, context).observe(never)).toMatchObject({ capacity: 3, status });
  });

  it('a minimum that is not set is 0', async () => {
    const server = await startAzureServer(0, { template: {} });
    expect(await azureAt(server.url, context).observe(never)).toMatchObject({ capacity: 0 });
  });

  describe('the number of ready replicas is shown beside the minimum:', () => {
    const replica = (runningState: string, ...ready: (boolean | undefined)[]) => ({
      name: 'web--7-abc',
      properties: { runningState, containers: ready.map((each) => ({ name: 'main', ready: each })) },
    });
    const running = (count: number) => ({
      body: { value: Array.from({ length: count }, () => replica('Running', true)) },
    });

    it('counts replicas of the revision with the traffic whose containers are all ready', async () => {
      const server = await startAzureServer(1, { latestReadyRevisionName: 'web--7' });
      const value = [
        replica('Running', true),
        replica('Running', true, true),
        replica('Running', undefined),
        replica('Running', true, false),
        replica('NotRunning', true),
        replica('Unknown'),
      ];
      server.replicas.set('web--7', { body: { value } });
      server.replicas.set('web--8', running(9));
      expect(await azureAt(server.url, context).observe(never)).toMatchObject({ capacity: 1, ready: 3 });
    });

    it('may be above the minimum, or 0', async () => {
      const server = await startAzureServer(1, { latestReadyRevisionName: 'web--7' });
      for (const count of [7, 0]) {
        server.replicas.set('web--7', running(count));
        expect(await azureAt(server.url, context).observe(never)).toMatchObject({ capacity: 1, ready: count });
      }
    });

    it('counts the replicas of every revision with traffic, where the traffic is split', async () => {
      const traffic = [
        { latestRevision: true, weight: 50 },
        { revisionName: 'web--5', weight: 50 },
        { revisionName: 'web--4', weight: 0 },
      ];
      const configuration = { activeRevisionsMode: 'Multiple', ingress: { traffic } };
      const server = await startAzureServer(1, { latestReadyRevisionName: 'web--7', configuration });
      for (const [revision, count] of Object.entries({ 'web--7': 2, 'web--5': 3, 'web--4': 4 })) {
        server.replicas.set(revision, running(count));
      }
      expect(await azureAt(server.url, context).observe(never)).toMatchObject({ ready: 5 });
    });

    it('without permission to list replicas, the observation has the reason instead of the number', async () => {
      const server = await startAzureServer(3, { latestReadyRevisionName: 'web--7' });
      server.replicas.set('web--7', failure(403, 'AuthorizationFailed'));
      const seen = await azureAt(server.url, context).observe(never);
      expect(seen).toMatchObject({ capacity: 3, status: 'ACTIVE' });
      expect(seen).not.toHaveProperty('ready');
      expect(seen.details).toMatchObject({
        replicas: 'unknown: GET replicas of shop/web/web--7 returned 403: AuthorizationFailed: so it is',
      });
    });
  });

  it.each([
    [failure(404, 'ResourceNotFound'), 'missing'],
    [failure(403, 'AuthorizationFailed'), 'denied'],
    [failure(401, 'ExpiredAuthenticationToken'), 'denied'],
    [failure(429, 'TooManyRequests'), 'throttled'],
    [failure(503, 'ServiceUnavailable'), 'failed'],
    ['reset' as const, 'unreachable'],
    ['hang' as const, 'timeout'],
  ])('a read with the response %j fails with %s, after one request', async (answer, code) => {
    const server = await startAzureServer(1);
    server.instead.push(answer);
    const platform = azureAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 300 : 10_000 });
    await expect(platform.observe(never)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });
});

it('without credentials fails with the message of Azure’s credential chain', async () => {
  const settings = azureContainerApps.settings.parse({ subscription: 'none', resourceGroup: 'shop' });
  const error = await azureContainerApps
    .create(settings, { ...context, requestTimeoutMs: 3000 })
    .observe(never)
    .catch(String);
  expect(error).toMatch(
    /worker: (no Azure credentials were accepted|GET container app shop\/worker got no complete response)/,
  );
}, 30_000);
