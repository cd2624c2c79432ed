/** Servers are installed by several processes at once: on an apt-get of the test's own, which locks as the true one does. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { allNeeds } from '../../scripts/services/prepare.js';
import { eventually } from '../support/eventually.js';

const run = promisify(execFile);
const installing = fileURLToPath(new URL('installing-process.ts', import.meta.url));

interface Machine {
  /** In a process of its own. */
  readonly install: (command: string) => Promise<string>;
  readonly calls: () => Promise<string[]>;
  readonly lock: string;
}

/** An empty cache, and an apt-get that fails at once where another holds its lock. A package has a command of its name. */
async function machine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'escapement-apt-'));
  const [bin, log, lock] = ['bin', 'log', 'lock'].map((name) => join(folder, name)) as [string, string, string];
  await mkdir(bin);
  const script = `#!/bin/sh
for last; do :; done
echo "$last" >> ${log}
exec 9> ${lock}
flock -n 9 || { echo 'E: Could not get lock ${lock}. It is held by process 1 (apt-get)' >&2; exit 100; }
[ "$last" != nowhere ] || { echo 'E: Unable to locate package nowhere' >&2; exit 100; }
sleep 0.1
[ "$last" = update ] || { echo '#!/bin/sh' > "${bin}/$last"; chmod +x "${bin}/$last"; }
`;
  await writeFile(join(bin, 'apt-get'), script, { mode: 0o755 });
  const env = { ...process.env, NODE_OPTIONS: '', HOME: folder, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return {
    lock,
    install: async (command) =>
      (await run(process.execPath, ['--import', 'tsx', installing, command], { env })).stdout.trim(),
    calls: async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  };
}

describe('installing', () => {
  it('is done by one process at a time, fetches the package lists once, and nothing twice', async () => {
    const { install, calls } = await machine();
    const paths = await Promise.all(['made-up-redis', 'made-up-rabbit', 'made-up-redis'].map(install));
    expect(paths.map((path) => path.split('/').at(-1))).toEqual(['made-up-redis', 'made-up-rabbit', 'made-up-redis']);
    expect((await calls()).sort()).toEqual(['made-up-rabbit', 'made-up-redis', 'update']);
  });

  it('waits while another program holds the lock of apt', async () => {
    const { install, calls, lock } = await machine();
    const other = spawn('flock', [lock, 'sh', '-c', 'echo locked; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    const installed = install('made-up-etcd');
    await eventually('it has tried twice', async () => (await calls()).length >= 2);
    other.stdin.end();
    expect(await installed).toContain('made-up-etcd');
  });

  it('says what cannot be had, and why', async () => {
    const { install } = await machine();
    await expect(install('nowhere')).rejects.toThrow('Unable to locate package nowhere');
  });
});

describe('the list of what is installed before the tests', () => {
  it('has what each server needs, and first what that cannot be installed without', async () => {
    const names = (await allNeeds()).map(({ what }) => what);
    for (const part of ['redis-server', 'rabbitmq-server', 'etcd', 'prometheus', 'moto', 'activemq', 'kafka']) {
      expect(names).toContainEqual(expect.stringContaining(part));
    }
    expect(new Set(names).size).toBe(names.length);
    const at = (part: string) => names.findIndex((name) => name.includes(part));
    expect(at('maven')).toBeLessThan(at('kafka'));
    expect(at('golang')).toBeLessThan(at('kube-apiserver'));
  });
});
