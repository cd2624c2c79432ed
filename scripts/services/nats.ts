/** A real NATS with JetStream. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

export const needs = { server: debianCommand('nats-server', 'nats-server') };

export interface NatsService extends ServiceProcess {
  readonly port: number;
  /** Works with a connection of the administrator, who may do everything. */
  readonly administer: (work: (connection: NatsConnection) => Promise<void>) => Promise<void>;
}

/** Who may connect, and how the administrator does. */
export interface NatsAccess {
  /** Lines of the configuration. */
  readonly config: readonly string[];
  readonly administrator: ConnectionOptions;
}

/** @param users entries of the list of users in the configuration. */
export function natsUsers(users: readonly string[]): NatsAccess {
  const [user, pass] = ['administrator', 'administrator-password'];
  const all = [`{ user: ${user}, password: "${pass}" }`, ...users].join(', ');
  return { config: [`authorization { users = [ ${all} ] }`], administrator: { user, pass } };
}

/** @param config further lines of the configuration. */
export async function natsService(access: NatsAccess, config: readonly string[] = []): Promise<NatsService> {
  const server = await needs.server.path();
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-nats-'));
  const file = join(folder, 'nats.conf');
  const lines = [
    'host: 127.0.0.1',
    `port: ${port}`,
    `jetstream { store_dir: "${folder}" }`,
    ...access.config,
    ...config,
  ];
  await writeFile(file, lines.join('\n'));
  const administer = async (work: (connection: NatsConnection) => Promise<void>) => {
    const tls = config.some((line) => line.startsWith('tls')) && { tls: { rejectUnauthorized: false } as object };
    const connection = await connect({
      servers: `127.0.0.1:${port}`,
      ...access.administrator,
      ...tls,
      reconnect: false,
    });
    try {
      await work(connection);
    } finally {
      await connection.close();
    }
  };
  const service = new ServiceProcess({
    name: 'nats-server',
    command: server,
    args: ['-c', file],
    isReady: async () => {
      await administer(async (connection) => {
        await connection.request('$JS.API.INFO');
      });
      return true;
    },
  });
  return Object.assign(service, { port, administer });
}
