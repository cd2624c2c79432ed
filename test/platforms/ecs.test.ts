/** The ECS adapter against a server that speaks the API's JSON: states and failures that no emulator can be brought to. */
import type { CapacityChange } from '../../src/domain/scale/capacity.js';
import { ecs } from '../../src/adapters/platforms/aws/ecs.js';
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { closeJsonServers, startJsonServer, type JsonAnswer } from './fixtures/json-server.js';
import { closeRawServers, startRawServer } from './fixtures/raw-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

process.env.AWS_ACCESS_KEY_ID = 'test';
process.env.AWS_SECRET_ACCESS_KEY = 'hunter2';

const sixToTen: CapacityChange = { from: 6, to: 10, idempotencyKey: 'run-1/1' };

afterEach(closeJsonServers);

function serviceAt(endpoint: string, requestTimeoutMs = 10_000): Platform {
  const settings = ecs.settings.parse({ cluster: 'main', service: 'web', region: 'eu-west-1', endpoint });
  return ecs.create(settings, { resource: 'worker', requestTimeoutMs });
}

async function observed(service: object) {
  const answer = { body: { services: [{ status: 'ACTIVE', serviceArn: 'arn:web', ...service }], failures: [] } };
  const { url } = await startJsonServer(() => answer);
  return serviceAt(url).observe(never);
}

