/**
 * Reads over connections that are kept from one look to the next, by all adapters of this process that read from one
 * server in one way. A change never takes part: it has a connection of its own, and is sent at most once.
 */
import { Client } from 'undici';
import { connectorOf } from '../net/tunnel.js';
import { Deadline } from '../net/deadline.js';
import {
  ask,
  exchange,
  type Connection,
  type HttpExchange,
  type HttpRequest,
  type TlsOptions,
} from './http-exchange.js';

/** What has a permit is a change. */
type ReadRequest = Omit<HttpRequest, 'permit'> & { readonly permit?: never };

/** As long as Kubernetes' own clients keep theirs; a server that says less is believed. */
const keptIdleMs = 90_000;
/** Of one server. More are opened when more is read at once, and closed after it. */
const mostIdle = 32;

/** Of one adapter. */
export class PooledReads {
  readonly #leases = new Map<string, ServerConnections>();
  /** Nearly always the one that is asked for next. */
  #last:
    | { readonly origin: string; readonly tls: TlsOptions | undefined; readonly connections: ServerConnections }
    | undefined;
  #isClosed = false;

  /** Throws no more than `exchange` does, and follows no redirect either. */
  async read(request: ReadRequest, signal: AbortSignal): Promise<HttpExchange> {
    // A scale run may go on to look for a while after its configuration was replaced.
    if (this.#isClosed) return exchange(request, signal);
    const connections = this.#connectionsTo(request.url.origin, request.tls);
    const deadline = new Deadline(request.timeoutMs, signal);
    try {
      const kept = connections.takeIdle();
      if (kept) {
        const result = await connections.ask(kept, request, deadline, signal);
        if (result.kind === 'answered') return result;
        // The others have stood for as long, and to the same server.
        connections.closeIdle();
        // A server that closes what is idle may do so just when it is asked: that says nothing of the server.
        if (result.kind === 'notSent' || result.cause !== 'connection') return result;
      }
      return await connections.ask(connections.open(), request, deadline, signal);
    } finally {
      deadline.clear();
    }
  }

  /** Reads that are under way come to their end. */
  close(): void {
    this.#isClosed = true;
    this.#last = undefined;
    for (const [key, connections] of this.#leases) {
      if (!connections.release(this)) continue;
      servers.delete(key);
    }
    this.#leases.clear();
  }

  #connectionsTo(origin: string, tls: TlsOptions | undefined): ServerConnections {
    const last = this.#last;
    if (last?.origin === origin && last.tls === tls) return last.connections;
    // A client certificate is who we are: connections are shared by those only who are the same.
    const key = JSON.stringify([origin, tls]);
    const connections = this.#leases.get(key) ?? servers.get(key) ?? new ServerConnections(origin, tls);
    servers.set(key, connections);
    this.#leases.set(key, connections);
    connections.lease(this);
    this.#last = { origin, tls, connections };
    return connections;
  }
}

const servers = new Map<string, ServerConnections>();

interface KeptConnection extends Connection {
  /** The server may be asked again over it. */
  readonly isOpen: () => boolean;
  readonly breakOff: () => void;
}

class ServerConnections {
  readonly #origin: string;
  readonly #tls: TlsOptions;
  readonly #users = new Set<PooledReads>();
  /** The one that was used last is used next, so that those beyond the need grow old. */
  readonly #idle: KeptConnection[] = [];

  constructor(origin: string, tls: TlsOptions = {}) {
    this.#origin = origin;
    this.#tls = tls;
  }

  lease(user: PooledReads): void {
    this.#users.add(user);
  }

  /** @returns whether that was the last user. */
  release(user: PooledReads): boolean {
    this.#users.delete(user);
    if (this.#users.size > 0) return false;
    this.closeIdle();
    return true;
  }

  takeIdle(): KeptConnection | undefined {
    return this.#idle.pop();
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.breakOff();
  }

  open(): KeptConnection {
    const over = new AbortController();
    const connect = connectorOf({ ...this.#tls, signal: over.signal, timeout: 0 });
    let wasUsed = false;
    let isOpen = false;
    const client = new Client(this.#origin, {
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keptIdleMs,
      connect: (options, callback) => {
        wasUsed = false;
        connect(options, (...outcome) => {
          wasUsed = isOpen = outcome[0] === null;
          callback(...outcome);
        });
      },
    });
    const connection: KeptConnection = {
      client,
      reset: false,
      wasUsed: () => wasUsed,
      isOpen: () => isOpen,
      breakOff: () => {
        over.abort();
        void client.destroy();
      },
    };
    client.on('disconnect', () => {
      isOpen = false;
      this.#forget(connection);
    });
    return connection;
  }

  /** Keeps the connection after a whole answer, and breaks it off after anything else. */
  async ask(
    connection: KeptConnection,
    request: ReadRequest,
    deadline: Deadline,
    caller: AbortSignal,
  ): Promise<HttpExchange> {
    deadline.signal.addEventListener('abort', connection.breakOff, { once: true });
    if (deadline.signal.aborted) connection.breakOff();
    const result = await ask(connection, request, { deadline, caller });
    deadline.signal.removeEventListener('abort', connection.breakOff);
    const isWhole = result.kind === 'answered' && 'text' in result.body;
    if (isWhole && connection.isOpen() && this.#users.size > 0 && this.#idle.length < mostIdle)
      this.#idle.push(connection);
    else connection.breakOff();
    return result;
  }

  #forget(connection: KeptConnection): void {
    const at = this.#idle.indexOf(connection);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    connection.breakOff();
  }
}
