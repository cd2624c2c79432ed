/** A server of this process, on its port, until the end. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from './role.js';

/** Answers that are still open by then are stuck: whoever waits is answered when the end begins. */
const openAnswersMs = 1000;

/** Answers with the URL, as a person on this machine opens it. */
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
  const { port } = server.address() as AddressInfo; // an object whenever it listens on TCP
  return `http://${hostOf(settings.listen)}:${port}`;
}

function hostOf(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}
