/** Some servers refuse to run as root: they run as the user that Debian's package created for them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns the command with its arguments, as it is if this process is not of root. */
export function asUser(user: string, command: string, ...args: readonly string[]): [string, ...string[]] {
  if (process.getuid?.() !== 0) return [command, ...args];
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', command, ...args];
}

/** Gives the folder, and all that is in it, to the user. */
export async function giveTo(user: string, folder: string): Promise<void> {
  if (process.getuid?.() === 0) await run('chown', ['-R', `${user}:${user}`, folder]);
}
