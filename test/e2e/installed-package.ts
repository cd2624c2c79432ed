/** The package as its users install it: from the tarball, in an empty folder. The tests run after the build. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sandbox } from './sandbox.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const strict = ['--strict', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'es2022'];
const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];

export class InstalledPackage {
  private constructor(
    readonly folder: string,
    readonly tarball: string,
  ) {}

  static async in(sandbox: Sandbox): Promise<InstalledPackage> {
    const folder = join(sandbox.folder, 'app');
    mkdirSync(folder);
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', sandbox.folder];
    const { stdout } = await run('npm', pack, { cwd: root });
    const tarball = join(sandbox.folder, stdout.trim());
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: folder });
    return new InstalledPackage(folder, tarball);
  }

  /** Checks the types of a program in the folder, and compiles it. @throws Error with what the compiler printed. */
  async compile(file: string): Promise<void> {
    await compiled(this.folder, [...strict, file]);
  }

  /** The same for a project with its own `tsconfig.json`. */
  async build(project: string): Promise<void> {
    await compiled(join(this.folder, project), []);
  }
}

/** With the compiler and the types of this repository: the installation has none. */
async function compiled(cwd: string, options: readonly string[]): Promise<void> {
  await run(join(root, 'node_modules/.bin/tsc'), [...types, ...options], { cwd }).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  });
}
