/** A real Redis: alone, as a Cluster of one node, or behind a Sentinel. */
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianCommand } from './installed.js';
import { freePorts } from './free-ports.js';
import { ServiceProcess } from './service-process.js';

const run = promisify(execFile);

export const needs = { server: debianCommand('redis-server', 'redis-server') };

export interface RedisService extends ServiceProcess {
  readonly port: number;
  /** Runs a command of redis-cli as the administrator. */
  readonly cli: (...command: string[]) => Promise<string>;
}

/** @param config lines of redis.conf. */
export async function redisService(config: readonly string[] = [], password?: string): Promise<RedisService> {
  return launch([], config, password);
}

/** Lines of redis.conf for a Cluster of one node. By default, its bus has a port among those that connections get. */
export async function clusterConfig(): Promise<string[]> {
  const [busPort = 0] = await freePorts(1);
  return ['cluster-enabled yes', 'cluster-announce-ip 127.0.0.1', `cluster-port ${busPort}`];
}

/** Watches a Redis under the name `queue`. */
export async function sentinelService(masterPort: number, masterPassword: string): Promise<RedisService> {
  const watch = [`sentinel monitor queue 127.0.0.1 ${masterPort} 1`, `sentinel auth-pass queue ${masterPassword}`];
  return launch(['--sentinel'], watch, undefined);
}

async function launch(
  args: readonly string[],
  config: readonly string[],
  password: string | undefined,
): Promise<RedisService> {
  const server = await needs.server.path();
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'escapement-redis-'));
  const file = join(folder, 'redis.conf');
  const common = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, 'appendonly no', ...config];
  await writeFile(file, common.join('\n'));
  // The password is in the environment, because redis-cli warns about a password on the command line.
  const env = { ...process.env, ...(password !== undefined && { REDISCLI_AUTH: password }) };
  const cli = async (...command: string[]) =>
    (await run('redis-cli', ['-p', String(port), ...command], { env })).stdout.trim();
  const service = new ServiceProcess({
    name: 'redis-server',
    command: server,
    args: [file, ...args],
    isReady: async () => (await cli('ping')) === 'PONG',
  });
  return Object.assign(service, { port, cli });
}
