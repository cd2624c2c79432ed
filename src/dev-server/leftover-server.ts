/** A Temporal server of an earlier run may still hold the database and the ports: the next start ends it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from '../process/logger.js';

export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
}

const patienceMs = 10_000;

/**
 * Ends the server whose process ids are in the file, when the process that started it has ended.
 * @throws DataDirectoryInUseError when that process is still running, because it uses the server.
 */
export async function endLeftoverServer(
  files: { readonly processIds: string; readonly database: string },
  log: Logger,
): Promise<void> {
  const [owner, supervisor, server] = await readProcessIds(files.processIds);
  if (owner === undefined || supervisor === undefined || server === undefined) return;
  if (!isServerOf(files.database, await lookUp(server))) return;

  // A process id may have been reused since. That the supervisor is still a child of the owner cannot be a coincidence.
  if ((await lookUp(supervisor))?.parent === owner) {
    throw new DataDirectoryInUseError(
      `Escapement is already running (pid ${owner}) with ${files.database}. Stop it, or set another ESCAPEMENT_DATA_DIR for this process.`,
    );
  }
  log.info({ pid: server }, 'Ending the Temporal server of an earlier run');
  // The database survives this: every change is on disk before it is answered.
  killIfRunning(server);
  for (let waitedMs = 0; isStillThere(files.database, await lookUp(server)); waitedMs += 50) {
    if (waitedMs > patienceMs) throw new Error(`The Temporal server of an earlier run (pid ${server}) does not end.`);
    await setTimeout(50);
  }
}

async function readProcessIds(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .trim()
    .split(' ')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
}

function isServerOf(database: string, facts: ProcessFacts | null): boolean {
  const { commandLine = '' } = facts ?? {};
  return commandLine.includes('start-dev') && commandLine.includes(database);
}

/** A process that is ending loses its command line before it releases its files and ports. */
function isStillThere(database: string, facts: ProcessFacts | null): boolean {
  return facts?.isEnding === true || isServerOf(database, facts);
}

interface ProcessFacts {
  readonly parent: number;
  readonly commandLine: string;
  readonly isEnding: boolean;
}

async function lookUp(pid: number): Promise<ProcessFacts | null> {
  return (await lookUpInProc(pid).catch(() => null)) ?? (await lookUpByPs(pid).catch(() => null));
}

/** /proc/<pid>/stat: pid (name) state parent ...; the name may contain spaces and parentheses. */
async function lookUpInProc(pid: number): Promise<ProcessFacts> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  // A zombie (Z, X) has released everything.
  const isEnding = commandLine === '' && !'ZX'.includes(state);
  return { parent: Number(parent), commandLine: commandLine.replaceAll('\0', ' '), isEnding };
}

/** For systems without /proc. */
async function lookUpByPs(pid: number): Promise<ProcessFacts | null> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'ppid=,args=', '-p', String(pid)]);
  const [, parent, commandLine] = /^\s*(\d+)\s+(.*)$/m.exec(stdout) ?? [];
  return parent && commandLine ? { parent: Number(parent), commandLine, isEnding: false } : null;
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended since it was looked up.
  }
}
