/** A queue that tells its depth over HTTP, or does not. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function startQueue(depth: number) {
  const queue = { depth, updatedAt: undefined as string | undefined, isBroken: false, url: '', close: async () => {} };
  const server = createServer((_, response) => {
    if (queue.isBroken) response.writeHead(500).end();
    else {
      const { depth: now, updatedAt } = queue;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ depth: now, updatedAt }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  queue.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  queue.close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return queue;
}
