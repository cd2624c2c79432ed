/** The sockets of one client, which are destroyed as soon as nobody waits for the client. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { TlsOptions } from '../../net/tls.js';

interface Target {
  readonly firstBroker: string;
  readonly tls: TlsOptions | undefined;
}

/**
 * `disconnect` of kafkajs waits for the answers to pending requests, and does not close a socket that is still connecting.
 * A broker that hangs would keep the sockets of every sample open, and would keep a process from ending.
 */
export function socketsTo({ firstBroker, tls }: Target, abandoned: AbortSignal): ISocketFactory {
  const sockets = new Set<Socket>();
  abandoned.addEventListener('abort', () => {
    for (const socket of sockets) socket.destroy(new Error('nobody waits for this connection'));
  });
  return ({ host, port, onConnect }) => {
    abandoned.throwIfAborted();
    // kafkajs cuts the address at its first colon, which leaves a bracket of `[::1]:9092`. Brokers name the others without brackets.
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
