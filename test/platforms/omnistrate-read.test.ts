/** What the adapter makes of everything that a read can be answered. */
import type { Observation } from '../../src/domain/scale/capacity.js';
import { omnistrate } from '../../src/adapters/platforms/omnistrate.js';
import { AdapterError } from '../../src/adapters/net/errors.js';
import { startSimulator } from '../../src/simulator/simulator.js';
import { closeRawServers, httpAnswer, startRawServer } from './fixtures/raw-server.js';
import { never, sidecarAt } from './fixtures/sidecar-client.js';

afterEach(closeRawServers);

const wholeAnswer = {
  instanceId: 'instance-abc',
  resourceId: 'r-1',
  resourceAlias: 'worker',
  status: 'ACTIVE',
  currentCapacity: 5,
  lastObservedTimestamp: '2026-11-05T12:34:56.789Z',
};

async function readOf(body: unknown): Promise<Observation> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const server = await startRawServer((socket) => socket.end(httpAnswer(200, text)));
  return sidecarAt(server.url).observe(never);
}

async function failureOf(reading: Promise<unknown>): Promise<AdapterError> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AdapterError);
  return error as AdapterError;
}

describe('a valid response', () => {
  it('is an observation with the names of the resource', async () => {
    expect(await readOf(wholeAnswer)).toEqual({
      capacity: 5,
      status: 'ACTIVE',
      observedAtMs: Date.UTC(2026, 10, 5, 12, 34, 56, 789),
      details: { instanceId: 'instance-abc', resourceId: 'r-1', resourceAlias: 'worker' },
    });
  });

  it.each(['STARTING', 'PAUSED', 'FAILED', 'UNKNOWN'])('may have status %s and capacity 0', async (status) => {
    expect(await readOf({ ...wholeAnswer, status, currentCapacity: 0 })).toMatchObject({ status, capacity: 0 });
  });

  it.each([
    ['2026-11-05T12:34:56Z', Date.UTC(2026, 10, 5, 12, 34, 56)],
    ['2026-11-05T12:34:56.123456789Z', Date.UTC(2026, 10, 5, 12, 34, 56, 123)],
    ['2026-11-05T14:34:56.5+02:00', Date.UTC(2026, 10, 5, 12, 34, 56, 500)],
  ])('may have a time such as %s', async (lastObservedTimestamp, observedAtMs) => {
    expect(await readOf({ ...wholeAnswer, lastObservedTimestamp })).toMatchObject({ observedAtMs });
  });

  it('may have unknown fields, and no optional names', async () => {
    const { status, currentCapacity, lastObservedTimestamp } = wholeAnswer;
    const observation = await readOf({ status, currentCapacity, lastObservedTimestamp, region: 'eu' });
    expect(observation).toMatchObject({ capacity: 5, details: {} });
  });
});

describe('an invalid response is an error that names the problem, never a number', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['not JSON', '<html>Welcome</html>', 'of 20 characters; not JSON)'],
    ['nothing', '', 'not a capacity'],
    ['null', 'null', 'null'],
    ['a list', '[]', 'not a capacity'],
    ['half of it', JSON.stringify(wholeAnswer).slice(0, 60), 'not a capacity'],
    ['a capacity in words', { ...wholeAnswer, currentCapacity: '5' }, 'currentCapacity'],
    ['half a unit', { ...wholeAnswer, currentCapacity: 1.5 }, 'currentCapacity'],
    ['less than none', { ...wholeAnswer, currentCapacity: -1 }, 'currentCapacity'],
    ['more than can be counted', { ...wholeAnswer, currentCapacity: 1e300 }, 'currentCapacity'],
    ['no capacity', { ...wholeAnswer, currentCapacity: undefined }, 'currentCapacity'],
    ['a status that nobody knows', { ...wholeAnswer, status: 'DANCING' }, 'status'],
    ['a time in words', { ...wholeAnswer, lastObservedTimestamp: 'yesterday' }, 'lastObservedTimestamp'],
    ['no time', { ...wholeAnswer, lastObservedTimestamp: undefined }, 'lastObservedTimestamp'],
    ['1 MB', 'x'.repeat(1_000_000), 'larger than 65536 bytes'],
  ])('%s', async (_name, body, mention) => {
    const error = await failureOf(readOf(body));
    expect(error.code).toBe('malformed');
    expect(error.message).toMatch(/^worker: GET http:\/\/127\.0\.0\.1:\d+\/resource\/worker\/capacity /);
    expect(error.message).toMatch(mention);
    expect(error.message).toContain('platform.url');
    expect(error.message.length).toBeLessThan(800);
  });
});

