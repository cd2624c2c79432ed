/** Connects to Redis: to one server, through Sentinel, or to a Cluster. */
import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { z } from 'zod';
import { AdapterError } from '../../net/errors.js';
import { addressSetting, parseAddress } from '../../net/server-address.js';
import { tlsOptions, tlsSettings } from '../../net/tls.js';
import { ReusableConnection } from '../reusable-connection.js';

const address = addressSetting(['redis', 'rediss']);

export const connectionSettings = {
  url: address
    .default('redis://localhost:6379')
    .describe('Address: "redis://host:6379/0". `rediss://` uses TLS. The number after the slash is the database.'),
  username: z.string().optional().describe('ACL user.'),
  password: z.string().optional().describe('Password of the user, or the `requirepass` of the server.'),
  database: z.number().int().min(0).optional().describe('Database number. Default: the number in the address, else 0.'),
  cluster: z
    .boolean()
    .default(false)
    .describe('Whether the address is a node of a Redis Cluster. The other nodes are discovered.'),
  sentinel: z
    .strictObject({
      master: z.string().min(1).describe('Name of the master in Sentinel.'),
      username: z.string().optional().describe('ACL user of Sentinel itself.'),
      password: z.string().optional().describe('Password of Sentinel itself.'),
    })
    .optional()
    .describe('Sentinel at the address (port 26379), which is queried for the master at every new connection.'),
  tls: tlsSettings.optional(),
};

type ConnectionSettings = z.output<z.ZodObject<typeof connectionSettings>>;
export type RedisClient = Redis | Cluster;

/** The name of the server in messages, and the secrets that no message may contain. */
export function redisServer(settings: ConnectionSettings) {
  const { shown, password } = parseAddress(settings.url);
  return {
    server: `Redis at ${shown}`,
    secrets: [settings.password ?? password, settings.sentinel?.password, settings.tls?.key],
  };
}

export function redisConnection(settings: ConnectionSettings, timeoutMs: number): ReusableConnection<RedisClient> {
  return new ReusableConnection<RedisClient>({
    async open(lost, abandoned) {
      const client = await makeClient(settings, timeoutMs);
      let failure: unknown;
      // Without a listener, ioredis prints errors. The first error is more specific than the "Connection is closed"
      // after it.
      client.on('error', (error: unknown) => (failure ??= error));
      client.on('end', lost);
      abandoned.addEventListener('abort', () => client.disconnect());
      try {
        await client.connect();
        return client;
      } catch (error) {
        client.disconnect();
        throw explained(failure ?? error);
      }
    },
    isHarmless: (error) => error instanceof AdapterError || (error instanceof Error && error.name === 'ReplyError'),
  });
}

async function makeClient(settings: ConnectionSettings, timeoutMs: number): Promise<RedisClient> {
  // Loaded on first use: most configurations have no such signal.
  const { Cluster, Redis } = await import('ioredis');
  const { url, username, password } = parseAddress(settings.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isEncrypted = url.protocol === 'rediss:' || settings.tls !== undefined;
  const options = {
    ...frugal,
    connectTimeout: timeoutMs,
    db: databaseOf(settings, url),
    username: settings.username ?? username,
    password: settings.password ?? password,
    ...(isEncrypted && { tls: tlsOptions(settings.tls) }),
  };
  if (settings.cluster) {
    return new Cluster([{ host, port: Number(url.port || 6379) }], {
      lazyConnect: true,
      enableReadyCheck: false,
      clusterRetryStrategy: () => null,
      redisOptions: options,
    });
  }
  if (settings.sentinel === undefined) return new Redis({ ...once, ...options, host, port: Number(url.port || 6379) });
  return new Redis({
    ...once,
    ...options,
    sentinels: [{ host, port: Number(url.port || 26379) }],
    name: settings.sentinel.master,
    sentinelRetryStrategy: () => null,
    sentinelUsername: settings.sentinel.username,
    sentinelPassword: settings.sentinel.password,
    ...(isEncrypted && { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions(settings.tls) }),
  });
}

/** No reconnects and no retries: the next sample opens a new connection. */
const once = { lazyConnect: true, retryStrategy: () => null, enableOfflineQueue: false } satisfies RedisOptions;

/** Only the commands of the sample: INFO and CLIENT SETINFO would require more permissions. */
const frugal = {
  maxRetriesPerRequest: 0,
  enableReadyCheck: false,
  disableClientInfo: true,
  // RESP2 is also supported by servers older than Redis 6 and by proxies.
  protocol: 2,
} satisfies RedisOptions;

function databaseOf(settings: ConnectionSettings, url: URL): number {
  return settings.database ?? Number(/^\/(\d+)$/.exec(url.pathname)?.[1] ?? 0);
}

function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message } = 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
  if (/WRONGPASS|NOAUTH|invalid password|NOPERM/.test(message)) {
    return new AdapterError('denied', `refused the login: ${message}. Check username and password.`);
  }
  if (/sentinel/i.test(message)) return new AdapterError('unreachable', `${message} Check url and sentinel.master.`);
  if (message.startsWith('Connection is closed')) {
    return new AdapterError('unreachable', 'cannot be reached. Check that it is running, its address and the network.');
  }
  return error;
}
