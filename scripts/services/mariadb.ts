/** A real MariaDB, with TLS. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asUser, giveTo } from './as-user.js';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export const needs = { server: debianCommand('mariadbd', 'mariadb-server') };

export interface MariadbService extends ServiceProcess {
  readonly port: number;
  /** Runs SQL as the administrator. */
  readonly sql: (statements: string) => Promise<string>;
}

export async function mariadbService(certificate: {
  readonly cert: string;
  readonly key: string;
}): Promise<MariadbService> {
  const server = await needs.server.path();
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-mariadb-'));
  const [data, socket, file] = ['data', 'socket', 'my.cnf'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await copyFile(certificate.cert, join(folder, 'server.crt'));
  await copyFile(certificate.key, join(folder, 'server.key'));
  const settings = [
    ...['[mariadbd]', `port = ${port}`, 'bind-address = 127.0.0.1', `datadir = ${data}`, `socket = ${socket}`],
    ...[
      `pid-file = ${join(folder, 'pid')}`,
      `ssl-cert = ${join(folder, 'server.crt')}`,
      `ssl-key = ${join(folder, 'server.key')}`,
    ],
  ];
  await writeFile(file, settings.join('\n'));
  await giveTo('mysql', folder);
  const options = [`--defaults-file=${file}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
  const [install, ...args] = asUser('mysql', 'mariadb-install-db', ...options);
  await run(install, args);
  const sql = async (statements: string) =>
    (await run('mariadb', [`--socket=${socket}`, '-u', 'root', '-N', '-e', statements])).stdout.trim();
  const [command, ...rest] = asUser('mysql', server, `--defaults-file=${file}`);
  const service = new ServiceProcess({
    name: 'mariadbd',
    command,
    args: rest,
    isReady: async () => (await sql('SELECT 1')) === '1',
  });
  return Object.assign(service, { port, sql });
}
