/** The package as its users install it: from the tarball, in an empty folder. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TemporalProcess } from '../api/temporal-process.js';
import { Program } from '../support/program.js';
import { InstalledPackage } from './installed-package.js';
import { apiOf, Sandbox } from './sandbox.js';

const run = promisify(execFile);
const megabyte = 1_000_000;
const example = fileURLToPath(new URL('../../examples/extended', import.meta.url));

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

describe('examples/extended', () => {
  let project: string;
  let temporal: TemporalProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    project = join(folder, 'extended');
    // Below the folder of the package, which it therefore finds.
    cpSync(example, project, { recursive: true });
    await installed.build('extended');
    temporal = await TemporalProcess.start();
    env = { ...sandbox.env, TEMPORAL_ADDRESS: temporal.address };
  });
  afterAll(() => temporal.close());

  const escapement = async (...args: string[]) =>
    (await run('npx', ['escapement', ...args], { cwd: project, env })).stdout;

  it('is valid for the commands, and its misspelled types are found', async () => {
    expect(await escapement('validate', 'escapement.yaml')).toContain('escapement.yaml is valid');
    expect(await escapement('config', 'show')).toContain('./dist/size-file.js');
    const text = readFileSync(join(project, 'escapement.yaml'), 'utf8');
    writeFileSync(
      join(project, 'misspelled.yaml'),
      text.replace('type: square-root-staffing', 'type: square-root-stafing'),
    );
    const words = expect.stringContaining('did you mean "square-root-staffing"?');
    await expect(escapement('validate', 'misspelled.yaml')).rejects.toMatchObject({ stderr: words });
  });

  it('a module may be a package, whose package.json exports a default', async () => {
    const text = readFileSync(join(project, 'escapement.yaml'), 'utf8').replace('./dist/size-file.js', 'size-file');
    writeFileSync(join(project, 'package.yaml'), text);
    const installed = join(project, 'node_modules/size-file');
    cpSync(join(project, 'dist/size-file.js'), join(installed, 'index.js'));
    const packageWith = (exports: object) =>
      writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: 'size-file', type: 'module', exports }));
    packageWith({ import: './index.js' });
    const words = expect.stringContaining('add "default" to the exports');
    await expect(escapement('validate', 'package.yaml')).rejects.toMatchObject({ stderr: words });
    packageWith({ default: './index.js' });
    expect(await escapement('validate', 'package.yaml')).toContain('package.yaml is valid');
  });

  it('a worker of its own scales through its platform, as its source and its policy recommend', async () => {
    const { stdout } = await run(process.execPath, ['dist/demo.js'], { cwd: project, env });
    expect(stdout).toContain('desk: 3 is reached.');
    expect(stdout).toContain('desk.size contains 3');
    expect(stdout).toContain('crew: new');
    expect(stdout).toContain('crew.size contains 6');
    expect(stdout).toContain('4 busy units and a reserve of 1 x sqrt(4) need 6');
    expect(stdout).toContain('40 letters');
  });

  it('escapement doctor reads its platform and its source', async () => {
    const { stdout } = await run('npx', ['escapement', 'doctor'], { cwd: project, env });
    expect(stdout).toContain('capacity 6');
  });
});
