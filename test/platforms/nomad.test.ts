/** The Nomad adapter against a server of ours that answers as Nomad does. */
import type { Platform } from '../../src/adapters/platforms/platform.js';
import { nomad } from '../../src/adapters/platforms/nomad/nomad.js';
import { closeJsonServers, startJsonServer, type JsonAnswer } from './fixtures/json-server.js';
import { nomadAt, plainText, startNomadServer, type NomadServer } from './fixtures/nomad-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const twoToFour = { from: 2, to: 4, idempotencyKey: 'run-1/1' };
const groupAt = (url: string, more: object = {}, requestTimeoutMs = 10_000): Platform =>
  nomadAt(url, { resource: 'web', requestTimeoutMs }, more);

describe('an observation', () => {
  it.each<[string, Partial<NomadServer['group']>, object]>([
    ['every allocation is healthy', {}, { capacity: 2, ready: 2, status: 'ACTIVE' }],
    ['an allocation is not healthy yet', { healthy: 1 }, { capacity: 2, ready: 1, status: 'STARTING' }],
    ['an allocation is unhealthy', { healthy: 1, unhealthy: 1 }, { ready: 1, details: { unhealthy: '1' } }],
    ['the job has no health checks', { healthy: 0 }, { capacity: 2, ready: 2, status: 'ACTIVE' }],
    ['an allocation waits for a node', { running: 1, healthy: 1 }, { capacity: 2, ready: 1, status: 'STARTING' }],
    ['the count is zero', { count: 0, running: 0, healthy: 0 }, { capacity: 0, ready: 0, status: 'ACTIVE' }],
    ['the job is stopped', { isStopped: true, running: 0, healthy: 0 }, { status: 'FAILED' }],
  ])('%s: %j is %j', async (_name, state, expected) => {
    const server = await startNomadServer(2);
    Object.assign(server.group, state);
    expect(await groupAt(server.url).observe(never)).toMatchObject(expected);
  });

  it('names the namespace, the region, the job and the token', async () => {
    const server = await startNomadServer(2, 'shop/web');
    const settings = { job: 'shop/web', namespace: 'a b', region: 'eu', token: 'secret-id' };
    await groupAt(server.url, settings).observe(never);
    expect(server.requests[0]).toMatchObject({
      path: '/v1/job/shop%2Fweb/scale?namespace=a+b&region=eu',
      headers: { 'x-nomad-token': 'secret-id' },
    });
  });

  it('goes to an address with a path', async () => {
    const server = await startJsonServer(() => plainText(404, 'job not found'));
    await groupAt(`${server.url}/nomad/`)
      .observe(never)
      .catch(() => undefined);
    expect(server.requests[0]!.path).toMatch(/^\/nomad\/v1\/job\/web\/scale\?/);
  });

  it.each<[string, JsonAnswer | 'hang' | 'reset', string]>([
    ['the job does not exist', plainText(404, 'job not found'), 'missing'],
    ['the token lacks a permission', plainText(403, 'Permission denied'), 'denied'],
    ['the token does not exist', plainText(403, 'ACL token not found'), 'denied'],
    ['the servers have no leader', plainText(500, 'No cluster leader'), 'failed'],
    ['the agent limits the rate', plainText(429, 'too many'), 'throttled'],
    ['the answer is no status of a job', { body: { hello: 'world' } }, 'malformed'],
    ['the connection breaks', 'reset', 'unreachable'],
    ['the agent hangs', 'hang', 'timeout'],
  ])('fails when %s', async (_name, answer, code) => {
    const { url } = await startJsonServer(() => answer);
    const reading = groupAt(url, {}, answer === 'hang' ? 300 : 10_000).observe(never);
    await expect(reading).rejects.toMatchObject({ name: 'AdapterError', code });
    await expect(reading).rejects.toThrow(/^web: /);
  });

  it('of a group that the job does not have fails', async () => {
    const { url } = await startNomadServer(2);
    const reading = groupAt(url, { group: 'constructor' }).observe(never);
    await expect(reading).rejects.toMatchObject({ code: 'missing' });
    await expect(reading).rejects.toThrow('the job web has no group constructor');
  });
});

