/** Names the process that listens on a port, as far as this user's permissions allow. */
import { execFile } from 'node:child_process';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** "node (pid 4711)", or "another process". Only the name of the program, because its arguments may contain secrets. */
export async function portHolder(port: number): Promise<string> {
  for (const lookup of [holderByProc, holderByLsof]) {
    const holder = await lookup(port).catch(() => null);
    if (holder) return holder;
  }
  return 'another process';
}

/** On Linux: from the kernel's table of sockets, then from the process that has the socket open. */
export async function holderByProc(port: number): Promise<string | null> {
  const inode = await listeningInode(port);
  if (inode === null) return null;
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    if (await holds(pid, inode)) return describe((await readFile(`/proc/${pid}/comm`, 'utf8')).trim(), pid);
  }
  return null;
}

/** On other systems, if `lsof` is installed. */
export async function holderByLsof(port: number, lsof = 'lsof'): Promise<string | null> {
  const { stdout } = await promisify(execFile)(lsof, ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const program = /^c(.+)$/m.exec(stdout)?.[1];
  return pid && program ? describe(program, pid) : null;
}

const describe = (program: string, pid: string): string => `${program} (pid ${pid})`;

/** Columns of /proc/net/tcp: sl, local address (hex ip:port), remote address, state, ..., inode as the tenth. */
async function listeningInode(port: number): Promise<string | null> {
  const listening = '0A';
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = await readFile(table, 'utf8').catch(() => '');
    for (const row of rows.split('\n').slice(1)) {
      const columns = row.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hexPort}`) && columns[3] === listening) return columns[9] ?? null;
    }
  }
  return null;
}

async function holds(pid: string, inode: string): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  // A process of another user, or one that has just ended, cannot be read.
  for (const descriptor of await readdir(directory).catch(() => [])) {
    const link = await readlink(`${directory}/${descriptor}`).catch(() => '');
    if (link === `socket:[${inode}]`) return true;
  }
  return false;
}
