/** The API, the worker and Temporal as processes of their own, each lost at the worst moment. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { eventually } from '../support/eventually.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import type { ApiClient } from './api-client.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let temporal: TemporalProcess;
let witness: SidecarWitness;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
});
afterEach(async () => {
  await sandbox.close();
  await temporal.close();
});

it('a request that no worker has received survives a kill of the Temporal server', async () => {
  await setUp({ startTime: '0s', cooldown: '1s' });
  const api = await startApi();
  const answer = await api.scale('worker', { targetCapacity: 4 });
  expect(answer).toMatchObject({ status: 202, body: { outcome: 'started', targetCapacity: 4 } });
  const retarget = await api.scale('worker', { targetCapacity: 5 });
  expect(retarget).toMatchObject({ status: 202, body: { outcome: 'accepted', targetCapacity: 5 } });
  const { notice } = await api.until('worker', 'is unattended', ({ phase }) => phase === 'unattended');
  expect(notice).toContain('No worker answered');
  await temporal.kill();
  await temporal.restart();

  await startWorker();
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  expect((await witness.resource('worker')).capacities).toEqual([3, 4, 5]);
});

it('a cooldown continues while the worker is killed twice and the server once: the next change is sent on time', async () => {
  const cooldownMs = 25_000;
  await setUp({ startTime: '0s', cooldown: `${cooldownMs}ms` });
  const api = await startApi();
  let worker = await startWorker();
  await api.scale('worker', { targetCapacity: 5 });
  await api.until('worker', 'cools down', ({ phase, stepsMade }) => stepsMade === 1 && phase === 'coolingDown');
  await worker.kill();
  worker = await startWorker();
  await temporal.kill();
  await temporal.restart();
  await worker.kill();
  await startWorker();
  const restartedAtMs = Date.now();

  const second = await eventually('the second change', async () => (await changes())[1], 120_000);
  const [first] = await changes();
  expect(second.atMs - first!.atMs).toBeGreaterThanOrEqual(cooldownMs - 500);
  // A cooldown that had begun again with the last restart would still be going on.
  expect(second.atMs - restartedAtMs).toBeLessThan(cooldownMs);
});

it('a rolling update lets the change in flight finish, and the next worker continues from it', async () => {
  await setUp({ startTime: '0s', cooldown: '1s' });
  await witness.setFaults({ faults: [{ type: 'slow', on: 'change', delayMs: 5000 }] });
  const api = await startApi();
  const old = await startWorker();
  await api.scale('worker', { targetCapacity: 5 });
  await eventually('a change is in flight', async () => (await changes()).length === 1);
  old.signal('SIGTERM');
  expect(await old.ended).toEqual({ code: 0, signal: null });

  await startWorker();
  const settled = await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  expect(settled.changes).toMatchObject([
    { from: 3, to: 4, outcome: 'accepted' },
    { from: 4, to: 5, outcome: 'accepted' },
  ]);
  expect((await witness.resource('worker')).capacities).toEqual([3, 4, 5]);
  expect(await changes()).toHaveLength(2);
});

it('a unit that becomes ready late is not requested again, however many times the resource is read', async () => {
  await setUp({ startTime: '12s', cooldown: '1s' });
  const api = await startApi();
  await startWorker();
  await api.scale('worker', { targetCapacity: 4 });
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  expect((await witness.resource('worker')).capacities).toEqual([3, 4]);
  expect(await changes()).toHaveLength(1);
});

async function setUp({ startTime, cooldown }: { startTime: string; cooldown: string }): Promise<void> {
  witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=3', '--start-time', startTime);
  sandbox.configure(`
version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 6
    step: 1
    cooldown: ${cooldown}
    settle: 2s
    waitForActive: { timeout: 2m, interval: 1s }
    requestTimeout: 10s
`);
}

async function startApi(): Promise<ApiClient> {
  // With the very environment of the workers: on one machine they do not get in each other's way.
  return apiOf(sandbox.escapement(['api']));
}

async function startWorker(): Promise<Program> {
  const worker = sandbox.escapement(['worker']);
  await worker.printed(/Worker is running/);
  return worker;
}

async function changes() {
  return (await witness.resource('worker')).changes;
}
