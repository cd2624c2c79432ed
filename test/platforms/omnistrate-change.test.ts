/**
 * What the adapter makes of everything that can happen to a change: against real servers, each change sent at most
 * once.
 */
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:tls';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Socket } from 'node:net';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { closeRawServers, httpAnswer, startRawServer } from './fixtures/raw-server.js';
import { addOne, changeAt, never, permitted, sidecarAt } from './fixtures/sidecar-client.js';

/** For what must run out; what must not has ten seconds. */
const shortMs = 1000;

afterEach(closeRawServers);

describe('the request of a change', () => {
  const ok = (socket: Socket) => socket.end(httpAnswer(200, '{}'));

  it('adds the difference to the named resource, with the idempotency key', async () => {
    const server = await startRawServer(ok);
    await sidecarAt(server.url, { resource: 'wörker/1' }).change({ ...addOne, to: 5 }, permitted, never);
    expect(server.requests).toHaveLength(1);
    const [head = '', body] = server.requests[0]!.split('\r\n\r\n');
    expect(head).toMatch(/^POST \/resource\/w%C3%B6rker%2F1\/capacity\/add HTTP\/1\.1\r\n/);
    expect(head).toMatch(/^content-type: application\/json$/im);
    expect(head).toMatch(/^idempotency-key: run-1\/1$/im);
    expect(JSON.parse(body!)).toEqual({ capacityToBeAdded: 2 });
  });

  it('removes the difference when the target is below the capacity', async () => {
    const server = await startRawServer(ok);
    await sidecarAt(server.url).change({ ...addOne, to: 0 }, permitted, never);
    expect(server.requests[0]).toMatch(/^POST \/resource\/worker\/capacity\/remove /);
    expect(server.requests[0]).toMatch(/\{"capacityToBeRemoved":3\}$/);
  });

  it('keeps the path of platform.url', async () => {
    const server = await startRawServer(ok);
    await changeAt(`${server.url}/sidecars/eu/`);
    expect(server.requests[0]).toMatch(/^POST \/sidecars\/eu\/resource\/worker\/capacity\/add /);
  });
});

describe('a status has the meaning that HTTP gives it', () => {
  const accepted = { outcome: 'accepted' };
  const refusedForGood = { outcome: 'rejected', final: true };
  const refusedForNow = { outcome: 'rejected', final: false };
  const perhapsMade = { outcome: 'unknown' };

  it.each([
    [200, accepted],
    [201, accepted],
    [202, accepted],
    [204, accepted],
    [301, refusedForGood],
    [302, refusedForGood],
    [307, refusedForGood],
    [308, refusedForGood],
    [400, refusedForGood],
    [401, refusedForGood],
    [403, refusedForGood],
    [404, refusedForGood],
    [405, refusedForGood],
    [410, refusedForGood],
    [413, refusedForGood],
    [415, refusedForGood],
    [422, refusedForGood],
    [408, refusedForNow],
    [409, refusedForNow],
    [425, refusedForNow],
    [429, refusedForNow],
    [303, perhapsMade],
    [500, perhapsMade],
    [501, perhapsMade],
    [502, perhapsMade],
    [503, perhapsMade],
    [504, perhapsMade],
  ])('%i: %j', async (status, expected) => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(status)));
    const outcome = await changeAt(server.url);
    expect(outcome).toMatchObject(expected);
    if (outcome.outcome !== 'accepted') expect(outcome.reason).toContain(`${status}`);
    expect(server.requests).toHaveLength(1);
  });

  it('reports the error text of the sidecar', async () => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(422, '{"error":\n "too many"}')));
    expect(await changeAt(server.url)).toMatchObject({
      reason: `POST ${server.url}/resource/worker/capacity/add returned 422: too many`,
    });
  });

  it.each(['not JSON', '{}', '[1]', JSON.stringify({ instanceId: 7 }), 'x'.repeat(1_000_000)])(
    'a whole 200 is accepted even when its body makes no sense, for its server said so (%#)',
    async (body) => {
      const server = await startRawServer((socket) => socket.end(httpAnswer(200, body)));
      expect(await changeAt(server.url)).toEqual({ outcome: 'accepted' });
      expect(server.requests).toHaveLength(1);
    },
  );

  it('does not follow a redirect, and reports its server but not the secrets in it', async () => {
    const elsewhere = await startRawServer((socket) => socket.end(httpAnswer(200, '{}')));
    const location = `http://user:hunter2@127.0.0.1:${elsewhere.port}/hunter2?token=hunter2`;
    const server = await startRawServer((socket) => socket.end(httpAnswer(307, '', { Location: location })));
    const outcome = await changeAt(server.url);
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      final: true,
      reason: expect.stringContaining(`a redirect to ${elsewhere.url}`) as unknown,
    });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(elsewhere.connections()).toBe(0);
  });
});