const complete = [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }];
const started = [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS' }];
const replacing = [...started, { status: 'ACTIVE', rolloutState: 'COMPLETED' }];

it('sequential reads use one connection', async () => {
  const services = [{ status: 'ACTIVE', desiredCount: 3, runningCount: 3, deployments: complete }];
  const server = await startJsonServer(() => ({ body: { services, failures: [] } }));
  const service = serviceAt(server.url);
  for (let look = 0; look < 5; look += 1) expect(await service.observe(never)).toMatchObject({ capacity: 3 });
  await service.close?.();
  expect(server.requests).toHaveLength(5);
  expect(server.connections()).toBe(1);
});

describe('an observation of a service', () => {
  it.each([
    ['all tasks run', { desiredCount: 3, runningCount: 3, deployments: complete }, 'ACTIVE'],
    ['nothing is wanted and nothing runs', { desiredCount: 0, runningCount: 0, deployments: complete }, 'ACTIVE'],
    ['tasks are pending', { desiredCount: 3, runningCount: 1, deployments: complete }, 'STARTING'],
    ['tasks are still being stopped', { desiredCount: 1, runningCount: 3, deployments: complete }, 'STARTING'],
    ['its first deployment starts tasks', { desiredCount: 3, runningCount: 0, deployments: started }, 'STARTING'],
    ['a deployment replaces tasks', { desiredCount: 3, runningCount: 2, deployments: replacing }, 'ACTIVE'],
    ['CodeDeploy replaces task sets', { desiredCount: 3, runningCount: 6, taskSets: [{}, {}] }, 'ACTIVE'],
    [
      'its rollout failed',
      { desiredCount: 3, runningCount: 2, deployments: [{ status: 'PRIMARY', rolloutState: 'FAILED' }] },
      'STARTING',
    ],
    [
      'a failed rollout was rolled back',
      { desiredCount: 3, runningCount: 3, deployments: [...complete, { status: 'ACTIVE', rolloutState: 'FAILED' }] },
      'ACTIVE',
    ],
    ['it is being deleted', { status: 'DRAINING', desiredCount: 0, runningCount: 3 }, 'FAILED'],
    ['it was deleted', { status: 'INACTIVE', desiredCount: 0, runningCount: 0 }, 'FAILED'],
  ])('%s: %j is %s', async (_name, service, status) => {
    expect(await observed(service)).toMatchObject({ status, capacity: service.desiredCount });
  });

  it('the capacity is the desired count, not the tasks of the old and the new deployment together', async () => {
    const deployments = [
      { status: 'PRIMARY', runningCount: 10, rolloutState: 'IN_PROGRESS' },
      { status: 'ACTIVE', runningCount: 10, rolloutState: 'COMPLETED' },
    ];
    expect(await observed({ desiredCount: 10, runningCount: 20, deployments })).toMatchObject({
      capacity: 10,
      status: 'ACTIVE',
      ready: 20,
      details: { deployment: 'in progress' },
    });
  });

  it.each([
    ['replaces tasks', { desiredCount: 10, runningCount: 20, deployments: replacing }],
    ['has all its tasks and is not steady yet', { desiredCount: 10, runningCount: 10, deployments: started }],
  ])('a deployment that %s allows scaling out and holds back scaling in, with the reason', async (_name, service) => {
    expect(await observed(service)).toMatchObject({
      status: 'ACTIVE',
      holdsScaleIn: expect.stringContaining('a deployment is in progress') as unknown,
    });
  });

  it('a service without a deployment may be scaled in', async () => {
    expect(await observed({ desiredCount: 3, runningCount: 3, deployments: complete })).not.toHaveProperty(
      'holdsScaleIn',
    );
  });

  it('the time of an observation is the time of its request, so that it never appears newer than it is', async () => {
    const beforeMs = Date.now();
    const { observedAtMs } = await observed({ desiredCount: 3, runningCount: 3, deployments: complete });
    expect(observedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(observedAtMs).toBeLessThanOrEqual(Date.now());
  });
});

const awsError = (name: string, status = 400): JsonAnswer => ({
  status,
  body: { __type: name, message: `${name} it is` },
});

describe('a read that fails', () => {
  it.each([
    [{ body: { services: [], failures: [{ reason: 'MISSING' }] } }, 'missing'],
    [{ body: { services: [], failures: [] } }, 'malformed'],
    [awsError('ClusterNotFoundException'), 'missing'],
    [awsError('AccessDeniedException'), 'denied'],
    [awsError('ExpiredTokenException'), 'denied'],
    [awsError('ThrottlingException'), 'throttled'],
    [awsError('ServerException', 500), 'failed'],
    ['hang' as const, 'timeout'],
    ['reset' as const, 'unreachable'],
  ])('%j fails with %s, after one request', async (answer, code) => {
    const server = await startJsonServer(() => answer);
    const reading = serviceAt(server.url, answer === 'hang' ? 300 : 10_000).observe(never);
    await expect(reading).rejects.toMatchObject({ name: 'AdapterError', code });
    await expect(reading).rejects.toThrow(/^worker: DescribeServices main\/web/);
    expect(server.requests).toHaveLength(1);
  });

  it('reports the reason and the advice, and no secret', async () => {
    const server = await startJsonServer(() => awsError('AccessDeniedException'));
    const error = await serviceAt(server.url).observe(never).catch(String);
    expect(error).toContain('AccessDeniedException it is');
    expect(error).toContain('ecs:UpdateService');
    expect(error).not.toContain('hunter2');
  });
});

describe('a change', () => {
  it('sets the desired count, and nothing else', async () => {
    const server = await startJsonServer(() => ({ body: { service: {} } }));
    expect(await serviceAt(server.url).change(sixToTen, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests.map(({ body }) => body)).toEqual([{ cluster: 'main', service: 'web', desiredCount: 10 }]);
    expect(server.requests[0]!.headers['x-amz-target']).toBe('AmazonEC2ContainerServiceV20141113.UpdateService');
  });

  it('to 0 sends 0', async () => {
    const server = await startJsonServer(() => ({ body: { service: {} } }));
    await serviceAt(server.url).change({ ...sixToTen, to: 0 }, permitted, never);
    expect(server.requests[0]!.body).toMatchObject({ desiredCount: 0 });
  });

  const forGood = { outcome: 'rejected', final: true };
  const forNow = { outcome: 'rejected', final: false };

  it.each([
    [awsError('AccessDeniedException'), forGood],
    [awsError('ServiceNotFoundException'), forGood],
    [awsError('ServiceNotActiveException'), forGood],
    [awsError('InvalidParameterException'), forGood],
    [awsError('ThrottlingException'), forNow],
    [
      { ...awsError('ThrottlingException', 429), headers: { 'retry-after': '7' } },
      { ...forNow, retryAfterMs: 7000 },
    ],
    [awsError('UpdateInProgressException'), forNow],
    [awsError('ServerException', 500), { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
    ['hang' as const, { outcome: 'unknown' }],
  ])('%j is %j, after one request', async (answer, expected) => {
    const server = await startJsonServer(() => answer);
    const outcome = await serviceAt(server.url, answer === 'hang' ? 300 : 10_000).change(sixToTen, permitted, never);
    expect(outcome).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  it('to a closed port was certainly not sent', async () => {
    const server = await startJsonServer(() => ({}));
    await closeJsonServers();
    expect(await serviceAt(server.url).change(sixToTen, permitted, never)).toMatchObject(forNow);
  });

  it('whose response body never ends has an unknown outcome at the deadline, which covers the body', async () => {
    const server = await startRawServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 50\r\n\r\n{'),
    );
    const outcome = await serviceAt(server.url, 300).change(sixToTen, permitted, never);
    expect(outcome).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('within 300 ms') as unknown });
    expect(server.requests).toHaveLength(1);
    await closeRawServers();
  });

  it('is not sent when its send permit expired', async () => {
    const server = await startJsonServer(() => ({}));
    expect(await serviceAt(server.url).change(sixToTen, { isValid: () => false }, never)).toMatchObject(forNow);
    expect(server.requests).toHaveLength(0);
  });
});
