/**
 * How soon a watch goes on when its worker is killed, and how soon a worker that only watches is gone when it is asked
 * to.
 */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { eventually } from '../support/eventually.js';
import type { Program } from '../support/program.js';
import { startQueue } from '../support/queue-server.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import type { ApiClient } from './api-client.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let temporal: TemporalProcess;
let witness: SidecarWitness;
let queue: Awaited<ReturnType<typeof startQueue>>;
let apiProgram: Program;
let api: ApiClient;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  queue = await startQueue(0);
});
afterEach(async () => {
  await sandbox.close();
  await temporal.close();
  await queue.close();
});

it('a killed and restarted worker evaluates again within 5 s, whatever the interval', async () => {
  const intervals = { quick: '1s', usual: '15s', slow: '1h' };
  await configure(
    Object.entries(intervals).map(([alias, interval]) => ({
      alias,
      autoscale: `{ interval: ${interval}, policies: [{ type: fixed, capacity: 1 }] }`,
    })),
  );
  const worker = await startWorker();
  for (const alias of Object.keys(intervals)) await lookAfter(alias, 0);
  await worker.kill();
  const killedAtMs = Date.now();
  await startWorker();
  const startedAtMs = Date.now();
  for (const alias of Object.keys(intervals)) {
    expect((await lookAfter(alias, killedAtMs)) - startedAtMs).toBeLessThan(5000);
  }
});

it('a stabilization window survives the death of a worker with an interval of 1 s', async () => {
  const windowMs = 20_000;
  const worker = await startAtFive({ scaleInWindowMs: windowMs });
  queue.depth = 1;
  const lowSinceMs = Date.now();
  // What was seen of it has reached the server: heartbeats are sent at most every 5 s.
  await eventually('less is recommended', async () => (await evaluationOf('worker'))?.recommended === 1);
  await worker.kill();
  await startWorker();
  const restartedAtMs = Date.now();
  await eventually('it is at 1', async () => (await capacities('worker')).at(-1) === 1, 60_000);
  const { changes } = await witness.resource('worker');
  const scaledInAtMs = changes.at(-1)!.atMs;
  expect(scaledInAtMs - lowSinceMs).toBeGreaterThanOrEqual(windowMs);
  // A window that had started again would end later than that.
  expect(scaledInAtMs).toBeLessThan(restartedAtMs + windowMs);
  expect(await capacities('worker')).toEqual([1, 5, 1]);
});

it('a worker that is suspended for 14 s is reported, and keeps its stabilization window', async () => {
  const windowMs = 25_000;
  const worker = await startAtFive({ scaleInWindowMs: windowMs });
  await readiness('ready', ({ worker }) => worker?.status === 'ok');
  const lowAtMs = Date.now();
  queue.depth = 1;
  await eventually('less is recommended', async () => (await evaluationOf('worker'))?.recommended === 1);
  const frozenAtMs = Date.now();
  worker.signal('SIGSTOP');
  const { detail } = await readiness('degraded', ({ worker }) => worker?.status === 'degraded' && worker);
  expect(detail).toContain('No worker watches the resource');
  for (const path of ['', '/evaluation']) {
    const { body } = await api.call(`/v1/resources/worker${path}`);
    expect((body as { notice: string | null }).notice).toContain('No worker watches the resource');
  }
  await apiProgram.printed(/"worker"[^\n]*No worker autoscales this resource/);
  await setTimeout(Math.max(0, frozenAtMs + 14_000 - Date.now()));
  worker.signal('SIGCONT');
  await apiProgram.printed(/"worker"[^\n]*This resource is autoscaled again/);
  await readiness('ready', ({ worker }) => worker?.status === 'ok');
  await eventually('it is at 1', async () => (await capacities('worker')).at(-1) === 1, 60_000);
  const scaledInAtMs = (await witness.resource('worker')).changes.at(-1)!.atMs;
  expect(scaledInAtMs - lowAtMs).toBeGreaterThanOrEqual(windowMs - 1000);
  // A window that had started again after the 14 s would end later.
  expect(scaledInAtMs - lowAtMs).toBeLessThan(windowMs + 10_000);
  expect(await capacities('worker')).toEqual([1, 5, 1]);
});

it('an idle worker stops within 1 s and hands its watches over to the next worker', async () => {
  await configure([{ alias: 'worker', autoscale: '{ interval: 1s, policies: [{ type: fixed, capacity: 1 }] }' }]);
  const worker = await startWorker();
  await lookAfter('worker', 0);
  const askedAtMs = performance.now();
  worker.signal('SIGTERM');
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - askedAtMs).toBeLessThan(1000);
  const stoppedAtMs = Date.now();
  await startWorker();
  await lookAfter('worker', stoppedAtMs);
});

async function configure(resources: readonly { alias: string; autoscale: string }[]): Promise<void> {
  const initial = resources.flatMap(({ alias }) => ['--resource', `${alias}=1`]);
  witness = await sandbox.sidecar('--port', '0', '--start-time', '0s', ...initial);
  const written = resources.map(
    ({ alias, autoscale }) => `  ${alias}:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 9
    cooldown: 0s
    step: all
    settle: 1s
    autoscale: ${autoscale}`,
  );
  sandbox.configure(`version: 1\nresources:\n${written.join('\n')}\n`);
  apiProgram = sandbox.escapement(['api'], { PORT: '0' });
  api = await apiOf(apiProgram);
}

/** A worker that looks every second and has followed its queue to 5. */
async function startAtFive({ scaleInWindowMs }: { scaleInWindowMs: number }): Promise<Program> {
  await configure([
    {
      alias: 'worker',
      autoscale: `
      interval: 1s
      signals: { depth: { type: http-json, url: "${queue.url}", path: depth } }
      policies: [{ type: perUnit, value: depth, target: 1 }]
      behavior: { scaleDown: { stabilizationWindowSeconds: ${scaleInWindowMs / 1000} } }`,
    },
  ]);
  queue.depth = 5;
  const worker = await startWorker();
  await eventually('it is at 5', async () => (await capacities('worker')).at(-1) === 5);
  return worker;
}

async function startWorker(): Promise<Program> {
  const worker = sandbox.escapement(['worker'], { PORT: '0' });
  await worker.printed(/Worker is running/);
  return worker;
}

/** When the first look after that time was made, as the API tells it. */
function lookAfter(alias: string, sinceMs: number): Promise<number> {
  return eventually(
    `${alias} is looked at`,
    async () => {
      const atMs = Date.parse((await evaluationOf(alias))?.at ?? '');
      return atMs > sinceMs ? atMs : undefined;
    },
    60_000,
  );
}

async function evaluationOf(alias: string) {
  const { body } = await api.call(`/v1/resources/${alias}/evaluation`);
  return (body as { evaluation: { at: string; recommended: number } | null }).evaluation;
}

interface Readiness {
  readonly status: string;
  readonly checks: { readonly autoscalers: Record<string, { status: string; detail?: string } | undefined> };
}

/** Until the API is that ready, and its autoscalers are as they should be. It answers 200 either way. */
function readiness<T>(wanted: string, found: (autoscalers: Readiness['checks']['autoscalers']) => T) {
  return eventually(
    `the API is ${wanted}`,
    async () => {
      const { status, body } = await api.call('/readyz');
      const readiness = body as Readiness;
      return status === 200 && readiness.status === wanted && found(readiness.checks.autoscalers);
    },
    30_000,
  );
}

async function capacities(alias: string): Promise<readonly number[]> {
  return (await witness.resource(alias)).capacities;
}
