/** A plan from the command line, with the processes that carry it out killed in the middle of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Installation } from './installation.js';

let installation: Installation;
let file: string;

beforeEach(async () => {
  installation = await Installation.create();
  await installation.start({ worker: { cooldown: '2s', step: 1 }, jobs: { cooldown: '2s', step: 1 } });
  installation.sandbox.env.ESCAPEMENT_SERVER = installation.api.url;
  file = join(installation.sandbox.folder, 'plan.yaml');
});
afterEach(() => installation.close());

async function escapement(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const program = installation.sandbox.escapement(args);
  const { code } = await program.ended;
  return { code, output: program.output };
}

async function changesOf(alias: string) {
  const { capacities, changes } = await installation.witness.resource(alias);
  return { capacities, sent: changes.length };
}

function write(text: string): void {
  writeFileSync(file, text);
}

it('continues after the worker was killed, and sends nothing twice', async () => {
  write('steps:\n  - { resource: worker, target: 3 }\n  - { resource: jobs, target: 3 }\n');
  expect(await escapement('plan', file, '--key', 'rollout', '--json')).toMatchObject({ code: 0 });
  await installation.isAt('worker', 2);
  await installation.worker.kill();
  await installation.startWorker();
  await installation.isAt('jobs', 2);
  await installation.worker.kill();
  await installation.startWorker();
  // The same key is the same plan: this only waits.
  const { code, output } = await escapement('plan', file, '--key', 'rollout', '--wait');
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining('All resources are at their targets.') as unknown,
  });
  expect(output).toContain('step 1: worker 1 -> 3: reached');
  expect(await changesOf('worker')).toEqual({ capacities: [1, 2, 3], sent: 2 });
  expect(await changesOf('jobs')).toEqual({ capacities: [1, 2, 3], sent: 2 });
});

it('undoes what it did after the worker was killed during the undo, and sends nothing twice', async () => {
  write('steps:\n  - { resource: worker, target: 3 }\n  - { resource: jobs, target: 9 }\n');
  await escapement('plan', file, '--key', 'rollback');
  await installation.isAt('jobs', 2);
  expect(await escapement('plans', 'rollback', '--cancel')).toMatchObject({ code: 0 });
  await installation.isAt('worker', 2);
  await installation.worker.kill();
  await installation.startWorker();
  const isCancelled = async () =>
    (await escapement('plans', 'rollback', '--json')).output.includes('"phase":"cancelled"');
  await eventually('the plan has ended', isCancelled, 60_000);
  const { output } = await escapement('plans', 'rollback');
  expect(output).toMatch(/1 +worker +1 +3 +reached +undone \(1\)/);
  expect(await changesOf('worker')).toEqual({ capacities: [1, 2, 3, 2, 1], sent: 4 });
  const jobs = await changesOf('jobs');
  expect(jobs.capacities.at(-1)).toBe(1);
  expect(jobs.sent).toBe(jobs.capacities.length - 1);
  expect(await escapement('plans', 'rollback', '--cancel')).toMatchObject({ code: 4 });
});

it('previews, and refuses what is not possible before anything starts', async () => {
  write(
    'steps:\n  - { resource: worker, target: 3 }\n  - together: [{ resource: jobs, target: 2 }, { resource: worker, target: 1 }]\n',
  );
  expect(await escapement('plan', file, '--preview')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Step 1, worker: .*\n(.*\n)*Step 2, jobs: (.*\n)*Nothing was sent\./) as unknown,
  });
  write('steps:\n  - { resource: worker, target: 3 }\n  - { resource: jobs, target: 99 }\n');
  const outside = expect.stringContaining('#/steps/1/target: jobs: 99 is above the maximum of 9') as unknown;
  expect(await escapement('plan', file)).toMatchObject({ code: 4, output: outside });
  write('steps:\n  - { resource: nosuch, target: 3 }\n');
  expect(await escapement('plan', file)).toMatchObject({
    code: 2,
    output: expect.stringContaining('nosuch') as unknown,
  });
  write('steps: [\n');
  expect(await escapement('plan', file)).toMatchObject({
    code: 2,
    output: expect.stringContaining('plan.yaml') as unknown,
  });
  expect(await escapement('plan', `${file}.missing`)).toMatchObject({ code: 2 });
  expect(await escapement('plans')).toMatchObject({ code: 0, output: expect.stringContaining('no plans') as unknown });
  expect(await changesOf('worker')).toEqual({ capacities: [1], sent: 0 });
});
