/** A configuration that changes under what runs: read again on SIGHUP, and applied by hand. */
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { autoscaleWorkflowId } from '../../workflows/autoscale/messages.js';
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
let connection: Connection;
let client: Client;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  connection = await Connection.connect({ address: temporal.address });
  client = new Client({ connection });
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
  await connection.close();
  await temporal.close();
});

it('SIGHUP adds and changes resources and policies; an invalid or missing file changes nothing', async () => {
  await start({ worker: { capacity: 2 } });
  await isAt('worker', 2);
  expect((await api.call('/v1/resources/jobs')).status).toBe(404);

  await readAgain({ worker: { capacity: 4 }, jobs: { capacity: 3, taskQueue: 'night' } });
  await isAt('worker', 4);
  await isAt('jobs', 3);

  sandbox.configure('version: 1\nresources: { worker: { platform: omnistrate, min: 5, max: 1 } }\n');
  worker.signal('SIGHUP');
  await worker.printed(/the old one stays in force.*min: is above max/s);
  rmSync(sandbox.env.ESCAPEMENT_CONFIG!);
  worker.signal('SIGHUP');
  await worker.printed(/the old one stays in force.*ENOENT/s);
  expect((await evaluationOf('worker')).status).toBe(200);
  expect((await witness.resource('worker')).capacities).toEqual([1, 2, 4]);
});

it('a resource removed from the file stays idle in Temporal, says so, and resumes when the file names it again', async () => {
  await start({ worker: { capacity: 2 }, jobs: { capacity: 3 } });
  await isAt('jobs', 3);
  await readAgain({ worker: { capacity: 2 } });
  await worker.printed(/"jobs"[^\n]*does not name these autoscalers/);
  const notice = await eventually('it says so', async () => {
    const { status, body } = await evaluationOf('jobs');
    return status === 200 && (body as { notice: string | null }).notice;
  });
  expect(notice).toContain('No live configuration names the autoscaler');
  expect((await temporalOf('jobs').describe()).status.name).toBe('RUNNING');

  // Restarting removes nothing either.
  await worker.kill();
  worker = sandbox.escapement(['worker']);
  await worker.printed(/No live configuration names this autoscaler/);
  expect((await temporalOf('jobs').describe()).status.name).toBe('RUNNING');
  await readAgain({ worker: { capacity: 2 }, jobs: { capacity: 5 } });
  await isAt('jobs', 5);
});

it('escapement apply makes the same changes; it removes only with --prune, and a resource added again immediately continues', async () => {
  await start({ worker: { capacity: 2 }, jobs: { capacity: 2 } });
  await isAt('worker', 2);
  await isAt('jobs', 2);

  configure({ worker: { capacity: 3 }, jobs: {} });
  expect(await apply()).toEqual({ configured: ['worker'], unchanged: [], unnamed: ['jobs'], removed: [] });
  await isAt('worker', 3);
  expect((await temporalOf('jobs').describe()).status.name).toBe('RUNNING');

  expect(await apply('--prune')).toEqual({ configured: [], unchanged: ['worker'], unnamed: [], removed: ['jobs'] });
  configure({ worker: { capacity: 3 }, jobs: { capacity: 4 } });
  expect(await apply()).toEqual({ configured: ['jobs'], unchanged: ['worker'], unnamed: [], removed: [] });
  await isAt('jobs', 4);

  configure({ worker: { capacity: 3 } });
  // Of another owner, and so another's business.
  const strangers = await apply('--prune', { ESCAPEMENT_OWNER: 'paris' });
  expect(strangers).toEqual({ configured: ['worker'], unchanged: [], unnamed: [], removed: [] });
  expect(await apply('--prune')).toMatchObject({ removed: ['jobs'] });
  // The API has the configuration that it was started with, which still names jobs.
  const told = await eventually('its removal is reported', async () => {
    const { notice } = (await evaluationOf('jobs')).body as { notice: string | null };
    return notice?.includes('removed by') && notice;
  });
  expect(told).toContain(sandbox.env.ESCAPEMENT_CONFIG!);
  expect((await temporalOf('jobs').describe()).status.name).toBe('COMPLETED');
});

