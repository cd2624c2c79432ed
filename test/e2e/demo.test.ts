/** The first five minutes: two commands, nothing configured. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import type { Exit, Program } from '../support/program.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await Sandbox.create();
});
afterEach(() => sandbox.close());

it('npm start runs a demo that names itself a demo, scales, accepts a retarget, stops on Ctrl-C and resumes after a restart', async () => {
  const first = sandbox.npmStart();
  const api = await apiOf(first);
  expect(first.output).toContain('DEMO: nothing is configured, so the sidecar is SIMULATED');
  expect(first.output).toContain(`curl -X POST ${api.url}/v1/resources/worker/scale`);

  const answer = await api.scale('worker', { targetCapacity: 5 });
  expect(answer).toMatchObject({ status: 202, body: { outcome: 'started', targetCapacity: 5 } });
  await api.until('worker', 'has made a step', ({ stepsMade }) => stepsMade > 0);
  const retarget = await api.scale('worker', { targetCapacity: 3 });
  expect(retarget).toMatchObject({ status: 202, body: { outcome: 'retargeted', targetCapacity: 3 } });
  await api.until('worker', 'is settled', ({ phase }) => phase === 'settled');

  const exit = await pressCtrlC(first);
  // A shell between npm and us may say of itself that it was interrupted, and npm then says the same.
  expect([
    { code: 0, signal: null },
    { code: null, signal: 'SIGINT' },
  ]).toContainEqual(exit);
  expect(first.output).toContain('"Stopped"');
  await sandbox.onlyRuns();

  const again = await apiOf(sandbox.npmStart());
  const kept = await again.until('worker', 'is at 3', ({ observed }) => observed?.capacity === 3);
  expect(kept).toMatchObject({ targetCapacity: 3 });
  expect(await again.scale('worker', { targetCapacity: 3 })).toMatchObject({ status: 202 });
  await again.until('worker', 'is settled', ({ phase }) => phase === 'settled');
});

it('Ctrl-C during a step stops the demo within 10 s, and the step is not sent again after a restart', async () => {
  const witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=1', '--start-time', '3s');
  sandbox.configure(`
version: 1
resources:
  worker:
    platform: { type: omnistrate, url: "${witness.url}" }
    min: 1
    max: 6
    step: 1
    cooldown: 2s
    settle: 2s
    waitForActive: { timeout: 2m, interval: 1s }
`);
  const first = sandbox.escapement(['up']);
  const api = await apiOf(first);
  await api.scale('worker', { targetCapacity: 3 });
  await eventually('a change is sent', async () => (await witness.resource('worker')).changes.length > 0);
  expect(await pressCtrlC(first)).toEqual({ code: 0, signal: null });
  await sandbox.onlyRuns(/ simulator /);

  const again = await apiOf(sandbox.escapement(['up']));
  await again.until('worker', 'is settled', ({ phase }) => phase === 'settled');
  expect((await witness.resource('worker')).capacities).toEqual([1, 2, 3]);
});

async function pressCtrlC(program: Program): Promise<Exit> {
  const pressedAtMs = performance.now();
  program.signal('SIGINT');
  const exit = await program.ended;
  expect(performance.now() - pressedAtMs).toBeLessThan(10_000);
  return exit;
}
