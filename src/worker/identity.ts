/**
 * Identities of workers that other processes can check: `4242@web-1 9f3c2a1b-83120-5e1d`. The process id and the host
 * are followed by the scope in which that process id is valid (the boot of the machine and its process id namespace),
 * the start time of the process, and a random part, because every worker needs its own identity.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * - `alive`, `dead`: known for certain.
 * - `restarted`: it ran under the same host name, in another container or before a reboot: very likely an earlier
 * process of this worker. Two containers that share a host name look the same.
 * - `elsewhere`: only the Temporal server can tell.
 */
export type WorkerStatus = 'alive' | 'dead' | 'restarted' | 'elsewhere';

export function newWorkerIdentity(): string {
  const { scope, startedAt } = ownPlace();
  return `${process.pid}@${hostname()} ${scope}-${startedAt}-${randomUUID().slice(0, 4)}`;
}

/** @param own the identity of this process's worker on the same task queue: there is only one at a time. */
export function workerStatusOf(identity: string, own: string): WorkerStatus {
  if (identity === own) return 'alive';
  const worker = parse(identity);
  if (!worker || worker.host !== hostname()) return 'elsewhere';
  const here = ownPlace();
  if (worker.scope !== here.scope) return 'restarted';
  // Another worker of this process on this task queue can only be one that has ended.
  if (worker.pid === process.pid) return 'dead';
  if (!hasProcess(worker.pid)) return 'dead';
  const found = lookUp(worker.pid);
  // Without /proc, a process id that was reused by another process counts as alive.
  return found === undefined || (!found.hasEnded && found.startedAt === worker.startedAt) ? 'alive' : 'dead';
}

interface Place {
  readonly scope: string;
  readonly startedAt: string;
}

interface NamedWorker extends Place {
  readonly pid: number;
  readonly host: string;
}

function parse(identity: string): NamedWorker | undefined {
  const [, pid, host, scope, startedAt] = /^(\d+)@(\S+) ([0-9a-f]{8})-(\d+)-[0-9a-f]{4}$/.exec(identity) ?? [];
  if (pid === undefined || host === undefined || scope === undefined || startedAt === undefined) return undefined;
  return { pid: Number(pid), host, scope, startedAt };
}

function ownPlace(): Place {
  const scope = createHash('sha256').update(bootAndNamespace()).digest('hex').slice(0, 8);
  return { scope, startedAt: lookUp('self')?.startedAt ?? '0' };
}

/** Without /proc, the host name is used instead. */
function bootAndNamespace(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid');
  } catch {
    return hostname();
  }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

interface ProcessFacts {
  /** In ticks since boot. */
  readonly startedAt: string;
  /** A zombie: it has exited, and its parent has not reaped it yet. */
  readonly hasEnded: boolean;
}

/** /proc/<pid>/stat: pid (name) state ..., the start time is field 22; the name may contain spaces and parentheses. */
function lookUp(pid: number | 'self'): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { startedAt: fields[19] ?? '0', hasEnded: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}
