/** The platform `exec`: a worker is killed while its program runs, and a configuration cannot run what the worker does not allow. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { poolScript, type PoolScript } from '../platforms/fixtures/pool-script.js';
import { eventually } from '../support/eventually.js';
import { apiOf, Sandbox } from './sandbox.js';

let sandbox: Sandbox;
let pool: PoolScript;

beforeEach(async () => {
  sandbox = await Sandbox.create();
  // The program needs this long to set a size, and may be orphaned meanwhile.
  pool = await poolScript(1, 'sleep 2');
  sandbox.configure(`
version: 1
resources:
  pool:
    platform: { type: exec, observe: ${JSON.stringify(pool.settings.observe)}, set: ${JSON.stringify(pool.settings.set)} }
    min: 1
    max: 6
    step: 1
    cooldown: 1s
    settle: 4s
    waitForActive: { timeout: 4s, interval: 1s }
`);
});
afterEach(() => sandbox.close());

describe('a worker that is killed while the program runs', () => {
  it('counts the attempt as made: the program is not run again for that change', async () => {
    const first = sandbox.escapement(['up'], { ESCAPEMENT_ALLOW_EXEC: pool.program });
    await (await apiOf(first)).scale('pool', { targetCapacity: 3 });
    await eventually('the program runs', () => pool.sets().length === 1);
    await first.kill();
    await sandbox.onlyRuns();
    const again = await apiOf(sandbox.escapement(['up'], { ESCAPEMENT_ALLOW_EXEC: pool.program }));
    await again.until('pool', 'has closed', ({ run }) => run?.outcome === 'reached');
    expect(pool.sets()).toEqual([2, 3]);
    expect(await pool.size()).toBe(3);
  });
});

it('a configuration that names a program which the worker does not allow runs nothing, and the log says so', async () => {
  const program = sandbox.escapement(['up'], { ESCAPEMENT_ALLOW_EXEC: '/opt/other' });
  await (await apiOf(program)).scale('pool', { targetCapacity: 3 });
  await program.printed(/ESCAPEMENT_ALLOW_EXEC does not list it/);
  expect(pool.sets()).toEqual([]);
});

it('a value that lists no absolute paths is refused at the start', async () => {
  const program = sandbox.escapement(['up'], { ESCAPEMENT_ALLOW_EXEC: 'true' });
  await program.printed(/ESCAPEMENT_ALLOW_EXEC.*is not a list of programs/);
});