it('an autoscaler that is removed and added again before a worker evaluates it continues', async () => {
  await start({ jobs: { capacity: 2 } });
  await isAt('jobs', 2);
  await api.call('/v1/resources/jobs/pause', { method: 'PUT', headers: json, body: '{}' });
  await worker.kill();
  configure({ worker: { capacity: 1 } });
  expect(await apply('--prune')).toMatchObject({ removed: ['jobs'] });
  configure({ jobs: { capacity: 2 } });
  expect(await apply()).toMatchObject({ configured: ['jobs'] });
  worker = sandbox.escapement(['worker']);
  await worker.printed(/Worker is running/);
  const before = Date.now();
  await eventually('it is watched, and still paused', async () => {
    const { body } = await evaluationOf('jobs');
    const { evaluation, pause } = body as { evaluation: { at: string } | null; pause: object | null };
    return Date.parse(evaluation?.at ?? '') > before && pause !== null;
  });
});

it('apply --prune also removes the last resource of a task queue', async () => {
  await start({ worker: { capacity: 2 }, jobs: { capacity: 2, taskQueue: 'night' } });
  await isAt('jobs', 2);
  await readAgain({ worker: { capacity: 2 } });
  await apply('--prune');
  await eventually(
    'its autoscaling has ended',
    async () => (await temporalOf('jobs').describe()).status.name === 'COMPLETED',
  );
});

it('in an empty folder, no command that connects to Temporal runs, so nothing is changed', async () => {
  await start({ worker: { capacity: 2 } });
  await isAt('worker', 2);
  const before = await temporalOf('worker').describe();
  rmSync(sandbox.env.ESCAPEMENT_CONFIG!);
  const unconfigured = { ESCAPEMENT_CONFIG: '' };
  for (const command of [['apply'], ['apply', '--prune'], ['worker'], ['api'], ['up']]) {
    const program = sandbox.escapement(command, unconfigured);
    expect(await program.ended).toEqual({ code: 2, signal: null });
    expect(program.output).toContain('no resource is configured');
  }
  const after = await temporalOf('worker').describe();
  expect([after.status.name, after.historyLength]).toEqual(['RUNNING', before.historyLength]);
});

it('a worker that starts with an older file changes nothing, and its log and the status name both files', async () => {
  await start({ worker: { capacity: 4 }, jobs: { capacity: 3 } });
  await isAt('worker', 4);
  const old = join(sandbox.folder, 'old.yaml');
  writeFileSync(old, yaml({ worker: { capacity: 2 } }));
  utimesSync(old, new Date(0), new Date(1_000_000_000_000));
  const second = sandbox.escapement(['worker'], { ESCAPEMENT_CONFIG: old });
  await second.printed(/"worker"[^\n]*old\.yaml[^\n]*2001-09-09[^\n]*of this resource differs and is newer/);
  const inForce = await eventually('its status names both', async () => {
    const { body } = await evaluationOf('worker');
    const { configuration } = body as { configuration: { file: string; insteadOf: object | null } };
    return configuration.insteadOf && configuration;
  });
  expect(inForce).toMatchObject({
    owner: 'default',
    file: sandbox.env.ESCAPEMENT_CONFIG,
    insteadOf: { owner: 'default', file: old, host: hostname(), at: '2001-09-09T01:46:40.000Z' },
  });
  for (const alias of ['worker', 'jobs']) expect((await temporalOf(alias).describe()).status.name).toBe('RUNNING');
  expect((await witness.resource('worker')).capacities).toEqual([1, 4]);
});

it('a restarted worker adds no event to the history of an autoscaler with the same configuration', async () => {
  await start({ worker: { capacity: 2 }, jobs: { capacity: 2 } });
  await isAt('worker', 2);
  await isAt('jobs', 2);
  const events = () =>
    Promise.all(['worker', 'jobs'].map(async (alias) => (await temporalOf(alias).describe()).historyLength));
  const looked = async (sinceMs: number) => {
    const answers = await Promise.all(['worker', 'jobs'].map(evaluationOf));
    return answers.every(
      ({ body }) => Date.parse((body as { evaluation: { at: string } | null }).evaluation?.at ?? '') > sinceMs,
    );
  };
  await eventually('both are watched, and nothing is to be done', () => looked(Date.now() - 1000));
  const before = await events();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    worker.signal(signal);
    await worker.ended;
    worker = sandbox.escapement(['worker']);
    await worker.printed(/Worker is running/);
    const startedAtMs = Date.now();
    await eventually('both are looked at again', () => looked(startedAtMs), 60_000);
    expect(await events()).toEqual(before);
  }
});

