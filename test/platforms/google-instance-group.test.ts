/** The real traffic with a server of ours. Nothing here ran against Google Cloud itself. */
import { failure, groupAt, groupPath, startGroupServer, type GroupServer } from './fixtures/google-group-server.js';
import { closeJsonServers } from './fixtures/json-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const context = { resource: 'web', requestTimeoutMs: 10_000 };
const oneToFour = { from: 1, to: 4, idempotencyKey: 'run-1/1' };

const changeOn = (server: GroupServer, change = oneToFour) =>
  groupAt(server.url, context).change(change, permitted, never);
const resizes = ({ requests }: GroupServer) => requests.filter(({ path }) => path.includes('/resize'));
const requestIds = (server: GroupServer) =>
  resizes(server).map(({ path }) => new URL(path, 'http://here').searchParams.get('requestId'));

describe('a change', () => {
  it('sets the target size, and waits until Google has carried it out', async () => {
    const server = await startGroupServer(1);
    expect(await changeOn(server)).toEqual({ outcome: 'accepted' });
    expect(server.group.targetSize).toBe(4);
    expect(server.requests.map(({ method, path }) => `${method} ${path.replace(/requestId=.*/, '')}`)).toEqual([
      `GET ${groupPath}`,
      `POST ${groupPath}/resize?size=4&`,
      'POST /compute/v1/projects/shop/zones/europe-west1-b/operations/operation-1/wait',
    ]);
    expect(server.requests[1]?.headers).toMatchObject({ 'content-length': '0' });
  });

  it('of a regional group uses the paths of the region', async () => {
    const server = await startGroupServer(1);
    const platform = groupAt(server.url, context, { zone: undefined, region: 'europe-west1' });
    expect(await platform.change(oneToFour, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(new Set(server.requests.map(({ path }) => path.split('/').slice(5, 7).join('/')))).toEqual(
      new Set(['regions/europe-west1']),
    );
  });

  it('to 0 sends 0', async () => {
    const server = await startGroupServer(1);
    await changeOn(server, { ...oneToFour, to: 0 });
    expect(server.group.targetSize).toBe(0);
  });

  it('has the same request ID in every attempt, so that Google ignores a repetition', async () => {
    const server = await startGroupServer(1);
    await changeOn(server);
    server.group.targetSize = 1;
    expect(await changeOn(server)).toEqual({ outcome: 'accepted' });
    expect(server.group.targetSize).toBe(1);
    await changeOn(server, { ...oneToFour, idempotencyKey: 'run-1/2' });
    expect(server.group.targetSize).toBe(4);
    const [first, second, third] = requestIds(server);
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it.each([
    [failure(400, 'invalid'), { outcome: 'rejected', final: true, lessMayHelp: true }],
    [failure(400, 'resourceNotReady'), { outcome: 'rejected', final: false }],
    [failure(401, 'required'), { outcome: 'rejected', final: false }],
    [failure(403, 'forbidden'), { outcome: 'rejected', final: true }],
    [failure(403, 'rateLimitExceeded'), { outcome: 'rejected', final: false }],
    [failure(403, 'quotaExceeded'), { outcome: 'rejected', final: true, lessMayHelp: true }],
    [failure(404, 'notFound'), { outcome: 'rejected', final: true }],
    [failure(412, 'conditionNotMet'), { outcome: 'rejected', final: true }],
    [failure(429, 'rateLimitExceeded'), { outcome: 'rejected', final: false }],
    [{ ...failure(429, 'rateLimitExceeded'), headers: { 'retry-after': '7' } }, { retryAfterMs: 7000 }],
    [failure(500, 'backendError'), { outcome: 'unknown' }],
    [failure(503, 'backendError'), { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
    [{ text: 'not JSON' }, { outcome: 'accepted' }],
  ])('with the response %j is %j, after one request', async (answer, expected) => {
    const server = await startGroupServer(1);
    server.instead.push({ body: server.group }, answer);
    expect(await changeOn(server)).toMatchObject(expected);
    expect(resizes(server)).toHaveLength(1);
  });

  it.each([
    [
      { httpErrorStatusCode: 403, error: { errors: [{ code: 'QUOTA_EXCEEDED', message: 'CPUS' }] } },
      { lessMayHelp: true },
    ],
    [{ httpErrorStatusCode: 400, error: { errors: [{ code: 'INVALID_USAGE' }] } }, { lessMayHelp: true }],
    [
      { httpErrorStatusCode: 404, error: { errors: [{ code: 'RESOURCE_NOT_FOUND' }] } },
      { outcome: 'rejected', final: true },
    ],
    // A retry would have the same request ID, for which Google returns the same failure.
    [
      { httpErrorStatusCode: 409, error: { errors: [{ code: 'ABORTED' }] } },
      { outcome: 'rejected', final: true },
    ],
    [{ httpErrorStatusCode: 503, error: { errors: [{ code: 'UNAVAILABLE' }] } }, { outcome: 'unknown' }],
    [{ error: { errors: [{ code: 'INTERNAL_ERROR' }] } }, { outcome: 'unknown' }],
  ])('whose operation ends with %j is %j', async (ended, expected) => {
    const server = await startGroupServer(1);
    const running = { name: 'operation-1', status: 'RUNNING' };
    server.instead.push({ body: server.group }, { body: running }, { body: { ...running, status: 'DONE', ...ended } });
    expect(await changeOn(server)).toMatchObject(expected);
    expect(server.requests).toHaveLength(3);
  });

  it.each([[failure(403, 'forbidden')], [failure(503, 'backendError')], ['reset' as const]])(
    'is accepted if its operation cannot be read: %j',
    async (answer) => {
      const server = await startGroupServer(1);
      server.instead.push({ body: server.group }, { body: { name: 'operation-1', status: 'PENDING' } }, answer);
      expect(await changeOn(server)).toEqual({ outcome: 'accepted' });
      expect(resizes(server)).toHaveLength(1);
    },
  );

  it('is not sent if another writer has changed the size', async () => {
    const server = await startGroupServer(2);
    expect(await changeOn(server)).toMatchObject({ outcome: 'rejected', final: false });
    expect(resizes(server)).toEqual([]);
  });

  it('is not sent when its send permit expired', async () => {
    const server = await startGroupServer(1);
    const outcome = await groupAt(server.url, context).change(oneToFour, { isValid: () => false }, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    expect(resizes(server)).toEqual([]);
  });

  it.each([failure(503, 'backendError'), 'reset' as const])(
    'is not sent if the group cannot be read: %j',
    async (answer) => {
      const server = await startGroupServer(1);
      server.instead.push(answer, answer);
      expect(await changeOn(server)).toMatchObject({ outcome: 'rejected', final: false });
      expect(resizes(server)).toEqual([]);
    },
  );
});

describe('an autoscaler of Compute Engine', () => {
  it.each(['ON', 'ONLY_SCALE_OUT', 'ONLY_UP'])('with mode %s scales the group, so no change is sent', async (mode) => {
    const server = await startGroupServer(1);
    server.autoscaler(mode);
    const outcome = await changeOn(server);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: true });
    expect(outcome).toHaveProperty('reason', expect.stringContaining(`"web" with mode ${mode} scales the group`));
    expect(resizes(server)).toEqual([]);
    expect(await groupAt(server.url, context).notes?.(never)).toEqual([expect.stringContaining('Set its mode to OFF')]);
  });

  it('with mode OFF prevents nothing', async () => {
    const server = await startGroupServer(1);
    server.autoscaler('OFF');
    expect(await groupAt(server.url, context).notes?.(never)).toEqual([]);
    expect(await changeOn(server)).toEqual({ outcome: 'accepted' });
  });

  it('is shown, and prevents a change if it cannot be read', async () => {
    const server = await startGroupServer(1);
    server.autoscaler('OFF');
    const platform = groupAt(server.url, context);
    expect(await platform.observe(never)).toMatchObject({ details: { autoscaler: 'web' } });
    server.instead.push({ body: server.group }, failure(403, 'forbidden'));
    expect(await platform.change(oneToFour, permitted, never)).toMatchObject({ outcome: 'rejected', final: true });
    expect(resizes(server)).toEqual([]);
  });

  it('is absent where there is none', async () => {
    const server = await startGroupServer(1);
    expect(await groupAt(server.url, context).notes?.(never)).toEqual([]);
  });
});

describe('an observation of a group', () => {
  it.each([
    ['whose instances all run', { none: 3 }, 3, 'ACTIVE'],
    ['that creates an instance', { none: 2, creating: 1 }, 2, 'STARTING'],
    ['that verifies the health of a new instance', { none: 2, verifying: 1 }, 2, 'STARTING'],
    ['that recreates instances', { none: 1, recreating: 2 }, 1, 'STARTING'],
    ['that refreshes running instances', { none: 1, refreshing: 2 }, 3, 'ACTIVE'],
    ['that deletes surplus instances', { none: 3, deleting: 2 }, 3, 'ACTIVE'],
    ['that replaces instances, with one more for the time being', { none: 3, creating: 1 }, 3, 'ACTIVE'],
  ])('%s: %j', async (_name, currentActions, ready, status) => {
    const server = await startGroupServer(3);
    server.group.currentActions = currentActions;
    expect(await groupAt(server.url, context).observe(never)).toMatchObject({ capacity: 3, ready, status });
  });

  it('of an empty group is ACTIVE', async () => {
    const server = await startGroupServer(0);
    expect(await groupAt(server.url, context).observe(never)).toMatchObject({
      capacity: 0,
      ready: 0,
      status: 'ACTIVE',
    });
  });

  it.each([
    [failure(404, 'notFound'), 'missing'],
    [failure(403, 'forbidden'), 'denied'],
    [failure(401, 'required'), 'denied'],
    [failure(403, 'rateLimitExceeded'), 'throttled'],
    [failure(503, 'backendError'), 'failed'],
    [{ body: { name: 'web' } }, 'malformed'],
    [{ text: '<html>' }, 'malformed'],
    ['reset' as const, 'unreachable'],
    ['hang' as const, 'timeout'],
  ])('with the response %j fails with %s, after one request', async (answer, code) => {
    const server = await startGroupServer(1);
    server.instead.push(answer);
    const platform = groupAt(server.url, { ...context, requestTimeoutMs: answer === 'hang' ? 300 : 10_000 });
    await expect(platform.observe(never)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the settings of a group', () => {
  it.each([
    ['neither a zone nor a region', { zone: undefined }],
    ['both a zone and a region', { region: 'europe-west1' }],
  ])('refuse %s', (_name, settings) => {
    expect(() => groupAt('http://127.0.0.1:1', context, settings)).toThrow();
  });
});
