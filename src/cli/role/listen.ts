/** Listens on the port of an HTTP server of this process, until the shutdown. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from './role.js';

/** Responses that are still open after this are stuck: requests that wait are answered when the shutdown begins. */
const openAnswersMs = 1000;

/** Returns the URL as a person on this machine opens it. */
export async function listen(
  { settings, shutdown }: Role,
  server: Server,
  { what, port: wanted }: { readonly what: string; readonly port: number },
): Promise<string> {
  server.listen(wanted, settings.listen);
  await once(server, 'listening');
  shutdown.onStop(what, async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const stuck = setTimeout(() => server.closeAllConnections(), openAnswersMs);
    await closed;
    clearTimeout(stuck);
  });
  const { port } = server.address() as AddressInfo; // always an object when the server listens on TCP
  return `http://${hostOf(settings.listen)}:${port}`;
}

function hostOf(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}
