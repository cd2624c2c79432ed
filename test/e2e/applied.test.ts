/** `escapement apply`: what it changes, what it removes, and that it continues what is added again. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Installation } from './installation.js';

let installation: Installation;
beforeEach(async () => {
  installation = await Installation.create();
});
afterEach(() => installation.close());

it('escapement apply makes the same changes; it removes only with --prune, and a resource added again immediately continues', async () => {
  await installation.start({ worker: { capacity: 2 }, jobs: { capacity: 2 } });
  await installation.isAt('worker', 2);
  await installation.isAt('jobs', 2);

  installation.configure({ worker: { capacity: 3 }, jobs: {} });
  expect(await installation.apply()).toEqual({ configured: ['worker'], unchanged: [], unnamed: ['jobs'], removed: [] });
  await installation.isAt('worker', 3);
  expect(await installation.stateOf('jobs')).toBe('RUNNING');

  expect(await installation.apply('--prune')).toEqual({
    configured: [],
    unchanged: ['worker'],
    unnamed: [],
    removed: ['jobs'],
  });
  installation.configure({ worker: { capacity: 3 }, jobs: { capacity: 4 } });
  expect(await installation.apply()).toEqual({ configured: ['jobs'], unchanged: ['worker'], unnamed: [], removed: [] });
  await installation.isAt('jobs', 4);

  installation.configure({ worker: { capacity: 3 } });
  // Of another owner, and so another's business.
  const strangers = await installation.apply('--prune', { ESCAPEMENT_OWNER: 'paris' });
  expect(strangers).toEqual({ configured: ['worker'], unchanged: [], unnamed: [], removed: [] });
  expect(await installation.apply('--prune')).toMatchObject({ removed: ['jobs'] });
  // The API has the configuration that it was started with, which still names jobs.
  const told = await eventually('its removal is reported', async () => {
    const { notice } = (await installation.evaluationOf('jobs')).body as { notice: string | null };
    return notice?.includes('removed by') && notice;
  });
  expect(told).toContain(installation.sandbox.env.ESCAPEMENT_CONFIG!);
  expect(await installation.stateOf('jobs')).toBe('COMPLETED');
});

it('an autoscaler that is removed and added again before a worker evaluates it continues', async () => {
  await installation.start({ jobs: { capacity: 2 } });
  await installation.isAt('jobs', 2);
  await installation.pause('jobs');
  await installation.worker.kill();
  installation.configure({ worker: { capacity: 1 } });
  expect(await installation.apply('--prune')).toMatchObject({ removed: ['jobs'] });
  installation.configure({ jobs: { capacity: 2 } });
  expect(await installation.apply()).toMatchObject({ configured: ['jobs'] });
  await installation.startWorker();
  const before = Date.now();
  await eventually('it is watched, and still paused', async () => {
    const { body } = await installation.evaluationOf('jobs');
    const { evaluation, pause } = body as { evaluation: { at: string } | null; pause: object | null };
    return Date.parse(evaluation?.at ?? '') > before && pause !== null;
  });
});

it('apply --prune also removes the last resource of a task queue', async () => {
  await installation.start({ worker: { capacity: 2 }, jobs: { capacity: 2, taskQueue: 'night' } });
  await installation.isAt('jobs', 2);
  await installation.reload({ worker: { capacity: 2 } });
  await installation.apply('--prune');
  await eventually('its autoscaling has ended', async () => (await installation.stateOf('jobs')) === 'COMPLETED');
});

it('in an empty folder, no command that connects to Temporal runs, so nothing is changed', async () => {
  await installation.start({ worker: { capacity: 2 } });
  await installation.isAt('worker', 2);
  const before = await installation.temporalOf('worker').describe();
  rmSync(installation.sandbox.env.ESCAPEMENT_CONFIG!);
  const unconfigured = { ESCAPEMENT_CONFIG: '' };
  for (const command of [['apply'], ['apply', '--prune'], ['worker'], ['api'], ['up']]) {
    const program = installation.sandbox.escapement(command, unconfigured);
    expect(await program.ended).toEqual({ code: 2, signal: null });
    expect(program.output).toContain('no resource is configured');
  }
  const after = await installation.temporalOf('worker').describe();
  expect([after.status.name, after.historyLength]).toEqual(['RUNNING', before.historyLength]);
});
