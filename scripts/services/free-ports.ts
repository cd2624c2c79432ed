/** Ports that nobody uses now, for servers that cannot choose one themselves. */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that operating systems give to connections and to servers that ask for any port: one of those could be
 * taken before the server of the test listens.
 */
const lowest = 12_000;
const highest = 32_000;

/** Held together before they are released, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const held: { readonly port: number; readonly server: Server }[] = [];
  while (held.length < count) {
    const port = randomInt(lowest, highest);
    const server = await hold(port);
    if (server) held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => new Promise((closed) => server.close(closed))));
  return held.map(({ port }) => port);
}

/** Undefined: the port is in use. */
function hold(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
