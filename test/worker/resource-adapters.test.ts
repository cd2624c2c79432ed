import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { byAlias, type Config } from '../../src/config/config.js';
import { fileConfig } from '../../src/config/file/file-config.js';
import { createAdapters, type ResourceAdapters } from '../../src/worker/resource-adapters.js';
import { eventually } from '../support/eventually.js';

/** Responds when the test releases it. */
let waiting: (() => void)[] = [];
let server: Server;
let url: string;
let adapters: ResourceAdapters;
let lines: object[];
const log = pino({ base: {} }, { write: (line: string) => lines.push(JSON.parse(line) as object) });

beforeEach(async () => {
  waiting = [];
  lines = [];
  server = createServer((_, response) => {
    waiting.push(() => response.setHeader('content-type', 'application/json').end('{"size":3}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  adapters = await createAdapters(await resourcesAt('one'), {}, log);
});
afterEach(async () => {
  for (const answer of waiting.splice(0)) answer();
  await adapters.close();
  server.closeAllConnections();
  server.close();
});

async function resourcesAt(path: string): Promise<Config['resources']> {
  const { resources } = await fileConfig(
    `version: 1
resources:
  worker:
    platform:
      type: generic-http
      observe: { url: "${url}/${path}", capacity: size }
      set: { url: "${url}/${path}" }
    min: 1
    max: 5
    autoscale:
      signals: { load: { type: http-json, url: "${url}/${path}", path: size } }
      policies: [{ type: perUnit, value: load, target: 1 }]
`,
    'escapement.yaml',
    {},
  );
  return resources;
}

const signal = new AbortController().signal;
const isAsked = (times: number) => eventually('it is asked', () => waiting.length === times);

it('what is in use when the configuration is read again finishes before it is closed', async () => {
  const looking = adapters.platformOf('worker').observe(signal);
  const sampling = adapters.sourcesOf('worker')['load']!.sample(signal);
  await isAsked(2);
  await adapters.reload(await resourcesAt('two'));
  let isClosed = false;
  const closing = adapters.close().then(() => (isClosed = true));
  for (const answer of waiting.splice(0)) answer();
  expect((await looking).capacity).toBe(3);
  expect((await sampling).value).toBe(3);
  await closing;
  expect(isClosed).toBe(true);
});

it('a platform that was requested earlier is the one that is configured now', async () => {
  const platform = adapters.platformOf('worker');
  await adapters.reload(await resourcesAt('two'));
  const asked: (string | undefined)[] = [];
  server.on('request', ({ url: path }) => asked.push(path));
  const looking = platform.observe(signal);
  await isAsked(1);
  waiting.shift()!();
  await looking;
  expect(asked).toEqual(['/two']);
  await adapters.reload(byAlias([]));
  expect(() => platform.observe(signal)).toThrow('worker is not in the configuration of this worker');
  expect(adapters.isAutoscaled('worker')).toBe(false);
});

it('remembers the result of the last read, from any reader', async () => {
  expect(adapters.lastLookAt('worker')).toBeUndefined();
  const looking = adapters.platformOf('worker').observe(signal);
  await isAsked(1);
  waiting.shift()!();
  await looking;
  expect(adapters.lastLookAt('worker')).toMatchObject({ problem: null });
  server.closeAllConnections();
  server.close();
  await expect(adapters.platformOf('worker').observe(signal)).rejects.toThrow('worker');
  expect(adapters.lastLookAt('worker')!.problem).toContain('ECONNREFUSED');

  const stopped = AbortSignal.abort();
  await adapters
    .platformOf('worker')
    .observe(stopped)
    .catch(() => undefined);
  expect(adapters.lastLookAt('worker')!.problem).toContain('ECONNREFUSED');
});

it('notifies its listeners that the configuration was read again', async () => {
  let times = 0;
  const forget = adapters.onReload(() => (times += 1));
  await adapters.reload(await resourcesAt('two'));
  forget();
  await adapters.reload(await resourcesAt('one'));
  expect(times).toBe(1);
});

it('logs once that a signal fails, however often it is sampled, and once that it works again', async () => {
  const load = adapters.sourcesOf('worker')['load']!;
  server.removeAllListeners('request');
  let isBroken = true;
  server.on('request', (_request, response) => {
    response.setHeader('content-type', 'application/json').end(isBroken ? '{}' : '{"size":3}');
  });
  for (let sample = 0; sample < 3; sample += 1) await expect(load.sample(signal)).rejects.toThrow('size');
  expect(lines).toMatchObject([{ msg: 'The signal fails', resource: 'worker', signal: 'load' }]);
  isBroken = false;
  for (let sample = 0; sample < 3; sample += 1) expect((await load.sample(signal)).value).toBe(3);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({
    msg: 'The signal works again',
    resource: 'worker',
    signal: 'load',
    afterSeconds: 0,
  });
});

it('logs once that the events of changes cannot be written, and the changes are made', async () => {
  const web = { metadata: { uid: 'u', resourceVersion: '1' }, spec: { replicas: 1 } };
  server.removeAllListeners('request');
  server.on('request', ({ method, url: path = '' }, response) => {
    const known = path.includes('/web') || path.endsWith('/horizontalpodautoscalers');
    response.writeHead(method === 'POST' ? 500 : known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...web, items: [] }));
  });
  const kubeconfig = join(await mkdtemp(join(tmpdir(), 'kubeconfig-')), 'config');
  const clusters = [{ name: 'c', cluster: { server: url } }];
  const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
  const users = [{ name: 'u', user: { token: 't' } }];
  await writeFile(kubeconfig, JSON.stringify({ clusters, contexts, users, 'current-context': 'c' }));
  const file = `{ version: 1, resources: { web: { platform: { type: kubernetes, kubeconfig: ${kubeconfig} }, min: 1, max: 5 } } }`;
  await adapters.reload((await fileConfig(file, 'escapement.yaml', {})).resources);
  for (const to of [2, 3]) {
    const change = { from: 1, to, idempotencyKey: 'k/1' };
    const outcome = await adapters.platformOf('web').change(change, { isValid: () => true }, signal);
    expect(outcome).toEqual({ outcome: 'accepted' });
  }
  // Closing waits for the events.
  await adapters.close();
  expect(lines).toMatchObject([
    {
      msg: 'The events of changes cannot be written on the platform; the changes are not affected',
      resource: 'web',
      reason: expect.stringContaining('returned 500') as unknown,
    },
  ]);
});
