/** The program of the recipe runs, and the adapters of its configuration read its pool and scale it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ResourceConfig } from '../../src/config/config.js';
import { createPlatform, createSource, signalsOf } from '../../src/worker/resource-adapters.js';
import { read } from '../config/written.js';
import { never, permitted } from '../platforms/fixtures/sidecar-client.js';
import { eventually } from '../support/eventually.js';

let program: ChildProcess;
let url: string;
let resource: ResourceConfig;

beforeAll(async () => {
  program = spawn(process.execPath, ['docs/recipes/own-process.mjs'], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: program.stdout! }), 'line')) as [string];
  url = line;
  const text = readFileSync('docs/recipes/own-process.yaml', 'utf8').replaceAll('http://127.0.0.1:8085/pool', url);
  resource = (await read(text)).resources['thumbnails']!;
});

afterAll(async () => {
  const ended = once(program, 'exit');
  program.kill();
  await ended;
});

it('is read and scaled by the platform of the recipe', async () => {
  const platform = await createPlatform(resource, {});
  expect(await platform.observe(never)).toMatchObject({ capacity: 1, ready: 1 });

  expect(await platform.change({ from: 1, to: 6, idempotencyKey: 'run/1' }, permitted, never)).toEqual({
    outcome: 'accepted',
  });
  expect(await platform.observe(never)).toMatchObject({ capacity: 6, ready: 6 });

  await platform.change({ from: 6, to: 2, idempotencyKey: 'run/2' }, permitted, never);
  expect(await platform.observe(never)).toMatchObject({ capacity: 2 });
  await eventually('four workers end', async () => (await platform.observe(never)).ready === 2);
  await platform.close?.();
});

it('reports the jobs that wait, and completes them', async () => {
  const [signal] = signalsOf(resource);
  const source = await createSource(signal!, {});
  const jobs = url.replace('/pool', '/jobs');
  await Promise.all(Array.from({ length: 20 }, () => fetch(jobs, { method: 'POST' })));
  expect((await source.sample(never)).value).toBeGreaterThan(0);
  await eventually('no job waits', async () => (await source.sample(never)).value === 0);
  await source.close?.();
});

it.each(['{"size": -1}', '{"size": "all"}', 'no JSON'])('refuses an invalid size: %s', async (body) => {
  const before = await (await fetch(url)).json();
  const { status } = await fetch(url, { method: 'PUT', body });
  expect(status).toBe(422);
  expect(await (await fetch(url)).json()).toMatchObject({ size: (before as { size: number }).size });
});
