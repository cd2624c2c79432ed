/** A configuration that changes under what runs: read again on SIGHUP, older than another one, or moved to another task queue. */
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Installation } from './installation.js';

let installation: Installation;
beforeEach(async () => {
  installation = await Installation.create();
});
afterEach(() => installation.close());

it('SIGHUP adds and changes resources and policies; an invalid or missing file changes nothing', async () => {
  await installation.start({ worker: { capacity: 2 } });
  await installation.isAt('worker', 2);
  expect((await installation.api.call('/v1/resources/jobs')).status).toBe(404);

  await installation.reload({ worker: { capacity: 4 }, jobs: { capacity: 3, taskQueue: 'night' } });
  await installation.isAt('worker', 4);
  await installation.isAt('jobs', 3);

  installation.sandbox.configure('version: 1\nresources: { worker: { platform: omnistrate, min: 5, max: 1 } }\n');
  installation.worker.signal('SIGHUP');
  await installation.worker.printed(/the old one stays in force.*min: is above max/s);
  rmSync(installation.sandbox.env.ESCAPEMENT_CONFIG!);
  installation.worker.signal('SIGHUP');
  await installation.worker.printed(/the old one stays in force.*ENOENT/s);
  expect((await installation.evaluationOf('worker')).status).toBe(200);
  expect((await installation.witness.resource('worker')).capacities).toEqual([1, 2, 4]);
});

it('a resource removed from the file stays idle in Temporal, says so, and resumes when the file names it again', async () => {
  await installation.start({ worker: { capacity: 2 }, jobs: { capacity: 3 } });
  await installation.isAt('jobs', 3);
  await installation.reload({ worker: { capacity: 2 } });
  await installation.worker.printed(/"jobs"[^\n]*does not name these autoscalers/);
  const notice = await eventually('it says so', async () => {
    const { status, body } = await installation.evaluationOf('jobs');
    return status === 200 && (body as { notice: string | null }).notice;
  });
  expect(notice).toContain('No live configuration names the autoscaler');
  expect(await installation.stateOf('jobs')).toBe('RUNNING');

  // Restarting removes nothing either.
  await installation.worker.kill();
  installation.worker = installation.sandbox.escapement(['worker']);
  await installation.worker.printed(/No live configuration names this autoscaler/);
  expect(await installation.stateOf('jobs')).toBe('RUNNING');
  await installation.reload({ worker: { capacity: 2 }, jobs: { capacity: 5 } });
  await installation.isAt('jobs', 5);
});

it('a worker that starts with an older file changes nothing, and its log and the status name both files', async () => {
  await installation.start({ worker: { capacity: 4 }, jobs: { capacity: 3 } });
  await installation.isAt('worker', 4);
  const old = join(installation.sandbox.folder, 'old.yaml');
  writeFileSync(old, installation.yaml({ worker: { capacity: 2 } }));
  utimesSync(old, new Date(0), new Date(1_000_000_000_000));
  const second = installation.sandbox.escapement(['worker'], { ESCAPEMENT_CONFIG: old });
  await second.printed(/"worker"[^\n]*old\.yaml[^\n]*2001-09-09[^\n]*of this resource differs and is newer/);
  const inForce = await eventually('its status names both', async () => {
    const { body } = await installation.evaluationOf('worker');
    const { configuration } = body as { configuration: { file: string; insteadOf: object | null } };
    return configuration.insteadOf && configuration;
  });
  expect(inForce).toMatchObject({
    owner: 'default',
    file: installation.sandbox.env.ESCAPEMENT_CONFIG,
    insteadOf: { owner: 'default', file: old, host: hostname(), at: '2001-09-09T01:46:40.000Z' },
  });
  for (const alias of ['worker', 'jobs']) expect(await installation.stateOf(alias)).toBe('RUNNING');
  expect((await installation.witness.resource('worker')).capacities).toEqual([1, 4]);
});

it('a restarted worker adds no event to the history of an autoscaler with the same configuration', async () => {
  await installation.start({ worker: { capacity: 2 }, jobs: { capacity: 2 } });
  await installation.isAt('worker', 2);
  await installation.isAt('jobs', 2);
  const events = () =>
    Promise.all(
      ['worker', 'jobs'].map(async (alias) => (await installation.temporalOf(alias).describe()).historyLength),
    );
  const looked = async (sinceMs: number) => {
    const answers = await Promise.all(['worker', 'jobs'].map((alias) => installation.evaluationOf(alias)));
    return answers.every(
      ({ body }) => Date.parse((body as { evaluation: { at: string } | null }).evaluation?.at ?? '') > sinceMs,
    );
  };
  await eventually('both are watched, and nothing is to be done', () => looked(Date.now() - 1000));
  const before = await events();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    installation.worker.signal(signal);
    await installation.worker.ended;
    await installation.startWorker();
    const startedAtMs = Date.now();
    await eventually('both are looked at again', () => looked(startedAtMs), 60_000);
    expect(await events()).toEqual(before);
  }
});

it('a resource moves to another task queue with its run in a cooldown, and a request during the move is carried out', async () => {
  await installation.start({ worker: { capacity: 3, cooldown: '20s', step: 1 } });
  await eventually(
    'it has made a step',
    async () => (await installation.witness.resource('worker')).capacities.length === 2,
  );
  for (const program of [installation.worker, installation.apiProgram]) await program.kill();

  installation.configure({ worker: { capacity: 3, cooldown: '20s', step: 1, taskQueue: 'elsewhere' } });
  await installation.startApi();
  await installation.pause('worker');
  const answer = await installation.api.scale('worker', { targetCapacity: 4 });
  expect(answer).toMatchObject({ status: 202, body: { outcome: 'accepted' } });
  expect((answer.body as { notice: string }).notice).toContain('from the task queue "escapement"');

  await installation.startWorker();
  await installation.isAt('worker', 4);
  expect((await installation.temporalOf('worker').describe()).taskQueue).toBe('elsewhere');
  const { changes, capacities } = await installation.witness.resource('worker');
  expect(capacities).toEqual([1, 2, 3, 4]);
  const gaps = changes.slice(1).map(({ atMs }, index) => atMs - changes[index]!.atMs);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(19_500);
});

it('a running worker restarts an autoscaler that was terminated in Temporal, and logs it', async () => {
  await installation.start({ worker: { capacity: 2 } });
  await installation.isAt('worker', 2);
  await installation.temporalOf('worker').terminate('by hand');
  await installation.worker.printed(
    /"worker"[^\n]*TERMINATED[^\n]*has ended although it is configured; starting it again/,
  );
  await eventually('it runs', async () => (await installation.stateOf('worker')) === 'RUNNING');
});
