/** The simulated sidecar over real HTTP, as the sidecar's clients and a person with curl meet it. */
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.js';

let simulator: Simulator;
/** The simulator's clock, which stands still unless a test moves it. */
let nowMs: number;

async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
  simulator = await startSimulator({ resources: { worker: 3 }, now: () => nowMs, ...options });
}

beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1);
});
afterEach(() => simulator.close());

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(simulator.url + path, {
    method,
    redirect: 'manual',
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, body: answer === '' ? undefined : parse(answer) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const read = () => call('GET', '/resource/worker/capacity');
const add = (units = 1) => call('POST', '/resource/worker/capacity/add', { capacityToBeAdded: units });
const remove = (units = 1) => call('POST', '/resource/worker/capacity/remove', { capacityToBeRemoved: units });
const plan = (...faults: unknown[]) => call('PUT', '/faults', { faults });
const truth = async () => (await call('GET', '/truth')).body as Record<string, { capacity: number; cause: string }[]>;

describe("the sidecar's API", () => {
  it('returns the capacity, the status and the time of both', async () => {
    await start();
    expect(await read()).toMatchObject({
      status: 200,
      body: {
        instanceId: 'instance-simulated',
        resourceId: 'r-worker',
        resourceAlias: 'worker',
        status: 'ACTIVE',
        currentCapacity: 3,
        lastObservedTimestamp: '2026-01-01T00:00:00.000Z',
      },
    });
  });

  it('accepts changes, which take effect after the start time', async () => {
    await start({ startTimeMs: 5000 });
    expect(await add(2)).toMatchObject({ status: 200, body: { resourceAlias: 'worker' } });
    expect(await read()).toMatchObject({ body: { currentCapacity: 3, status: 'STARTING' } });
    nowMs += 5000;
    expect(await read()).toMatchObject({ body: { currentCapacity: 5, status: 'ACTIVE' } });
    expect(await remove()).toMatchObject({ status: 200 });
    nowMs += 5000;
    expect(await read()).toMatchObject({ body: { currentCapacity: 4, status: 'ACTIVE' } });
  });

  it('can return an earlier state with its time', async () => {
    await start({ readLagMs: 2000 });
    await add();
    nowMs += 1999;
    expect(await read()).toMatchObject({
      body: { currentCapacity: 3, lastObservedTimestamp: '2025-12-31T23:59:59.999Z' },
    });
    nowMs += 1;
    expect(await read()).toMatchObject({
      body: { currentCapacity: 4, lastObservedTimestamp: '2026-01-01T00:00:00.000Z' },
    });
  });

  it('returns 404 for an unknown resource', async () => {
    await start({ resources: { worker: 1, 'a b': 2 } });
    expect(await call('GET', '/resource/wroker/capacity')).toMatchObject({
      status: 404,
      body: { error: 'resource "wroker" does not exist; resources: worker, a b' },
    });
    expect(await call('GET', '/resource/a%20b/capacity')).toMatchObject({ body: { currentCapacity: 2 } });
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404 });
    expect(await call('GET', '/resource/%zz/capacity')).toMatchObject({ status: 400 });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no JSON', '{"capacityToBeAdded": '],
    ['another field', { capacityToBeRemoved: 1 }],
    ['a word', { capacityToBeAdded: 'one' }],
    ['zero', { capacityToBeAdded: 0 }],
    ['less than zero', { capacityToBeAdded: -1 }],
    ['half a unit', { capacityToBeAdded: 0.5 }],
    ['no object', []],
  ])('refuses to add %s', async (_name, body) => {
    await start();
    expect(await call('POST', '/resource/worker/capacity/add', body)).toMatchObject({
      status: 400,
      body: { error: expect.any(String) as unknown },
    });
    expect((await truth())['worker']).toHaveLength(1);
  });

  it('refuses to remove more units than exist', async () => {
    await start();
    expect(await remove(4)).toMatchObject({ status: 400 });
    expect(await read()).toMatchObject({ body: { currentCapacity: 3 } });
  });

  it('applies a repeated change again: an idempotency key is logged and has no effect', async () => {
    await start();
    const request = {
      method: 'POST',
      headers: { 'Idempotency-Key': 'run-1/1' },
      body: JSON.stringify({ capacityToBeAdded: 1 }),
    };
    await fetch(`${simulator.url}/resource/worker/capacity/add`, request);
    await fetch(`${simulator.url}/resource/worker/capacity/add`, request);
    expect(await read()).toMatchObject({ body: { currentCapacity: 5 } });
    expect(simulator.log.calls().filter(({ idempotencyKey }) => idempotencyKey === 'run-1/1')).toHaveLength(2);
  });
});

describe('faults of a change', () => {
  it.each<[string, object, unknown]>([
    ['refused', { type: 'reject', status: 500 }, 500],
    ['refused temporarily', { type: 'reject', status: 429, retryAfter: '7' }, 429],
    ['reset', { type: 'drop' }, 'no answer'],
    ['cut off', { type: 'cutOff' }, 'no answer'],
    ['answered with an invalid body', { type: 'malformed', body: 'notJson' }, 200],
    ['redirected', { type: 'redirect', location: '/elsewhere' }, 307],
  ])('%s: without effect, with effect at once, or with a late effect', async (_name, fault, answered) => {
    await start();
    const outcome = () =>
      add().then(
        ({ status }) => status,
        () => 'no answer',
      );
    const capacity = () => simulator.resources.get('worker')!.at(nowMs).capacity;

    await plan({ ...fault, on: 'change' });
    expect(await outcome()).toBe(answered);
    nowMs += 60_000;
    expect(capacity()).toBe(3);

    await plan({ ...fault, on: 'change', appliesAfterMs: 0 });
    expect(await outcome()).toBe(answered);
    expect(capacity()).toBe(4);

    await plan({ ...fault, on: 'change', appliesAfterMs: 5000 });
    expect(await outcome()).toBe(answered);
    nowMs += 4999;
    expect(capacity()).toBe(4);
    nowMs += 1;
    expect(capacity()).toBe(5);
  });

  it.each(['hang', 'stall'])('%s: the response is never complete, and the change is applied', async (type) => {
    await start();
    await plan({ type, on: 'change', appliesAfterMs: 0 });
    const stop = new AbortController();
    const answer = fetch(`${simulator.url}/resource/worker/capacity/add`, {
      method: 'POST',
      body: JSON.stringify({ capacityToBeAdded: 1 }),
      signal: stop.signal,
    }).then((response) => response.text());
    const ended = answer.then(
      () => 'answered',
      () => 'not answered',
    );
    while (simulator.resources.get('worker')!.at(nowMs).capacity !== 4) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort();
    expect(await ended).toBe('not answered');
  });

  it('Retry-After has the value of the fault', async () => {
    await start();
    await plan({ type: 'reject', on: 'change', status: 429, retryAfter: 'soon' });
    expect((await add()).headers.get('Retry-After')).toBe('soon');
  });

  it('slow: the change takes effect with the response', async () => {
    await start();
    await plan({ type: 'slow', on: 'change', delayMs: 50 });
    const startedAtMs = performance.now();
    expect(await add()).toMatchObject({ status: 200 });
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(45);
    expect(simulator.log.calls().at(-1)?.applied).toEqual({ resource: 'worker', units: 1, atMs: nowMs + 50 });
  });
});

describe('faults of a read', () => {
  it('an older capacity with its older time, and the right capacity with an older time', async () => {
    await start();
    nowMs += 60_000;
    await add();
    await plan({ type: 'staleReading', ageMs: 30_000 }, { type: 'staleTimestamp', ageMs: 30_000 });
    const older = '2026-01-01T00:00:30.000Z';
    expect(await read()).toMatchObject({ body: { currentCapacity: 3, lastObservedTimestamp: older } });
    expect(await read()).toMatchObject({ body: { currentCapacity: 4, lastObservedTimestamp: older } });
    expect(await read()).toMatchObject({
      body: { currentCapacity: 4, lastObservedTimestamp: '2026-01-01T00:01:00.000Z' },
    });
  });

  it('a status for one read', async () => {
    await start();
    await plan({ type: 'status', status: 'UNKNOWN' });
    expect(await read()).toMatchObject({ body: { status: 'UNKNOWN' } });
    expect(await read()).toMatchObject({ body: { status: 'ACTIVE' } });
  });

  it.each([
    ['notJson', expect.stringContaining('<html>')],
    ['wrongTypes', expect.objectContaining({ currentCapacity: 'three' })],
    ['negativeCapacity', expect.objectContaining({ currentCapacity: -1 })],
    ['missingFields', {}],
    ['huge', expect.stringMatching(/^x{1000000}$/)],
  ])('an invalid body: %s', async (body, expected) => {
    await start();
    await plan({ type: 'malformed', on: 'read', body });
    expect(await read()).toMatchObject({ status: 200, body: expected as unknown });
  });
});

describe("the simulator's own paths", () => {
  it('another writer changes the capacity at once, and can set a status', async () => {
    await start({ startTimeMs: 60_000 });
    expect(await call('PUT', '/resource/worker/capacity', { capacity: 9 })).toMatchObject({ body: { capacity: 9 } });
    await call('PUT', '/resource/worker/status', { status: 'PAUSED' });
    expect(await read()).toMatchObject({ body: { currentCapacity: 9, status: 'PAUSED' } });
    await call('PUT', '/resource/worker/status', { status: null });
    expect(await read()).toMatchObject({ body: { status: 'ACTIVE' } });
  });

  it('return the history of the capacity and the effect of every call', async () => {
    await start();
    await plan({ type: 'drop', on: 'change', appliesAfterMs: 0 });
    await add(2).catch(() => undefined);
    await call('GET', '/resource/wroker/capacity');
    expect((await truth())['worker']).toEqual([
      { atMs: nowMs, capacity: 3, cause: 'start' },
      { atMs: nowMs, capacity: 5, cause: 'add 2 (call 1)' },
    ]);
    expect((await call('GET', '/log')).body).toEqual({
      calls: [
        {
          call: 1,
          atMs: nowMs,
          method: 'POST',
          path: '/resource/worker/capacity/add',
          body: '{"capacityToBeAdded":2}',
          fault: 'drop',
          applied: { resource: 'worker', units: 2, atMs: nowMs },
          answered: 'connection reset',
        },
        { call: 2, atMs: nowMs, method: 'GET', path: '/resource/wroker/capacity', body: '', answered: '404' },
      ],
    });
  });

  it('return the remaining faults, and delete them', async () => {
    await start();
    await plan({ type: 'drop', on: 'read', times: 2 });
    await read().catch(() => undefined);
    expect(await call('GET', '/faults')).toMatchObject({ body: { faults: [{ type: 'drop', times: 1 }] } });
    expect(await call('DELETE', '/faults')).toMatchObject({ status: 204 });
    expect(await read()).toMatchObject({ status: 200 });
  });

  it.each<[string, string, unknown, string]>([
    ['/faults', 'a fault that there is not', { faults: [{ type: 'explode' }] }, 'faults[0].type'],
    ['/faults', 'a fault without its occasion', { faults: [{ type: 'drop' }] }, 'faults[0].on'],
    ['/faults', 'a misspelt field', { faults: [{ type: 'drop', on: 'read', tmies: 2 }] }, 'tmies'],
    ['/faults', 'a chance of more than one', { faults: [{ type: 'drop', on: 'any', probability: 2 }] }, 'probability'],
    ['/resource/worker/status', 'a status that there is not', { status: 'DANCING' }, 'status'],
    ['/resource/worker/capacity', 'less than nothing', { capacity: -1 }, 'capacity'],
    ['/down', 'no time', {}, 'forMs'],
  ])('%s refuses %s, and names the problem', async (path, _name, body, mention) => {
    await start();
    expect(await call('PUT', path, body)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(mention) as unknown },
    });
  });

  it('stop the API for a time, after which it is available at the same address', async () => {
    await start();
    expect(await call('PUT', '/down', { forMs: 1000 })).toMatchObject({ status: 202 });
    while (await isUp());
    while (!(await isUp()));
    expect(await read()).toMatchObject({ body: { currentCapacity: 3 } });
  });

  const isUp = () =>
    read().then(
      () => true,
      () => false,
    );
});
