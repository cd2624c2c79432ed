/** Sources over HTTP read over kept connections, as platforms do. */
import { afterEach, expect, it } from '@jest/globals';
import { closeRawServers, httpAnswer, startRawServer } from '../platforms/fixtures/raw-server.js';
import { make } from './conformance.js';

const never = new AbortController().signal;
const answer = httpAnswer(
  200,
  JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [1_719_685_000, '42'] } }),
);
const sources: ReturnType<typeof make>[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close?.();
  await closeRawServers();
});

function sourceAt(url: string) {
  const source = make({ type: 'prometheus' }, { server: url, query: 'up' });
  sources.push(source);
  return source;
}

it('a sample on a connection that the server closes during the request is retried on a new one', async () => {
  let requests = 0;
  const server = await startRawServer((socket) => {
    if (++requests === 2) socket.resetAndDestroy();
    else socket.write(answer);
  });
  const source = sourceAt(server.url);
  for (let sample = 0; sample < 2; sample += 1) expect((await source.sample(never)).value).toBe(42);
  expect(requests).toBe(3);
  expect(server.connections()).toBe(2);
});

it('a sample that fails on a new connection is not retried', async () => {
  const server = await startRawServer((socket) => socket.resetAndDestroy());
  await expect(sourceAt(server.url).sample(never)).rejects.toMatchObject({ code: 'unreachable' });
  expect(server.requests).toHaveLength(1);
});

it('two sources of one server share its connection', async () => {
  const server = await startRawServer((socket) => socket.write(answer));
  for (const source of [sourceAt(server.url), sourceAt(server.url)]) await source.sample(never);
  expect(server.connections()).toBe(1);
});