describe('Retry-After', () => {
  const inTwoMinutes = () => new Date(Date.now() + 120_000).toUTCString();
  const aMinuteAgo = () => new Date(Date.now() - 60_000).toUTCString();

  it.each([
    ['seconds', '7', [7000, 7000]],
    ['a date', inTwoMinutes, [60_000, 120_000]],
    ['longer than anybody waits', '1000000000', [300_000, 300_000]],
    ['no number that a double can hold', '9'.repeat(400), [300_000, 300_000]],
    ['a date in a century', 'Fri, 01 Jan 2126 00:00:00 GMT', [300_000, 300_000]],
  ] as const)('is waited for when it is %s, within reason', async (_name, value, [least, most]) => {
    const header = typeof value === 'string' ? value : value();
    const server = await startRawServer((socket) => socket.end(httpAnswer(429, '', { 'Retry-After': header })));
    const outcome = await changeAt(server.url);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: false });
    const { retryAfterMs } = outcome as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });

  it.each(['0', '-3', '1e3', '1.5', 'soon', 'in 7 bananas', '', 'Fri, 99 Foo 2126 00:00:00 GMT', aMinuteAgo()])(
    'is no advice when it is "%s"',
    async (header) => {
      const server = await startRawServer((socket) => socket.end(httpAnswer(429, '', { 'Retry-After': header })));
      expect(await changeAt(server.url)).not.toHaveProperty('retryAfterMs');
    },
  );

  it('is ignored when a retry cannot succeed', async () => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(503, '', { 'Retry-After': '7' })));
    expect(await changeAt(server.url)).not.toHaveProperty('retryAfterMs');
  });
});

describe('a change that was certainly not sent is rejected, and may be retried', () => {
  const notSent = { outcome: 'rejected', final: false, reason: expect.stringContaining('was not sent') as unknown };

  it('the port is closed', async () => {
    const { url } = await startRawServer();
    await closeRawServers();
    expect(await changeAt(url)).toMatchObject(notSent);
  });

  it('the name is unknown', async () => {
    expect(await changeAt('http://no-such-host.invalid:49750')).toMatchObject(notSent);
  });

  it('the TLS handshake fails', async () => {
    // A server without a certificate has nothing to shake hands with.
    const server = createTlsServer({}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await changeAt(`https://127.0.0.1:${port}`)).toMatchObject(notSent);
    server.close();
  });

  it('the server does not use TLS', async () => {
    const server = await startRawServer();
    const url = server.url.replace('http:', 'https:');
    expect(await changeAt(url, shortMs)).toMatchObject(notSent);
    expect(server.bytes()).toBeGreaterThan(0); // the handshake, and nothing else
    expect(server.requests).toEqual([]);
  });

  it('the caller canceled before it began', async () => {
    const server = await startRawServer();
    expect(await sidecarAt(server.url).change(addOne, permitted, AbortSignal.abort())).toMatchObject(notSent);
    expect(server.bytes()).toBe(0);
  });

  it('the caller canceled while connecting', async () => {
    const stop = new AbortController();
    const server = await startRawServer();
    const outcome = sidecarAt(server.url.replace('http:', 'https:')).change(addOne, permitted, stop.signal);
    await until(() => server.bytes() > 0);
    stop.abort();
    expect(await outcome).toMatchObject(notSent);
    expect(server.requests).toEqual([]);
  });

  it('the send permit expired while connecting', async () => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(200, '{}')));
    expect(await sidecarAt(server.url).change(addOne, { isValid: () => false }, never)).toMatchObject(notSent);
    await until(() => server.connections() === 1);
    expect(server.bytes()).toBe(0);
  });

  it('the send permit expired after connecting, while the HTTP client prepared the request', async () => {
    const server = await startRawServer((socket) => socket.end(httpAnswer(200, '{}')));
    let isExpired = false;
    const expire = () => {
      isExpired = true;
    };
    subscribe('undici:client:sendHeaders', expire);
    try {
      expect(await sidecarAt(server.url).change(addOne, { isValid: () => !isExpired }, never)).toMatchObject(notSent);
    } finally {
      unsubscribe('undici:client:sendHeaders', expire);
    }
    expect(isExpired).toBe(true);
    expect(server.bytes()).toBe(0);
  });
});

