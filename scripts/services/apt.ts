/**
 * Installs Debian's packages. Processes that do so at once wait for each other, and for other users of apt and dpkg.
 */
import { execFile } from 'node:child_process';
import { access, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { alone } from './alone.js';

const run = promisify(execFile);
const lockWaitMs = 600_000;
/** So long the package lists that were fetched last are good: a run of several installations fetches them once. */
const listsGoodForMs = 3_600_000;

/**
 * @param folder keeps our own lock, and when the lists were fetched.
 * @param isThere whether the package is installed. Checked when no other process of ours installs a package.
 */
export async function aptInstall(packageName: string, folder: string, isThere: () => Promise<boolean>): Promise<void> {
  await alone(folder, 'apt', async () => {
    if (await isThere()) return;
    await withoutStartingServices(async () => {
      await updateOnce(join(folder, 'apt-lists-fetched'));
      await aptGet('install', '-y', '--no-install-recommends', packageName);
    });
  });
}

async function updateOnce(stamp: string): Promise<void> {
  const fetchedAtMs = await stat(stamp).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (Date.now() - fetchedAtMs < listsGoodForMs) return;
  await aptGet('update');
  await writeFile(stamp, '');
}

async function aptGet(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const givenUpAtMs = Date.now() + lockWaitMs;
  for (;;) {
    try {
      await run('apt-get', ['-o', `DPkg::Lock::Timeout=${lockWaitMs / 1_000}`, ...args], { env });
      return;
    } catch (error) {
      const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
      if (code === 'ENOENT')
        throw new Error('there is no apt-get here: install it by hand, so that it is in PATH', { cause: error });
      // The timeout above is for dpkg's locks; apt's own, of the lists and of the downloads, fail at once.
      const isLocked = stderr.includes('Could not get lock');
      if (!isLocked || Date.now() > givenUpAtMs) {
        throw new Error(`apt-get ${args.join(' ')} failed:\n${stderr.trim()}`, { cause: error });
      }
      await setTimeout(500);
    }
  }
}

/** Debian starts what it installs, on the usual ports, unless /usr/sbin/policy-rc.d says 101. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = await access(policy).then(
    () => false,
    () => true,
  );
  if (isOurs) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (isOurs) await rm(policy);
  }
}
