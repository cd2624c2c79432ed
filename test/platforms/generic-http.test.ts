/** An API that is only described: what is sent to it, what is read from it, and what its failures mean. */
import { genericHttp } from '../../src/adapters/platforms/generic-http/generic-http.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { closeJsonServers, startJsonServer, type JsonAnswer } from './fixtures/json-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

afterEach(closeJsonServers);

const threeToFive = { from: 3, to: 5, idempotencyKey: 'run-1/1' };
const settingFor = (url: string) => ({
  observe: { url: `${url}/pools/{{resource}}`, capacity: 'pool.size' },
  set: { url: `${url}/pools/{{resource}}/size`, method: 'PUT', body: { size: '{{to}}' } },
});

function describedBy(settings: object, { resource = 'worker', requestTimeoutMs = 10_000 } = {}) {
  return genericHttp.create(genericHttp.settings.parse(settings), { resource, requestTimeoutMs });
}

async function answering(answer: JsonAnswer | 'hang' | 'reset') {
  const server = await startJsonServer(() => answer);
  return { server, platform: describedBy(settingFor(server.url)) };
}

describe('the request of a change', () => {
  it('is the described request with the values of the change in it', async () => {
    const server = await startJsonServer(() => ({}));
    const platform = describedBy(
      {
        ...settingFor(server.url),
        headers: { Authorization: 'Bearer abc' },
        set: {
          url: `${server.url}/pools/{{resource}}?was={{from}}`,
          method: 'PATCH',
          body: { size: '{{to}}', note: 'by {{amount}} to {{ to }}', list: ['{{amount}}', true, null], key: '{{key}}' },
        },
      },
      { resource: 'eu/1' },
    );
    expect(await platform.change(threeToFive, permitted, never)).toEqual({ outcome: 'accepted' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'PATCH',
      path: '/pools/eu%2F1?was=3',
      headers: { authorization: 'Bearer abc', 'content-type': 'application/json', 'idempotency-key': 'run-1/1' },
      body: { size: 5, note: 'by 2 to 5', list: [2, true, null], key: 'run-1/1' },
    });
  });

  it('contains 0 for a target of 0', async () => {
    const { server, platform } = await answering({});
    await platform.change({ ...threeToFive, to: 0 }, permitted, never);
    expect(server.requests[0]!.body).toEqual({ size: 0 });
  });

  it('is not sent when its send permit expired', async () => {
    const { server, platform } = await answering({});
    const outcome = await platform.change(threeToFive, { isValid: () => false }, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    expect(server.requests).toHaveLength(0);
  });
});

describe('a change', () => {
  it.each([
    [{ status: 204 }, { outcome: 'accepted' }],
    [{ status: 404 }, { outcome: 'rejected', final: true }],
    [{ status: 409 }, { outcome: 'rejected', final: false }],
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { outcome: 'rejected', final: false, retryAfterMs: 7000 },
    ],
    [{ status: 503 }, { outcome: 'unknown' }],
    ['reset' as const, { outcome: 'unknown' }],
  ])('with the response %j is %j, after one request', async (answer, expected) => {
    const { server, platform } = await answering(answer);
    expect(await platform.change(threeToFive, permitted, never)).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });
});

