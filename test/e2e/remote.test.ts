/** The commands for a running Escapement, over its API and straight through Temporal. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Installation } from './installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create();
  await installation.start({ worker: { cooldown: '1s', step: 1 }, jobs: { capacity: 2, interval: '1h' } });
  installation.sandbox.env.ESCAPEMENT_SERVER = installation.api.url;
  await installation.isAt('jobs', 2);
});
afterAll(() => installation.close());

async function escapement(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const program = installation.sandbox.escapement(args);
  const { code } = await program.ended;
  return { code, output: program.output };
}

async function answer(...args: readonly string[]): Promise<unknown> {
  const { code, output } = await escapement(...args, '--json');
  expect({ code, output }).toMatchObject({ code: 0 });
  return JSON.parse(output);
}

it('scale requests a capacity, waits until it is reached, and tells the progress', async () => {
  expect(await escapement('scale', 'worker', '3', '--preview')).toMatchObject({
    code: 0,
    output: expect.stringContaining('Nothing was sent.'),
  });
  const { code, output } = await escapement('scale', 'worker', '3', '--reason', 'market day', '--wait');
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/of 3, (changing|coolingDown)/) });
  expect(output).toContain('worker: 3 is reached.');
  expect((await installation.witness.resource('worker')).capacities).toEqual([1, 2, 3]);
  expect(await answer('runs', 'worker')).toMatchObject({ runs: [{ targetCapacity: 3, reason: 'market day' }] });
});

it('a request with the same key is carried out once', async () => {
  const before = (await installation.witness.resource('worker')).capacities.at(-1)!;
  for (const attempt of [1, 2]) {
    const { code } = await escapement('scale', 'worker', '+1', '--key', 'a', '--wait');
    expect({ attempt, code }).toEqual({ attempt, code: 0 });
  }
  expect((await installation.witness.resource('worker')).capacities.at(-1)).toBe(before + 1);
});

it('an invalid or refused request has an exit code of its own, and says what to do', async () => {
  const refused = { code: 4, output: expect.stringContaining('above the maximum of 9') };
  expect(await escapement('scale', 'worker', '99')).toMatchObject(refused);
  const unknown = { code: 2, output: expect.stringMatching(/"nosuch" does not exist\. Resources: worker, jobs/) };
  expect(await escapement('status', 'nosuch')).toMatchObject(unknown);
  expect(await escapement('pause', 'worker')).toMatchObject({ code: 2, output: expect.stringContaining('autoscale') });
  const nowhere = { code: 1, output: expect.stringContaining('Check the address') };
  expect(await escapement('status', '--server', 'http://127.0.0.1:9')).toMatchObject(nowhere);
});

it('status, decisions and explain show the same as the API, as a table and as data', async () => {
  const { output } = await escapement('status', '-o', 'wide');
  expect(output).toMatch(/^RESOURCE +PHASE +CAPACITY +TARGET +LAST HOUR +COOLDOWN +NEEDS YOU +WHY\n/);
  expect(output).toMatch(/^jobs +\w+ +2 +2/m);
  const { output: yaml } = await escapement('status', 'jobs', '-o', 'yaml');
  expect(parse(yaml)).toMatchObject([{ resource: 'jobs', capacity: 2 }]);
  expect(await answer('decisions', 'jobs')).toMatchObject({ decisions: [{ evaluation: { target: 2 } }] });
  const { output: drawn } = await escapement('explain', 'jobs');
  expect(drawn).toMatch(/policies\n {2}└ fixed.*→ 2.*\n {2}↓\nrecommended 2\n/);
  expect(drawn).not.toContain('\u001b');
});

it('pause, resume and override take effect, straight through Temporal too', async () => {
  expect(await answer('pause', 'jobs', '--for', '2h', '--direction', 'down', '--temporal')).toMatchObject({
    pause: { direction: 'down', until: expect.any(String) },
  });
  expect((await installation.evaluationOf('jobs')).body).toMatchObject({ pause: { direction: 'down' } });
  await answer('resume', 'jobs');
  expect(await answer('override', 'jobs', '4')).toMatchObject({ override: { capacity: 4, until: null } });
  await installation.isAt('jobs', 4);
  await answer('override', 'jobs', '--release', '--temporal');
  await installation.isAt('jobs', 2);
});

it('evaluate requests an evaluation now, waits for it, and explains it', async () => {
  const before = await evaluatedAt();
  const { code, output } = await escapement('evaluate', 'jobs');
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^jobs at .*\nsignals\n/) });
  const after = await evaluatedAt();
  expect(after).toBeGreaterThan(before);
  expect(await answer('evaluate', 'jobs', '--temporal')).toMatchObject({ resource: 'jobs', evaluation: { target: 2 } });
  expect(await evaluatedAt()).toBeGreaterThan(after);
});

it('evaluate names what it cannot do, and without a worker it says so after --timeout', async () => {
  const needed = { code: 1, output: expect.stringContaining('write the name of a resource, or --once') };
  expect(await escapement('evaluate')).toMatchObject(needed);
  const forOnce = { code: 1, output: expect.stringContaining('are for --once') };
  expect(await escapement('evaluate', 'jobs', '--detailed-exit-code')).toMatchObject(forOnce);
  expect(await escapement('evaluate', 'jobs', '--once')).toMatchObject({ code: 1 });
  expect(await escapement('evaluate', 'nosuch')).toMatchObject({ code: 2 });
  await installation.worker.kill();
  const late = { code: 1, output: expect.stringContaining('jobs has not been evaluated in time; the request remains') };
  expect(await escapement('evaluate', 'jobs', '--timeout', '1s')).toMatchObject(late);
  await installation.startWorker();
});

it('retarget needs a run in progress, and cancel too', async () => {
  const idle = { code: 4, output: expect.stringContaining('no run in progress') };
  expect(await escapement('retarget', 'jobs', '3')).toMatchObject(idle);
  expect(await escapement('cancel', 'jobs')).toMatchObject({ code: 4 });
});

async function evaluatedAt(): Promise<number> {
  const { evaluation } = (await installation.evaluationOf('jobs')).body as { evaluation: { at: string } };
  return Date.parse(evaluation.at);
}
