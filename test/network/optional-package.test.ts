import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { optionalPackage } from '../../src/adapters/net/optional-package.js';

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, Record<string, unknown>>;
const { peerDependencies = {}, peerDependenciesMeta = {}, devDependencies = {} } = manifest;
const names = Object.keys(peerDependencies) as Parameters<typeof optionalPackage>[0][];

/** The error of Node in a folder without packages. */
async function errorOfNode(name: string): Promise<Error> {
  const cwd = await mkdtemp(join(tmpdir(), 'escapement-no-packages-'));
  const script = `import('${name}').catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd });
  const { code, message } = JSON.parse(stdout) as { readonly code: string; readonly message: string };
  return Object.assign(new Error(message), { code });
}

describe.each(names)('the optional package %s', (name) => {
  it('is loaded if it is installed', async () => {
    expect(Object.keys(await optionalPackage(name, () => import(name) as Promise<object>))).not.toEqual([]);
  });

  it('is asked for in the version of the tests if Node does not find it', async () => {
    const error = await errorOfNode(name);
    await expect(optionalPackage(name, () => Promise.reject(error))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(`npm install ${name}@${String(devDependencies[name])}`),
    });
  });

  it('passes on its own errors, also if it lacks a package itself', async () => {
    for (const error of [await errorOfNode('escapement-none-such'), new Error('broken')]) {
      await expect(optionalPackage(name, () => Promise.reject(error))).rejects.toBe(error);
    }
  });

  it('is an optional peer dependency, from the version of the tests on', () => {
    expect(peerDependencies[name]).toBe(`^${String(devDependencies[name])}`);
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });
});
