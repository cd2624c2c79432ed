/** The programs in examples/, with the package from its tarball and a real Temporal server. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { Program } from '../support/program.js';
import { InstalledPackage } from './installed-package.js';
import { Sandbox } from './sandbox.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

let sandbox: Sandbox;
let temporal: TemporalProcess;
let installed: InstalledPackage;
const running: Program[] = [];

beforeAll(async () => {
  sandbox = await Sandbox.create();
  temporal = await TemporalProcess.start();
  sandbox.env.TEMPORAL_ADDRESS = temporal.address;
  installed = await InstalledPackage.in(sandbox);
  for (const name of ['own-pool', 'client']) {
    cpSync(join(examples, name), join(installed.folder, name), { recursive: true });
    await installed.compile(join(name, 'main.ts'));
  }
});
afterAll(async () => {
  await Promise.all(running.map((program) => program.kill()));
  await sandbox.close();
  await temporal.close();
});

function start(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Program {
  const command = [process.execPath, 'main.js', ...args];
  const program = new Program({ command, env: { ...sandbox.env, ...env }, folder: join(installed.folder, name) });
  running.push(program);
  return program;
}

/** The sizes that the autoscaler has set, in order. */
function sizesIn({ output }: Program): number[] {
  return [...output.matchAll(/^resize\((\d+)\)$/gm)].map(([, size]) => Number(size));
}

describe('the pool in its own process', () => {
  const upAndDown = [4, 6, 5, 4, 3, 2];

  it('grows step by step while jobs wait, shrinks when none do, and stops', async () => {
    const program = start('own-pool', [], { POOL_NAME: 'calm' });
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(sizesIn(program)).toEqual(upAndDown);
    expect(program.output).toMatch(/thresholds queue: \d+ is at or above 50, which adds 2/);
    expect(program.output).toMatch(/coolingDown, size 4/);
    expect(program.output.trimEnd()).toMatch(/stopped$/);
  });

  it('grows again from its first size after a crash, under the same name', async () => {
    const crashed = start('own-pool', [], { POOL_NAME: 'crashing' });
    await crashed.printed(/resize\(4\)/);
    await crashed.kill();
    const next = start('own-pool', [], { POOL_NAME: 'crashing' });
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(sizesIn(next)).toEqual(upAndDown);
  });

  it('the newer of two processes with one name has the autoscaler, and the older one says so', async () => {
    const older = start('own-pool', [], { POOL_NAME: 'shared' });
    await older.printed(/resize\(4\)/);
    const newer = start('own-pool', [], { POOL_NAME: 'shared' });
    expect(await older.ended).toMatchObject({ code: 0 });
    expect(older.output).toMatch(/takenOver.*: process \d+ on .* has the autoscaler "shared" now/);
    expect(await newer.ended).toMatchObject({ code: 0 });
    // From its own size, whatever the other pool had.
    expect(sizesIn(newer)[0]).toBeLessThanOrEqual(4);
    expect(sizesIn(newer).at(-1)).toBe(2);
  });

  it('a process that was suspended changes nothing when it wakes up, because another one has the name', async () => {
    const suspended = start('own-pool', [], { POOL_NAME: 'suspended' });
    await suspended.printed(/resize\(4\)/);
    suspended.signal('SIGSTOP');
    const newer = start('own-pool', [], { POOL_NAME: 'suspended' });
    expect(await newer.ended).toMatchObject({ code: 0 });
    expect(sizesIn(newer)).toEqual(upAndDown);
    suspended.signal('SIGCONT');
    expect(await suspended.ended).toMatchObject({ code: 0 });
    expect(suspended.output).toMatch(/takenOver/);
    expect(sizesIn(suspended)).toEqual([4]);
  });

  it('refuses the name of a resource that a configuration autoscales', async () => {
    sandbox.configure(`version: 1
resources:
  taken: { platform: omnistrate, min: 1, max: 6, autoscale: { policies: [{ type: fixed, capacity: 2 }] } }
`);
    expect(await sandbox.escapement(['apply', '--yes']).ended).toMatchObject({ code: 0 });
    const program = start('own-pool', [], { POOL_NAME: 'taken' });
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.output).toMatch(/ConfigError: name: taken is a resource that .* autoscales; choose another name/);
  });

  it('says which server does not answer, and how to start one', async () => {
    const program = start('own-pool', [], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(await program.ended).toMatchObject({ code: 1 });
    expect(program.output).toMatch(
      /Temporal at 127\.0\.0\.1:9 does not answer \(.*\)\. Start one with "temporal server start-dev"/,
    );
  });
});

describe('the client over Temporal', () => {
  it('scales without an API server, and ends', async () => {
    const witness = await sandbox.sidecar('--port', '0', '--resource', 'worker=1', '--start-time', '0s');
    const yaml = `version: 1
resources:
  worker: { platform: { type: omnistrate, url: "${witness.url}" }, min: 1, max: 6, cooldown: 1s }
`;
    sandbox.configure(yaml);
    writeFileSync(join(installed.folder, 'client', 'escapement.yaml'), yaml);
    sandbox.escapement(['worker']);
    const program = start('client', ['worker', '3']);
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(program.output).toMatch(/worker has 3 units; run [0-9a-f-]+/);
    expect((await witness.resource('worker')).capacities).toEqual([1, 2, 3]);
    const refused = start('client', ['worker', '9']);
    expect(await refused.ended).toMatchObject({ code: 1 });
    expect(refused.output).toMatch(/above the maximum of 6/);
  });
});
