/** The metrics of the API and of workers as processes of their own, as Prometheus collects them. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { eventually } from '../support/eventually.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import type { ApiClient } from './api-client.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let temporal: TemporalProcess;
let sidecar: SidecarWitness;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  sidecar = await sandbox.sidecar('--port', '0', '--resource', 'worker=1', '--resource', 'web=2');
  sandbox.configure(`version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${sidecar.url}" }
    min: 0
    max: 9
    cooldown: 10s
    settle: 1s
  web:
    platform: { type: omnistrate, url: "${sidecar.url}" }
    min: 2
    max: 9
    step: all
    cooldown: 1s
    settle: 1s
    autoscale:
      interval: 500ms
      signals: { load: { type: http-json, url: "${sidecar.url}/resource/worker/capacity", path: currentCapacity } }
      policies: [{ type: perUnit, value: load, target: 1 }]
`);
});
afterEach(async () => {
  await sandbox.close();
  await temporal.close();
});

it('a replay counts nothing: after the worker was killed, the next one counts only what it has seen itself', async () => {
  const { api, url: apiUrl } = await startApi();
  const first = await startWorker();
  await api.scale('worker', { targetCapacity: 3 });
  await eventually('the first worker has counted a change', async () => (await accepted(first.url)) === 1);
  await first.program.kill();

  const second = await startWorker();
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  await eventually(
    'the run has ended',
    async () => (await valueOf(second.url, 'escapement_runs_total{resource="worker",outcome="reached"}')) === 1,
    60_000,
  );
  expect(await accepted(second.url)).toBe(1);
  expect(await valueOf(second.url, 'escapement_steps_total{resource="worker",direction="up"}')).toBe(1);
  expect(await valueOf(second.url, 'escapement_runs_total{resource="worker",outcome="ChangeFailed"}')).toBe(0);
  expect(await valueOf(apiUrl, 'escapement_observed_capacity{resource="worker"}')).toBe(3);
  // Each counts what it does itself.
  expect(
    await valueOf(apiUrl, 'escapement_changes_total{resource="worker",direction="up",outcome="accepted"}'),
  ).toBeUndefined();
});

it('only the worker that watches a resource has its capacity and its signals, and the API knows whether one does', async () => {
  const { url: apiUrl } = await startApi();
  const first = await startWorker();
  await eventually('web is watched', async () => (await valueOf(first.url, observedWeb)) === 2, 60_000);
  expect(await seriesOf(first.url, 'web')).toEqual(
    expect.arrayContaining([
      'escapement_desired_capacity{resource="web"} 2',
      'escapement_recommended_capacity{resource="web"} 1',
      'escapement_min_capacity{resource="web"} 2',
      'escapement_max_capacity{resource="web"} 9',
      'escapement_limited{resource="web",limit="min"} 1',
      'escapement_signal_value{resource="web",signal="load"} 1',
      'escapement_signal_failing{resource="web",signal="load"} 0',
      'escapement_evaluation_interval_seconds{resource="web"} 0.5',
    ]),
  );
  expect(await valueOf(apiUrl, observedWeb)).toBeUndefined();
  await eventually('the API has checked it', async () => (await valueOf(apiUrl, watchedWeb)) === 1, 60_000);

  const second = await startWorker();
  expect(await valueOf(second.url, observedWeb)).toBeUndefined();
  first.program.signal('SIGTERM');
  await eventually('the second worker watches web', async () => (await valueOf(second.url, observedWeb)) === 2, 60_000);
  await second.program.kill();
  await eventually(
    'the API reports that no worker watches it',
    async () => (await valueOf(apiUrl, watchedWeb)) === 0,
    60_000,
  );
});

const observedWeb = 'escapement_observed_capacity{resource="web"}';
const watchedWeb = 'escapement_autoscaler_watched{resource="web"}';

const accepted = (url: string) =>
  valueOf(url, 'escapement_changes_total{resource="worker",direction="up",outcome="accepted"}');

async function startApi(): Promise<{ readonly api: ApiClient; readonly url: string }> {
  const api = await apiOf(sandbox.escapement(['api']));
  return { api, url: api.url };
}

async function startWorker(): Promise<{ readonly program: Program; readonly url: string }> {
  const program = sandbox.escapement(['worker']);
  const [, url = ''] = await program.printed(/"url":"([^"]+)".*Worker is running/);
  return { program, url };
}

async function linesOf(url: string): Promise<string[]> {
  return (await (await fetch(`${url}/metrics`)).text()).split('\n');
}

/** Undefined where there is no such series. */
async function valueOf(url: string, series: string): Promise<number | undefined> {
  const line = (await linesOf(url)).find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function seriesOf(url: string, resource: string): Promise<string[]> {
  return (await linesOf(url)).filter((line) => line.includes(`resource="${resource}"`));
}
