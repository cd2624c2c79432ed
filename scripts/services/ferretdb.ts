/**
 * A real FerretDB, which speaks the protocol of MongoDB and keeps its data in SQLite, with and without TLS. MongoDB's own
 * server is in none of the package managers that these scripts use.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { goCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export interface FerretdbService extends ServiceProcess {
  readonly port: number;
  readonly tlsPort: number;
  /** Works with a connection of the only user. */
  readonly administer: (work: (client: MongoClient) => Promise<void>) => Promise<void>;
}

const version = 'v1.24.2';

export const needs = {
  server: goCommand(
    { module: 'github.com/FerretDB/FerretDB', version, command: './cmd/ferretdb' },
    { 'build/version/version.txt': version },
  ),
};

/** @param certificates paths of PEM files. Over TLS, clients need a certificate of the authority. */
export async function ferretdbService(
  user: { readonly username: string; readonly password: string },
  certificates: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<FerretdbService> {
  const command = await needs.server.path();
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-ferretdb-'));
  const administer = async (work: (client: MongoClient) => Promise<void>) => {
    const client = new MongoClient(`mongodb://127.0.0.1:${port}`, { auth: user, serverSelectionTimeoutMS: 1_000 });
    try {
      await work(client);
    } finally {
      await client.close();
    }
  };
  const service = new ServiceProcess({
    name: 'ferretdb',
    command,
    args: [
      ...['--handler=sqlite', `--sqlite-url=file:${folder}/`, `--state-dir=${folder}`, '--telemetry=disable'],
      ...[`--listen-addr=127.0.0.1:${port}`, `--listen-tls=127.0.0.1:${tlsPort}`, '--debug-addr=-'],
      ...[`--listen-tls-cert-file=${certificates.cert}`, `--listen-tls-key-file=${certificates.key}`],
      `--listen-tls-ca-file=${certificates.ca}`,
      ...['--test-enable-new-auth', '--setup-database=admin'],
      ...[`--setup-username=${user.username}`, `--setup-password=${user.password}`],
    ],
    isReady: async () => {
      await administer(async (client) => {
        await client.db('admin').command({ listCollections: 1 });
      });
      return true;
    },
  });
  return Object.assign(service, { port, tlsPort, administer });
}
