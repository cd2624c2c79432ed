/** Reads share connections, and nobody notices when a server closes one; a change never takes part. */
import type { Socket } from 'node:net';
import { eventually } from '../support/eventually.js';
import type { HttpResult } from '../../src/adapters/net/http/request.js';
import { sendOnce } from '../../src/adapters/net/http/send-once.js';
import { PooledReads } from '../../src/adapters/net/http/pooled-reads.js';
import { closeRawServers, httpAnswer, startRawServer, type RawServer } from './fixtures/raw-server.js';
import { never, permitted } from './fixtures/sidecar-client.js';

const opened: PooledReads[] = [];
afterEach(async () => {
  opened.splice(0).forEach((reads) => reads.close());
  await closeRawServers();
});

function pooled(): PooledReads {
  const reads = new PooledReads();
  opened.push(reads);
  return reads;
}

const requestTo = (server: RawServer, timeoutMs = 10_000) =>
  ({ method: 'GET', url: new URL('/capacity', server.url), headers: {}, timeoutMs }) as const;
const read = (reads: PooledReads, server: RawServer) => reads.read(requestTo(server), never);
const texts = (results: readonly HttpResult[]) =>
  results.map((result) => (result.kind === 'answered' && 'text' in result.body ? result.body.text : result));
const answering = () => startRawServer((socket) => socket.write(httpAnswer(200, 'ok')));

/** Keeps its connections, so that the test can end them. */
async function keeping(reply: (socket: Socket, request: number) => void) {
  const sockets: Socket[] = [];
  let requests = 0;
  const server = await startRawServer((socket) => {
    if (!sockets.includes(socket)) sockets.push(socket);
    reply(socket, ++requests);
  });
  return { server, sockets };
}

it('a hundred sequential reads use one connection', async () => {
  const server = await answering();
  const reads = pooled();
  for (let look = 0; look < 100; look += 1) expect(texts([await read(reads, server)])).toEqual(['ok']);
  expect(server.connections()).toBe(1);
});

it('adapters that read from one server share its connections', async () => {
  const server = await answering();
  for (let adapter = 0; adapter < 10; adapter += 1) await read(pooled(), server);
  expect(server.connections()).toBe(1);
});

it('adapters with another client certificate or another authority share no connection', async () => {
  const server = await answering();
  const reads = pooled();
  for (const tls of [{ ca: 'one' }, { ca: 'two' }]) await reads.read({ ...requestTo(server), tls }, never);
  expect(server.connections()).toBe(2);
});

it('reads at the same time do not wait for each other', async () => {
  const waiting: Socket[] = [];
  const server = await startRawServer((socket) => waiting.push(socket));
  const reads = pooled();
  const all = Promise.all([1, 2, 3].map(() => read(reads, server)));
  await eventually('all three were asked', () => waiting.length === 3);
  waiting.forEach((socket) => socket.write(httpAnswer(200, 'ok')));
  expect(texts(await all)).toEqual(['ok', 'ok', 'ok']);
});

it.each([
  ['closed', (socket: Socket) => socket.end()],
  ['reset', (socket: Socket) => socket.resetAndDestroy()],
])('a kept connection that is %s during the request is replaced, and the read succeeds', async (_how, close) => {
  const { server } = await keeping((socket, request) => {
    if (request === 2) close(socket);
    else socket.write(httpAnswer(200, 'ok'));
  });
  const reads = pooled();
  expect(texts([await read(reads, server), await read(reads, server)])).toEqual(['ok', 'ok']);
  expect(server.requests).toHaveLength(3);
  expect(server.connections()).toBe(2);
});

it('a connection that the server closed while it was idle is not used again', async () => {
  const { server, sockets } = await keeping((socket) => socket.write(httpAnswer(200, 'ok')));
  const reads = pooled();
  await read(reads, server);
  const [socket] = sockets;
  socket!.end();
  await eventually('the connection is over', () => socket!.destroyed);
  expect(texts([await read(reads, server)])).toEqual(['ok']);
  expect(server.requests).toHaveLength(2);
});

it('a read that fails on a new connection is not retried', async () => {
  const { server } = await keeping((socket) => socket.destroy());
  expect(await read(pooled(), server)).toMatchObject({ kind: 'noAnswer', cause: 'connection' });
  expect(server.requests).toHaveLength(1);
});

it('the second attempt has the remaining time of the first', async () => {
  const { server } = await keeping((socket, request) => {
    if (request === 1) socket.write(httpAnswer(200, 'ok'));
    if (request === 2) socket.destroy();
  });
  const reads = pooled();
  await read(reads, server);
  expect(await reads.read(requestTo(server, 300), never)).toMatchObject({
    kind: 'noAnswer',
    cause: 'timeout',
    reason: 'no complete response within 300 ms',
  });
  expect(server.requests).toHaveLength(3);
});

it('a read that is stopped, or whose response is too large, closes its connection', async () => {
  const { server, sockets } = await keeping((socket, request) => {
    if (request === 2) socket.write(httpAnswer(200, 'x'.repeat(100_000)));
  });
  const stop = new AbortController();
  const reads = pooled();
  const stopped = reads.read(requestTo(server), stop.signal);
  await eventually('it was asked', () => sockets.length === 1);
  stop.abort();
  expect(await stopped).toMatchObject({ cause: 'stopped' });
  expect(await read(reads, server)).toMatchObject({ kind: 'answered', body: { cause: 'tooLarge' } });
  await eventually('both connections are over', () => sockets.every((socket) => socket.destroyed));
  expect(sockets).toHaveLength(2);
});

it('a change opens a new connection, even if one is idle', async () => {
  const server = await answering();
  await read(pooled(), server);
  const change = { ...requestTo(server), method: 'POST', permit: permitted } as const;
  expect(await sendOnce(change, never)).toMatchObject({ kind: 'answered' });
  expect(server.connections()).toBe(2);
});

it('the last adapter to close closes the connections; a later read opens a new one', async () => {
  const { server, sockets } = await keeping((socket) => socket.write(httpAnswer(200, 'ok')));
  const [one, other] = [pooled(), pooled()];
  await read(one, server);
  await read(other, server);
  one.close();
  expect(texts([await read(other, server)])).toEqual(['ok']);
  expect(sockets).toHaveLength(1);
  other.close();
  await eventually('the connection is over', () => sockets[0]!.destroyed);
  expect(texts([await read(one, server)])).toEqual(['ok']);
  await eventually('no connection is left', () => sockets.every((socket) => socket.destroyed));
});
