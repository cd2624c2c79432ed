/** The program in docs/api.md, with a client that is generated from docs/openapi.json, compiled and run against a real API. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { afterwards } from '../api/afterwards.js';
import { openApi } from '../api/test-api.js';
import { openWorkbench } from '../workflows/open-workbench.js';
import { blocksIn } from './pages.js';

const bench = await openWorkbench();
const run = promisify(execFile);

/** With the generated types. Below this repository, so that the program finds the packages that it imports. */
async function openFolder(): Promise<string> {
  await mkdir('.cache', { recursive: true });
  const folder = await mkdtemp('.cache/generated-client-');
  afterwards(() => rm(folder, { recursive: true }));
  const [generator, document] = ['node_modules/.bin/openapi-typescript', 'docs/openapi.json'].map((path) =>
    resolve(path),
  );
  // In the folder, because the generator would read the configuration of our linter.
  await run(generator!, [document!, '--output', 'escapement.ts'], { cwd: folder });
  return folder;
}

/** @throws the complaints of the compiler. */
async function compile(folder: string, program: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'program.ts'), program);
  const options = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--ignoreConfig'];
  const target = ['--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
  await run('node_modules/.bin/tsc', [...options, ...target, join(folder, 'program.ts')]).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout);
  });
}

const [program] = blocksIn('ts').filter(({ text }) => text.includes('openapi-fetch'));

/** The compiler refuses them, so that the types say what the API takes and returns. They are never made. */
const wrongCalls = `
export async function wrong() {
  const params = { path: { resource: 'worker' } };
  // @ts-expect-error a capacity is a number
  await escapement.POST('/v1/resources/{resource}/scale', { params, body: { targetCapacity: 'many' } });
  // @ts-expect-error there is no such route
  await escapement.GET('/v1/resources/{resource}/scale', { params });
  const { data } = await escapement.GET('/v1/resources/{resource}', { params });
  // @ts-expect-error there is no such phase
  return data?.phase === 'sleeping';
}
`;

it('scales, reads the status and every page, and prints the problem of a refusal', async () => {
  const folder = await openFolder();
  // Two pages, of one resource each.
  await compile(folder, `${program!.text.replace('limit: 50', 'limit: 1')}\n${wrongCalls}`);

  const wide = await bench.resource({ settings: { max: 4 } });
  const narrow = await bench.resource({ settings: { max: null, min: 2 } });
  const api = await openApi(bench.server.client, [wide, narrow]);
  const env = { ...process.env, ESCAPEMENT_SERVER: api.url };
  const { stdout } = await run(process.execPath, [join(folder, 'program.js')], { env });
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^${wide.resource}: \\w+, target 4$`)),
    `urn:escapement:problem:out-of-bounds: ${narrow.resource}: 1 is below the minimum of 2`,
    `${narrow.resource}: idle, target null`,
  ]);
  expect(await api.untilPhase(wide.resource, 'settled')).toMatchObject({ targetCapacity: 4, reason: 'market day' });
}, 120_000);
