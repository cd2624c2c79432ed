/** The sockets of one client. They are destroyed as soon as no caller waits for the client. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { TlsOptions } from '../../net/tls.js';

interface Target {
  readonly firstBroker: string;
  readonly tls: TlsOptions | undefined;
}

/**
 * `disconnect` of kafkajs waits for the responses to pending requests, and does not close a socket that is still
 * connecting. A broker that does not respond would keep the sockets of every sample open, and would prevent the process
 * from exiting.
 */
export function socketsTo({ firstBroker, tls }: Target, abandoned: AbortSignal): ISocketFactory {
  const sockets = new Set<Socket>();
  abandoned.addEventListener('abort', () => {
    for (const socket of sockets) socket.destroy(new Error('no caller waits for this connection'));
  });
  return ({ host, port, onConnect }) => {
    abandoned.throwIfAborted();
    // kafkajs splits the address at its first colon, so that the host of `[::1]:9092` becomes `[`. Brokers report the
    // addresses of other brokers without brackets.
    const address = host === '[' ? bracketed(firstBroker) : { host, port };
    const socket =
      tls === undefined
        ? connect(address, onConnect)
        : connectTls({ ...address, ...(isIP(address.host) === 0 && { servername: address.host }), ...tls }, onConnect);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket.setKeepAlive(true, keepAliveDelayMs);
  };
}

/** As in kafkajs. */
const keepAliveDelayMs = 60_000;

function bracketed(broker: string): { host: string; port: number } {
  const end = broker.indexOf(']');
  return { host: broker.slice(1, end), port: Number(broker.slice(end + 2)) };
}
