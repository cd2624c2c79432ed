/** Opens a connection as a request would, and sends nothing. */
import { withDeadline } from '../deadline.js';
import type { TlsOptions } from '../tls.js';
import { connectorOf } from '../tunnel.js';

interface Destination {
  readonly url: URL;
  readonly tls: TlsOptions;
  readonly timeoutMs: number;
}

/**
 * Returns when there is a connection, through the proxy and with TLS where a request has them.
 * @throws AdapterError at the deadline, or the error of the connection.
 */
export async function connectOnly({ url, tls, timeoutMs }: Destination, signal: AbortSignal): Promise<void> {
  const { protocol, hostname, port, host } = url;
  await withDeadline(
    { name: 'the connection', signal, timeoutMs },
    (until) =>
      new Promise<void>((resolve, reject) => {
        const connect = connectorOf({ ...tls, signal: until, timeout: 0 });
        connect({ protocol, hostname, host, port }, (error, socket) => {
          socket?.destroy();
          if (error) reject(error);
          else resolve();
        });
      }),
  );
}