it('a resource moves to another task queue with its run in a cooldown, and a request during the move is carried out', async () => {
  await start({ worker: { capacity: 3, cooldown: '20s', step: 1 } });
  await eventually('it has made a step', async () => (await witness.resource('worker')).capacities.length === 2);
  for (const program of [worker, apiProgram]) await program.kill();

  configure({ worker: { capacity: 3, cooldown: '20s', step: 1, taskQueue: 'elsewhere' } });
  apiProgram = sandbox.escapement(['api'], { PORT: '0' });
  api = await apiOf(apiProgram);
  await api.call('/v1/resources/worker/pause', { method: 'PUT', headers: json, body: '{}' });
  const answer = await api.scale('worker', { targetCapacity: 4 });
  expect(answer).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
  expect((answer.body as { notice: string }).notice).toContain('from the task queue "escapement"');

  worker = sandbox.escapement(['worker']);
  await isAt('worker', 4);
  expect((await temporalOf('worker').describe()).taskQueue).toBe('elsewhere');
  const { changes, capacities } = await witness.resource('worker');
  expect(capacities).toEqual([1, 2, 3, 4]);
  const gaps = changes.slice(1).map(({ atMs }, index) => atMs - changes[index]!.atMs);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(19_500);
});

it('a running worker restarts an autoscaler that was terminated in Temporal, and logs it', async () => {
  await start({ worker: { capacity: 2 } });
  await isAt('worker', 2);
  await temporalOf('worker').terminate('by hand');
  await worker.printed(/"worker"[^\n]*TERMINATED[^\n]*has ended although it is configured; starting it again/);
  await eventually('it runs', async () => (await temporalOf('worker').describe()).status.name === 'RUNNING');
});

const json = { 'Content-Type': 'application/json' };

interface Wanted {
  /** Autoscaled to this many; not autoscaled where it is absent. */
  readonly capacity?: number;
  readonly taskQueue?: string;
  readonly cooldown?: string;
  readonly step?: number;
}

function temporalOf(alias: string): WorkflowHandle {
  return client.workflow.getHandle(autoscaleWorkflowId(alias));
}

async function apply(...given: (string | NodeJS.ProcessEnv)[]): Promise<unknown> {
  const options = given.filter((option) => typeof option === 'string');
  const env = given.find((option) => typeof option === 'object') ?? {};
  const program = sandbox.escapement(['apply', '--json', ...options], env);
  expect(await program.ended).toEqual({ code: 0, signal: null });
  return JSON.parse(program.output);
}

async function start(resources: Readonly<Record<string, Wanted>>): Promise<void> {
  configure(resources);
  worker = sandbox.escapement(['worker']);
  await worker.printed(/Worker is running/);
  apiProgram = sandbox.escapement(['api'], { PORT: '0' });
  api = await apiOf(apiProgram);
}

async function readAgain(resources: Readonly<Record<string, Wanted>>): Promise<void> {
  configure(resources);
  for (const program of [worker, apiProgram]) {
    const times = () => program.output.split('Configuration reloaded"').length;
    const before = times();
    program.signal('SIGHUP');
    await eventually('the configuration is read again', () => times() > before);
  }
}

function configure(resources: Readonly<Record<string, Wanted>>): void {
  sandbox.configure(yaml(resources));
}

function yaml(resources: Readonly<Record<string, Wanted>>): string {
  const written = Object.entries(resources).map(
    ([alias, { capacity, taskQueue = 'escapement', cooldown = '0s', step = 'all' }]) => {
      const autoscale = `autoscale: { interval: 1s, policies: [{ type: fixed, capacity: ${capacity ?? 0} }] }`;
      return `  ${alias}:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 9
    step: ${step}
    cooldown: ${cooldown}
    settle: 1s
    taskQueue: ${taskQueue}
    ${capacity === undefined ? '' : autoscale}`;
    },
  );
  return `version: 1\nresources:\n${written.join('\n')}\n`;
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
