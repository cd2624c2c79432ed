/** A configuration that changes under what runs: read again on SIGHUP, and applied by hand. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { autoscaleWorkflowId } from '../../workflows/autoscale-messages.js';
import { TemporalProcess } from '../api/temporal-process.js';
import { eventually } from '../support/eventually.js';
import type { Program } from '../support/program.js';
import type { SidecarWitness } from '../support/sidecar-witness.js';
import type { Answer, ApiClient } from './api-client.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let temporal: TemporalProcess;
let witness: SidecarWitness;
let worker: Program;
let apiProgram: Program;
let api: ApiClient;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  witness = await sandbox.sidecar(
    '--port',
    '0',
    '--resource',
    'worker=1',
    '--resource',
    'jobs=1',
    '--start-time',
    '0s',
  );
});
afterEach(async () => {
  await sandbox.close();
  await temporal.close();
});

it('resources and policies come, change and go on SIGHUP, and a wrong file changes nothing', async () => {
  await start({ worker: { capacity: 2 } });
  await isAt('worker', 2);
  expect((await api.call('/v1/resources/jobs')).status).toBe(404);

  await readAgain({ worker: { capacity: 4 }, jobs: { capacity: 3 } });
  await isAt('worker', 4);
  await isAt('jobs', 3);

  sandbox.configure('version: 1\nresources: { worker: { platform: omnistrate, min: 5, max: 1 } }\n');
  worker.signal('SIGHUP');
  await worker.printed(/the old one stays in force.*min: is above max/s);

  await readAgain({ worker: { capacity: 4 }, jobs: {} });
  expect((await evaluationOf('worker')).status).toBe(200);
  expect((await witness.resource('worker')).capacities).toEqual([1, 2, 4]);
});

it('escapement apply does the same by hand, and says what it did', async () => {
  await start({ worker: { capacity: 2 }, jobs: { capacity: 2 } });
  await isAt('worker', 2);
  await isAt('jobs', 2);

  configure({ worker: { capacity: 3 }, jobs: {} });
  expect(await apply('--json')).toMatchObject({ configured: ['worker'], removed: [] });
  await isAt('worker', 3);
  expect(await apply('--prune', '--json')).toMatchObject({ configured: [], removed: ['jobs'] });
  await eventually('jobs is not autoscaled', async () => (await evaluationOf('jobs')).status === 404);
});

it('the last resource of a task queue is removed where somebody says so', async () => {
  await start({ worker: { capacity: 2 }, jobs: { capacity: 2, taskQueue: 'night' } });
  await isAt('jobs', 2);
  await readAgain({ worker: { capacity: 2 } });
  const connection = await Connection.connect({ address: temporal.address });
  const autoscale = new Client({ connection }).workflow.getHandle(autoscaleWorkflowId('jobs'));
  expect((await autoscale.describe()).status.name).toBe('RUNNING');
  await apply('--prune', '--json');
  await eventually('its autoscaling has ended', async () => (await autoscale.describe()).status.name === 'COMPLETED');
  await connection.close();
});

interface Wanted {
  /** Autoscaled to this many; not autoscaled where it is absent. */
  readonly capacity?: number;
  readonly taskQueue?: string;
}

async function start(resources: Readonly<Record<string, Wanted>>): Promise<void> {
  configure(resources);
  worker = sandbox.escapement(['worker']);
  await worker.printed(/The worker is up/);
  apiProgram = sandbox.escapement(['api'], { PORT: '0' });
  api = await apiOf(apiProgram);
}

async function apply(...options: readonly string[]): Promise<unknown> {
  const command = sandbox.escapement(['apply', ...options]);
  expect(await command.ended).toEqual({ code: 0, signal: null });
  return JSON.parse(command.output);
}

async function readAgain(resources: Readonly<Record<string, Wanted>>): Promise<void> {
  configure(resources);
  for (const program of [worker, apiProgram]) {
    const times = () => program.output.split('The configuration was read again"').length;
    const before = times();
    program.signal('SIGHUP');
    await eventually('the configuration is read again', () => times() > before);
  }
}

function configure(resources: Readonly<Record<string, Wanted>>): void {
  const written = Object.entries(resources).map(([alias, { capacity, taskQueue = 'escapement' }]) => {
    const autoscale = `autoscale: { interval: 1s, policies: [{ type: fixed, capacity: ${capacity ?? 0} }] }`;
    return `  ${alias}:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 9
    cooldown: 0s
    step: all
    settle: 1s
    taskQueue: ${taskQueue}
    ${capacity === undefined ? '' : autoscale}`;
  });
  sandbox.configure(`version: 1\nresources:\n${written.join('\n')}\n`);
}

async function isAt(alias: string, capacity: number): Promise<void> {
  await eventually(
    `${alias} is at ${capacity}`,
    async () => (await witness.resource(alias)).capacities.at(-1) === capacity,
    60_000,
  );
}

async function evaluationOf(alias: string): Promise<Answer> {
  return api.call(`/v1/resources/${alias}/evaluation`);
}