describe('the status of a refused read determines the error code', () => {
  it.each([
    [400, 'failed'],
    [401, 'denied'],
    [403, 'denied'],
    [404, 'missing'],
    [429, 'throttled'],
    [204, 'failed'],
    [500, 'failed'],
    [502, 'failed'],
    [503, 'failed'],
    [504, 'failed'],
  ])('%i: %s', async (status, code) => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(status)));
    const error = await failureOf(sidecarAt(server.url).observe(never));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`worker: GET ${server.url}/resource/worker/capacity returned ${status}`);
    expect(server.requests).toHaveLength(1);
  });

  it.each([429, 503])('%i may have Retry-After', async (status) => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(status, '', { 'Retry-After': '7' })));
    expect((await failureOf(sidecarAt(server.url).observe(never))).retryAfterMs).toBe(7000);
  });

  it.each([
    ['https://user:hunter2@gate.example/hunter2?token=hunter2', 'https://gate.example'],
    ['/hunter2?token=hunter2', 'another path on the same server'],
    ['http://[hunter2', 'an invalid URL'],
  ])('a redirect to %s is not followed', async (location, shown) => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(302, '', { Location: location })));
    const error = await failureOf(sidecarAt(server.url).observe(never));
    expect(error.code).toBe('failed');
    expect(error.message).toContain(`a redirect to ${shown}.`);
    expect(error.message).not.toContain('hunter2');
  });
});

describe('a read without a response', () => {
  it('a closed port: the error has the address and what to check', async () => {
    const { url } = await startRawServer();
    await closeRawServers();
    const error = await failureOf(sidecarAt(url).observe(never));
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain(`worker: GET ${url}/resource/worker/capacity was not sent (connect ECONNREFUSED`);
    expect(error.message).toContain('OMNISTRATE_SIDECAR_URL');
  });

  it.each(['hang', 'stall'] as const)('a sidecar that does %s fails at the timeout', async (type) => {
    const simulator = await startSimulator({ resources: { worker: 3 } });
    simulator.faults.set({ faults: [{ type, on: 'read' }] });
    const error = await failureOf(sidecarAt(simulator.url, { requestTimeoutMs: 300 }).observe(never));
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('within 300 ms') as unknown });
    await simulator.close();
  });

  it.each(['drop', 'cutOff'] as const)('a sidecar that does %s is unreachable', async (type) => {
    const simulator = await startSimulator({ resources: { worker: 3 } });
    simulator.faults.set({ faults: [{ type, on: 'read' }] });
    expect(await failureOf(sidecarAt(simulator.url).observe(never))).toMatchObject({ code: 'unreachable' });
    expect(simulator.log.calls()).toHaveLength(1);
    await simulator.close();
  });

  it('the caller canceled: the error says that the resource has no error', async () => {
    const stop = new AbortController();
    const server = await startRawServer(() => stop.abort());
    const error = await failureOf(sidecarAt(server.url).observe(stop.signal));
    expect(error.message).toContain(
      'no response was received (stopped before there was a complete response). This is not',
    );
  });
});

describe('settings', () => {
  it('default to the address of the sidecar', () => {
    expect(omnistrate.settings.parse({})).toEqual({ url: 'http://127.0.0.1:49750' });
  });

  it.each(['127.0.0.1:49750', 'ftp://127.0.0.1', 'sidecar', ''])('refuse "%s" as a URL', (url) => {
    const { error } = omnistrate.settings.safeParse({ url });
    expect(error?.issues[0]?.message).toContain('http or https URL');
  });

  it('refuse credentials, and do not repeat them', () => {
    const { error } = omnistrate.settings.safeParse({ url: 'http://user:hunter2@127.0.0.1:49750' });
    expect(error?.issues[0]?.message).toContain('must not contain a user or a password');
    expect(error?.message).not.toContain('hunter2');
  });

  it('may set the name of the resource on Omnistrate', async () => {
    const simulator = await startSimulator({ resources: { worker: 3 } });
    const settings = omnistrate.settings.parse({ url: simulator.url, alias: 'worker' });
    const platform = omnistrate.create(settings, { resource: 'eu-worker', requestTimeoutMs: 10_000 });
    expect(await platform.observe(never)).toMatchObject({ capacity: 3 });
    await simulator.close();
  });

  it('are described, one by one', () => {
    for (const field of Object.values(omnistrate.settings.shape)) expect(field.description).toEqual(expect.any(String));
  });
});
