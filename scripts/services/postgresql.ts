/** A real PostgreSQL, with TLS. */
import { execFile } from 'node:child_process';
import { copyFile, chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { asUser, giveTo } from './as-user.js';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export const needs = { server: debianCommand('initdb', 'postgresql') };

export interface PostgresqlService extends ServiceProcess {
  readonly port: number;
  /** Runs SQL as the administrator. */
  readonly sql: (statements: string) => Promise<string>;
}

export async function postgresqlService(certificate: {
  readonly cert: string;
  readonly key: string;
}): Promise<PostgresqlService> {
  const programs = dirname(await needs.server.path());
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-postgresql-'));
  await giveTo('postgres', folder);
  const data = join(folder, 'data');
  const [initdb, ...args] = asUser(
    'postgres',
    join(programs, 'initdb'),
    '-D',
    data,
    '-U',
    'administrator',
    '-N',
    '-A',
    'trust',
  );
  await run(initdb, args);
  await configure(data, port, certificate);
  await giveTo('postgres', folder);
  const sql = async (statements: string) =>
    (
      await run('psql', ['-h', data, '-p', String(port), '-U', 'administrator', '-Atc', statements, 'postgres'])
    ).stdout.trim();
  // Processes of a server that was killed end on their own, and until then no other can start on the same data.
  const retrying = `for attempt in $(seq 50); do "$@"; sleep 0.1; done`;
  const [command, ...rest] = asUser('postgres', 'sh', '-c', retrying, 'sh', join(programs, 'postgres'), '-D', data);
  const service = new ServiceProcess({
    name: 'postgres',
    command,
    args: rest,
    isReady: async () => (await sql('SELECT 1')) === '1',
  });
  return Object.assign(service, { port, sql });
}

async function configure(
  data: string,
  port: number,
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<void> {
  await copyFile(cert, join(data, 'server.crt'));
  await copyFile(key, join(data, 'server.key'));
  await chmod(join(data, 'server.key'), 0o600);
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${data}'`,
    'ssl = on',
    'fsync = off',
  ];
  await writeFile(join(data, 'postgresql.auto.conf'), settings.join('\n'));
  const access = ['local all all trust', 'host all all 127.0.0.1/32 scram-sha-256'];
  await writeFile(join(data, 'pg_hba.conf'), `${access.join('\n')}\n`);
}