describe('a change that was sent and has no complete response is unknown, and is not sent again', () => {
  const half = (socket: Socket) => socket.write(httpAnswer(200, '{"instanceId":"i-1"}').slice(0, -10));

  it.each<[string, (socket: Socket) => void]>([
    ['the connection is reset', (socket) => socket.resetAndDestroy()],
    ['the connection is closed', (socket) => socket.end()],
    ['the headers are cut off', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    ['the body is cut off', (socket) => (half(socket), socket.end())],
    ['the body is cut off by a reset', (socket) => (half(socket), setImmediate(() => socket.resetAndDestroy()))],
    ['the answer is not HTTP', (socket) => socket.end('220 smtp.example.org ESMTP\r\n')],
    ['the headers are endless', (socket) => socket.end(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)],
    [
      'another protocol is offered',
      (socket) => socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
  ])('%s', async (_name, reply) => {
    const server = await startRawServer(reply);
    expect(await changeAt(server.url)).toMatchObject({ outcome: 'unknown' });
    expect(server.requests).toHaveLength(1);
    expect(server.connections()).toBe(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['nothing', () => undefined],
    ['the headers and never the body', (socket) => socket.write(httpAnswer(200, 'x').slice(0, -1))],
    [
      'headers, then a body that trickles',
      (socket) => {
        socket.write(httpAnswer(200, 'x'.repeat(10_000)).slice(0, -9_000));
        const trickle = setInterval(() => socket.write(' '), 50);
        socket.on('close', () => clearInterval(trickle));
      },
    ],
  ])('the request timeout covers the whole response: %s arrives', async (_name, reply) => {
    const server = await startRawServer((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      reply(socket);
    });
    const startedAtMs = Date.now();
    expect(await changeAt(server.url, shortMs)).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining(`within ${shortMs} ms`) as unknown,
    });
    // Far below the timeout of any caller.
    expect(Date.now() - startedAtMs).toBeLessThan(10_000);
    expect(server.requests).toHaveLength(1);
  });

  it('the caller canceled after it was sent', async () => {
    const stop = new AbortController();
    const server = await startRawServer(() => stop.abort());
    expect(await sidecarAt(server.url).change(addOne, permitted, stop.signal)).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('stopped') as unknown,
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a change never uses an idle connection', () => {
  it('a server that closes kept-alive connections receives every change once, on a new connection', async () => {
    const server = await startRawServer((socket) => {
      socket.write(httpAnswer(200, '{}', { Connection: 'keep-alive', 'Keep-Alive': 'timeout=60' }));
      setImmediate(() => socket.destroy());
    });
    const sidecar = sidecarAt(server.url);
    for (let count = 1; count <= 20; count++) {
      expect(await sidecar.change(addOne, permitted, never)).toEqual({ outcome: 'accepted' });
      expect(server.requests).toHaveLength(count);
      expect(server.connections()).toBe(count);
    }
  });
});

describe('against the simulated sidecar', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ resources: { worker: 3 } });
  });
  afterEach(() => simulator.close());

  const received = () => simulator.log.calls().length;
  const capacity = () => simulator.resources.get('worker')!.at(Date.now()).capacity;

  it('an add that is applied before the connection is reset is unknown, was received once, and is observed', async () => {
    simulator.faults.set({ faults: [{ type: 'drop', on: 'change', appliesAfterMs: 0 }] });
    expect(await changeAt(simulator.url)).toMatchObject({ outcome: 'unknown' });
    expect(received()).toBe(1);
    expect(capacity()).toBe(4);
  });

  it('an add that is lost on the network is unknown too', async () => {
    simulator.faults.set({ faults: [{ type: 'drop', on: 'change' }] });
    expect(await changeAt(simulator.url)).toMatchObject({ outcome: 'unknown' });
    expect(received()).toBe(1);
    expect(capacity()).toBe(3);
  });

  it('a successful add is accepted, and its key is in the log', async () => {
    expect(await changeAt(simulator.url)).toEqual({ outcome: 'accepted' });
    expect(capacity()).toBe(4);
    expect(simulator.log.calls()).toMatchObject([{ idempotencyKey: 'run-1/1' }]);
  });

  it('an unknown resource is a final rejection', async () => {
    const outcome = await sidecarAt(simulator.url, { resource: 'wroker' }).change(addOne, permitted, never);
    expect(outcome).toMatchObject({ outcome: 'rejected', final: true });
  });

  it('a sidecar that is unreachable, and then reachable again', async () => {
    await simulator.goDown();
    expect(await changeAt(simulator.url)).toMatchObject({ outcome: 'rejected', final: false });
    await simulator.comeBack();
    expect(await changeAt(simulator.url)).toEqual({ outcome: 'accepted' });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