describe('an observation', () => {
  const read = async (body: unknown, observe: object = {}) => {
    const server = await startJsonServer(() => ({ body }));
    const settings = settingFor(server.url);
    return describedBy({ ...settings, observe: { ...settings.observe, ...observe } }).observe(never);
  };

  it.each([
    [{ pool: { size: 3 } }, 3],
    [{ pool: { size: '12' } }, 12],
    [{ pool: { size: 0 } }, 0],
  ])('%j has a capacity of %i', async (body, capacity) => {
    expect(await read(body)).toMatchObject({ capacity, status: 'ACTIVE' });
  });

  it.each([{}, { pool: {} }, { pool: { size: -1 } }, { pool: { size: 1.5 } }, { pool: { size: 'many' } }, [], null])(
    '%j has no capacity, and is not taken for zero',
    async (body) => {
      await expect(read(body)).rejects.toMatchObject({ code: 'malformed' });
    },
  );

  const status = { path: 'state', active: ['READY', 'IDLE'], failed: ['BROKEN'] };
  it.each([
    ['READY', 'ACTIVE'],
    ['IDLE', 'ACTIVE'],
    ['BROKEN', 'FAILED'],
    ['WHATEVER', 'STARTING'],
    [undefined, 'STARTING'],
  ])('a state of %s is %s', async (state, expected) => {
    expect(await read({ pool: { size: 3 }, state }, { status })).toMatchObject({ status: expected });
  });

  it('has the time at the path observedAt, where it is set', async () => {
    const body = { pool: { size: 3 }, seen: '2026-01-02T03:04:05Z' };
    expect((await read(body, { observedAt: 'seen' })).observedAtMs).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    await expect(read({ ...body, seen: 'soon' }, { observedAt: 'seen' })).rejects.toThrow('no time at seen');
  });

  it.each(['Bearer hunter2-hunter2', 'hunter2-hunter2'])(
    'a header of %s that an answer repeats is in no message',
    async (authorization) => {
      const body = { error: `no such token: hunter2-hunter2 (${encodeURIComponent(authorization)})` };
      const server = await startJsonServer(() => ({ status: 401, body }));
      const platform = describedBy({ ...settingFor(server.url), headers: { Authorization: authorization } });
      const error = (await platform.observe(never).catch((thrown: unknown) => thrown)) as Error;
      const change = await platform.change(threeToFive, permitted, never);
      expect(error.message).toContain('401: no such token: [secret]');
      expect(error.message + JSON.stringify(change)).not.toContain('hunter2');
    },
  );

  it('no message contains the query, which may have a key', async () => {
    const server = await startJsonServer(() => ({ status: 403 }));
    const settings = settingFor(server.url);
    const observe = { ...settings.observe, url: `${server.url}/pools?key=hunter2` };
    const error = await describedBy({ ...settings, observe })
      .observe(never)
      .catch(String);
    expect(error).toContain(`GET ${server.url}/pools returned 403`);
    expect(error).not.toContain('hunter2');
  });
});

describe('the settings', () => {
  const url = 'http://pools.example';
  const request = { url: `${url}/{{resource}}` };

  it.each([
    ['neither way of changing', { set: undefined }, 'give either `set`, or both `add` and `remove`'],
    ['two ways of changing', { add: request, remove: request }, 'give either `set`, or both `add` and `remove`'],
    ['half a way of changing', { set: undefined, add: request }, 'give either `set`, or both `add` and `remove`'],
    ['a name that there is not', { set: { url: `${url}/{{target}}` } }, '{{target}} is not supported here'],
    [
      'a name in a read that only a change has',
      { observe: { url: `${url}/{{to}}`, capacity: 'a' } },
      '{{to}} is not supported',
    ],
    ['a name in a body that there is not', { set: { ...request, body: { a: ['{{too}}'] } } }, '{{too}}'],
    ['what is no URL', { set: { url: 'pools/{{resource}}' } }, 'must be an http or https URL'],
    ['a password in a URL', { set: { url: 'http://me:hunter2@pools.example' } }, 'set those in headers'],
  ])('with %s is refused', (_name, change, reason) => {
    const parsed = genericHttp.settings.safeParse({ ...settingFor(url), ...change });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(reason);
  });

  it('accept changes at any time with set, and only while active with add and remove', () => {
    expect(genericHttp.takesChanges(settingFor('${POOLS_URL}'))).toBe('shownAtOnce');
    expect(genericHttp.takesChanges({ add: request, remove: request })).toBe('whenActive');
  });
});

it('adds and removes units with an API that cannot set a capacity', async () => {
  const simulator = await startSimulator({ resources: { worker: 3 } });
  const at = `${simulator.url}/resource/{{resource}}/capacity`;
  const platform = describedBy({
    observe: { url: at, capacity: 'currentCapacity', observedAt: 'lastObservedTimestamp' },
    add: { url: `${at}/add`, body: { capacityToBeAdded: '{{amount}}' } },
    remove: { url: `${at}/remove`, body: { capacityToBeRemoved: '{{amount}}' } },
  });
  expect(await platform.change(threeToFive, permitted, never)).toEqual({ outcome: 'accepted' });
  expect(await platform.observe(never)).toMatchObject({ capacity: 5 });
  await platform.change({ ...threeToFive, from: 5, to: 1 }, permitted, never);
  expect(await platform.observe(never)).toMatchObject({ capacity: 1 });
  await simulator.close();
});
