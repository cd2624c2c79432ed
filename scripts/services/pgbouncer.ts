/** A real PgBouncer in transaction mode, with one connection to its server. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asUser, giveTo } from './as-user.js';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export const needs = { pooler: debianCommand('pgbouncer', 'pgbouncer') };

export interface PgbouncerService extends ServiceProcess {
  readonly port: number;
}

export async function pgbouncerService(
  serverPort: number,
  user: { readonly username: string; readonly password: string },
): Promise<PgbouncerService> {
  const pooler = await needs.pooler.path();
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-pgbouncer-'));
  const [users, file] = [join(folder, 'users.txt'), join(folder, 'pgbouncer.ini')];
  await writeFile(users, `"${user.username}" "${user.password}"\n`);
  const settings = [
    ...['[databases]', `postgres = host=127.0.0.1 port=${serverPort}`, '[pgbouncer]'],
    ...['listen_addr = 127.0.0.1', `listen_port = ${port}`, `unix_socket_dir = ${folder}`],
    ...['auth_type = scram-sha-256', `auth_file = ${users}`, 'pool_mode = transaction', 'default_pool_size = 1'],
  ];
  await writeFile(file, settings.join('\n'));
  await giveTo('postgres', folder);
  const [command, ...args] = asUser('postgres', pooler, file);
  const service = new ServiceProcess({ name: 'pgbouncer', command, args, isReady: () => accepts(port) });
  return Object.assign(service, { port });
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
