/**
 * The queue of the demo: a list in a real Redis if one answers, otherwise a number in this process that is served over
 * HTTP.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';

export interface DemoQueue {
  /** Where the queue is, in words for a person. */
  readonly where: string;
  /** The signal in escapement.yaml that samples the depth of the queue. */
  readonly signal: string;
  put(messages: number): Promise<void>;
  /** Takes this number of messages, or all if there are fewer. */
  take(messages: number): Promise<void>;
  depth(): Promise<number>;
  close(): Promise<void>;
}

export async function openQueue({ REDIS_URL: url = 'redis://127.0.0.1:6379' }: NodeJS.ProcessEnv): Promise<DemoQueue> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1000 });
  // Without a listener ioredis prints its errors.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return redisQueue(redis);
  } catch {
    redis.disconnect();
    return localQueue();
  }
}

function redisQueue(redis: Redis): DemoQueue {
  // The key contains the process id, so that two demos on one Redis do not share a queue.
  const key = `escapement-demo-${process.pid}`;
  return {
    where: `a list in Redis (${key})`,
    signal: `{ type: redis, url: "\${REDIS_URL:-redis://127.0.0.1:6379}", key: ${key} }`,
    put: async (messages) => {
      if (messages > 0) await redis.rpush(key, ...Array.from({ length: messages }, () => 'message'));
    },
    take: async (messages) => {
      await redis.ltrim(key, messages, -1);
    },
    depth: () => redis.llen(key),
    close: async () => {
      await redis.del(key);
      redis.disconnect();
    },
  };
}

async function localQueue(): Promise<DemoQueue> {
  let depth = 0;
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ depth }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // always an object when the server listens on TCP
  return {
    where: 'in this process (start a Redis, or set REDIS_URL, for a real one)',
    signal: `{ type: http-json, url: "http://127.0.0.1:${port}/", path: depth }`,
    put: async (messages) => {
      depth += messages;
    },
    take: async (messages) => {
      depth = Math.max(0, depth - messages);
    },
    depth: async () => depth,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
