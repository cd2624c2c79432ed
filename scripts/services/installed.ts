/** What the servers of the tests need, from the package managers of this machine; what they fetch is kept in ~/.cache/escapement/services. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { alone } from './alone.js';
import { aptInstall } from './apt.js';

const run = promisify(execFile);

/** Each server lists its own as `needs`: prepare.ts has all of them in place before the tests begin. */
export interface Need {
  readonly what: string;
  readonly from: string;
  /** What it cannot be installed without. */
  readonly requires: readonly Need[];
  isThere(): Promise<boolean>;
  /** Where it is; installed first if it is missing. */
  path(): Promise<string>;
}

/** A command of a Debian package. */
export function debianCommand(command: string, packageName: string): Need {
  const isThere = async () => (await which(command)) !== undefined;
  return {
    what: `${command} (${packageName})`,
    from: 'Debian',
    requires: [],
    isThere,
    async path() {
      if (!(await isThere())) await aptInstall(packageName, cache(), isThere);
      const path = await which(command);
      if (path === undefined) throw new Error(`apt-get installed ${packageName}, but there is no ${command}`);
      return path;
    },
  };
}

/** A folder to put into PYTHONPATH. */
export function pythonPackage(requirement: string, folderName: string): Need {
  return cachedFolder(requirement, 'PyPI', folderName, [pip], async (folder) => {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, requirement]);
  });
}

/** A folder with a node_modules. */
export function nodePackages(requirements: readonly string[], folderName: string): Need {
  return cachedFolder(requirements.join(', '), 'npm', folderName, [], async (folder) => {
    const quietly = ['--silent', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...quietly, '--prefix', folder, ...requirements]);
  });
}

/** The jars of artifacts (group:name:version) and of what they depend on, as a class path. */
export function javaClassPath(artifacts: readonly string[], folderName: string): Need {
  const jars = cachedFolder(artifacts.join(', '), 'Maven Central', folderName, [maven], async (folder) => {
    const pom = join(folder, 'pom.xml');
    await writeFile(pom, projectOf(artifacts));
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    await run(await maven.path(), ['-q', '-B', '-f', pom, ...goal]);
  });
  return {
    ...jars,
    async path() {
      const folder = await jars.path();
      const names = (await readdir(folder)).filter((name) => name.endsWith('.jar'));
      return names.map((name) => join(folder, name)).join(':');
    },
  };
}

/** The program of a Go module of ours, built once: that may take minutes. */
export function goProgram(what: string, module: string, folderName: string): Need {
  const built = cachedFolder(what, 'the Go module proxy, built here', folderName, [go], async (folder) => {
    const build = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'program'), '.'];
    await run(await go.path(), build, { cwd: module });
  });
  return { ...built, path: async () => join(await built.path(), 'program') };
}

/**
 * A command of another Go module, built once in a copy of the module.
 * @param files of the module that its authors generate for a release, by their path.
 */
export function goCommand(
  { module, version, command }: { readonly module: string; readonly version: string; readonly command: string },
  files: Readonly<Record<string, string>>,
): Need {
  const name = module.slice(module.lastIndexOf('/') + 1).toLowerCase();
  const what = `${name} ${version}`;
  const built = cachedFolder(what, 'the Go module proxy, built here', `${name}-${version}`, [go], async (folder) => {
    const { stdout } = await run(await go.path(), ['mod', 'download', '-json', `${module}@${version}`]);
    const { Dir: downloaded } = JSON.parse(stdout) as { readonly Dir: string };
    const source = join(folder, 'source');
    // What is downloaded is read-only.
    await run('cp', ['-r', '--no-preserve=mode', downloaded, source]);
    for (const [path, text] of Object.entries(files)) await writeFile(join(source, path), text);
    const build = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'program'), command];
    await run(await go.path(), build, { cwd: source });
    await rm(source, { recursive: true });
  });
  return { ...built, path: async () => join(await built.path(), 'program') };
}

const pip = debianCommand('pip3', 'python3-pip');
const maven = debianCommand('mvn', 'maven');
const go = debianCommand('go', 'golang-go');

function projectOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group = '', name = '', version = ''] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>escapement</groupId>
<artifactId>services</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`;
}

/** A folder that is there whole or not at all: filled beside its place, then moved into it. */
function cachedFolder(
  what: string,
  from: string,
  folderName: string,
  requires: readonly Need[],
  fill: (folder: string) => Promise<void>,
): Need {
  const place = () => join(cache(), folderName);
  const isThere = () => isReachable(place(), constants.R_OK);
  const install = async () => {
    if (await isThere()) return;
    for (const need of requires) await need.path();
    const filling = `${place()}.filling`;
    // What a process that was killed has left.
    await rm(filling, { recursive: true, force: true });
    await mkdir(filling, { recursive: true });
    await fill(filling);
    await rename(filling, place());
  };
  return {
    what,
    from,
    requires,
    isThere,
    async path() {
      if (!(await isThere())) await alone(cache(), folderName, install);
      return place();
    },
  };
}

function cache(): string {
  return join(homedir(), '.cache', 'escapement', 'services');
}

async function which(command: string): Promise<string | undefined> {
  const ofDebian = ['/usr/sbin', '/usr/lib/rabbitmq/bin', ...(await postgresqlFolders())];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...ofDebian];
  for (const folder of folders) {
    if (await isReachable(join(folder, command), constants.X_OK)) return join(folder, command);
  }
  return undefined;
}

/** Debian has the servers of PostgreSQL in a folder for each version, outside PATH. */
async function postgresqlFolders(): Promise<string[]> {
  const versions = '/usr/lib/postgresql';
  const names = await readdir(versions).catch(() => []);
  return names.map((name) => join(versions, name, 'bin'));
}

async function isReachable(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
