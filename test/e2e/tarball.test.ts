/** The package as its users install it: from the tarball, in an empty folder. */
import { execFile } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Program } from '../support/program.js';
import { InstalledPackage } from './installed-package.js';
import { apiOf, Sandbox } from './sandbox.js';

const run = promisify(execFile);
const megabyte = 1_000_000;

let sandbox: Sandbox;
let installed: InstalledPackage;
let folder: string;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  installed = await InstalledPackage.in(sandbox);
  folder = installed.folder;
});
afterAll(() => sandbox.close());

it('is small', () => {
  expect(statSync(installed.tarball).size).toBeLessThan(4 * megabyte);
});

it('npx escapement runs its commands', async () => {
  writeFileSync(
    join(folder, 'mine.yaml'),
    'version: 1\nresources:\n  worker: { platform: omnistrate, min: 1, max: 3 }\n',
  );
  const { stdout } = await run('npx', ['escapement', 'validate', 'mine.yaml'], { cwd: folder, env: sandbox.env });
  expect(stdout).toContain('mine.yaml is valid');
});

it('the library is typed, and answers with the errors of the API', async () => {
  writeFileSync(
    join(folder, 'main.ts'),
    `import { EscapementClient, EscapementError, type ResourceAnswer } from 'escapement';

const client = new EscapementClient({ server: 'http://127.0.0.1:9' });
const status: Promise<ResourceAnswer> = client.status('worker');
// @ts-expect-error There is no such field.
void status.then((answer) => answer.nothing, () => undefined);
await status.catch((error: unknown) => console.log(error instanceof EscapementError && error.status));
`,
  );
  await installed.compile('main.ts');
  const { stdout } = await run(process.execPath, ['main.js'], { cwd: folder });
  expect(stdout).toBe('null\n');
});

it('a program that only imports the library loads no worker', async () => {
  const program = `import 'escapement';
import { createRequire } from 'node:module';
const { cache } = createRequire(import.meta.url);
console.log(Object.keys(cache).filter((file) => file.includes('@temporalio')).join());
`;
  writeFileSync(join(folder, 'idle.mjs'), program);
  const { stdout } = await run(process.execPath, ['idle.mjs'], { cwd: folder });
  expect(stdout).toBe('\n');
});

it('npx escapement up scales the resource of the demo', async () => {
  const demo = new Program({ command: ['npx', 'escapement', 'up'], env: sandbox.env, folder });
  try {
    const { url } = await apiOf(demo);
    const env = { ...sandbox.env, ESCAPEMENT_SERVER: url };
    const { stdout } = await run('npx', ['escapement', 'scale', 'worker', '2', '--wait'], { cwd: folder, env });
    expect(stdout).toBe('worker: 2 is reached.\n');
  } finally {
    await demo.kill();
  }
});
