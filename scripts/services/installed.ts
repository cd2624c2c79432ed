/** Servers for tests, from the package managers of this machine; what they fetch is kept in ~/.cache/escapement/services. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(homedir(), '.cache', 'escapement', 'services');

/** The path of a command, installed from Debian's packages if it is not there. */
export async function debianCommand(command: string, packageName: string): Promise<string> {
  const found = await which(command);
  if (found !== undefined) return found;
  await withoutStartingServices(async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update'], { env });
    await run('apt-get', ['install', '-y', '--no-install-recommends', packageName], { env });
  });
  const installed = await which(command);
  if (installed === undefined) throw new Error(`apt-get installed ${packageName}, but there is no ${command}`);
  return installed;
}

/** The folder to put into PYTHONPATH. */
export async function pythonPackage(requirement: string, folderName: string): Promise<string> {
  return cachedFolder(folderName, async (folder) => {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, requirement]);
  });
}

/** A Java class path of artifacts (group:name:version) and what they depend on. */
export async function javaClassPath(artifacts: readonly string[], folderName: string): Promise<string> {
  const maven = await debianCommand('mvn', 'maven');
  const folder = await cachedFolder(folderName, async (target) => {
    const pom = join(target, 'pom.xml');
    await writeFile(pom, projectOf(artifacts));
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`];
    await run(maven, ['-q', '-B', '-f', pom, ...goal]);
  });
  const jars = (await readdir(folder)).filter((name) => name.endsWith('.jar'));
  return jars.map((name) => join(folder, name)).join(':');
}

/** The program of a Go module of ours, built once: it may take minutes. */
export async function goProgram(module: string, folderName: string): Promise<string> {
  const go = await debianCommand('go', 'golang-go');
  const folder = await cachedFolder(folderName, async (target) => {
    const build = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(target, 'program'), '.'];
    await run(go, build, { cwd: module });
  });
  return join(folder, 'program');
}

function projectOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group = '', name = '', version = ''] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>escapement</groupId>
<artifactId>services</artifactId><version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`;
}

/** A folder that is there whole or not at all: filled beside its place, then moved into it. */
async function cachedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  if (await isReachable(folder, constants.R_OK)) return folder;
  const filling = `${folder}.${process.pid}`;
  await mkdir(filling, { recursive: true });
  try {
    await fill(filling);
    await rename(filling, folder);
  } catch (error) {
    await rm(filling, { recursive: true, force: true });
    // Another process may have been quicker.
    if (!(await isReachable(folder, constants.R_OK))) throw error;
  }
  return folder;
}

async function which(command: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/lib/rabbitmq/bin'];
  for (const folder of folders) {
    if (await isReachable(join(folder, command), constants.X_OK)) return join(folder, command);
  }
  return undefined;
}

async function isReachable(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Debian starts what it installs, on the usual ports, unless /usr/sbin/policy-rc.d says 101. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const isThere = await isReachable(policy, constants.F_OK);
  if (!isThere) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (!isThere) await rm(policy);
  }
}