describe('a change', () => {
  const forGood = { outcome: 'rejected', final: true };
  const forNow = { outcome: 'rejected', final: false };

  it('sets the count, with the key of the change in the scaling event', async () => {
    const server = await startNomadServer(2);
    expect(await groupAt(server.url, { policyOverride: true }).change(twoToFour, permitted, never)).toEqual({
      outcome: 'accepted',
    });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/job/web/scale?namespace=default',
        body: {
          Count: 4,
          Target: { Job: 'web', Group: 'app' },
          Message: 'Escapement scaled from 2 to 4',
          Meta: { change: 'run-1/1' },
          PolicyOverride: true,
        },
      },
    ]);
    expect(server.group.count).toBe(4);
  });

  it('during a deployment is retried later', async () => {
    const server = await startNomadServer(2);
    server.group.hasActiveDeployment = true;
    expect(await groupAt(server.url).change(twoToFour, permitted, never)).toMatchObject({
      ...forNow,
      retryAfterMs: 5000,
      reason: expect.stringContaining('while a deployment of the job is in progress') as unknown,
    });
    expect(server.group.count).toBe(2);
  });

  it('beyond the scaling block of the group is refused with its limit, and a smaller change may help', async () => {
    const server = await startNomadServer(2);
    server.group.scaling = { min: 2, max: 3 };
    const group = groupAt(server.url);
    const reasonWith = (text: string) => ({ reason: expect.stringContaining(text) as unknown });
    const refused = { ...forGood, lessMayHelp: true };
    expect(await group.change(twoToFour, permitted, never)).toMatchObject({ ...refused, ...reasonWith('max = 3') });
    const inwards = { ...twoToFour, to: 1 };
    expect(await group.change(inwards, permitted, never)).toMatchObject({ ...refused, ...reasonWith('min = 2') });
  });

  it.each<[JsonAnswer | 'hang' | 'reset', object]>([
    [plainText(400, 'task group "app" specified for scaling does not exist in job'), forGood],
    [plainText(400, 'jobs of type "system" can only be scaled between 0 and 1'), { ...forGood, lessMayHelp: true }],
    [plainText(403, 'Permission denied'), forGood],
    [plainText(403, 'Job registration, dispatch, and scale are disabled by the scheduler configuration'), forGood],
    [plainText(404, 'job "web" not found'), forGood],
    [plainText(429, 'too many'), forNow],
    [
      plainText(500, 'total count was greater than configured job_max_count: 60000 > 50000'),
      { ...forGood, lessMayHelp: true, reason: expect.stringContaining('job_max_count = 50000') as unknown },
    ],
    [plainText(500, 'rpc error: No cluster leader'), forNow],
    [plainText(500, 'rpc error: leadership lost while committing log'), { outcome: 'unknown' }],
    [plainText(500, 'rpc error: EOF'), { outcome: 'unknown' }],
    ['reset', { outcome: 'unknown' }],
    ['hang', { outcome: 'unknown' }],
  ])('%j is %j, after one request', async (answer, expected) => {
    const server = await startJsonServer(() => answer);
    const group = groupAt(server.url, {}, answer === 'hang' ? 300 : 10_000);
    expect(await group.change(twoToFour, permitted, never)).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  it('to a closed port, or after its permit has expired, was not sent', async () => {
    const server = await startNomadServer(2);
    expect(await groupAt(server.url).change(twoToFour, { isValid: () => false }, never)).toMatchObject(forNow);
    expect(server.requests).toHaveLength(0);
    await closeJsonServers();
    expect(await groupAt(server.url).change(twoToFour, permitted, never)).toMatchObject(forNow);
  });

  it('has a reason without the token, also if the agent repeats it', async () => {
    const { url } = await startJsonServer(() => ({ status: 500, body: { message: 'the token is secret-id' } }));
    const outcome = await groupAt(url, { token: 'secret-id' }).change(twoToFour, permitted, never);
    expect(outcome).toMatchObject({ reason: expect.stringContaining('[secret]') as unknown });
    expect(JSON.stringify(outcome)).not.toContain('secret-id');
  });
});

it('an address with a user or a password is refused without repeating it', () => {
  const { error } = nomad.settings.safeParse({ group: 'app', address: 'http://me:hunter2@nomad:4646' });
  expect(error?.issues[0]?.message).toContain('set token instead');
  expect(JSON.stringify(error)).not.toContain('hunter2');
});
