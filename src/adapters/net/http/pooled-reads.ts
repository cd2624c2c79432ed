/**
 * The policy for reads: connections are kept from one read to the next. All platforms and sources of this process that
 * read from the same server (its origin, or its Unix socket) with the same TLS settings share them. A change never uses them: see send-once.ts.
 */
import { Client } from 'undici';
import { Deadline } from '../deadline.js';
import type { TlsOptions } from '../tls.js';
import { connectorOf } from '../tunnel.js';
import { type Connection, type HttpRequest, type HttpResult, requestOver } from './request.js';
import { sendOnce } from './send-once.js';

/** A request with a permit is a change, so its type excludes one. */
type ReadRequest = HttpRequest & { readonly permit?: never };

/** The value of Kubernetes' own clients. If a server announces a shorter time, that time applies. */
const keptIdleMs = 90_000;
/** Per server. More connections are opened for more concurrent reads, and closed after them. */
const mostIdle = 32;

/** The reads of one adapter. */
export class PooledReads {
  readonly #leases = new Map<string, ServerConnections>();
  /** The connections used last, because the next read nearly always needs the same. */
  #last:
    | {
        readonly origin: string;
        readonly tls: TlsOptions | undefined;
        readonly socketPath: string | undefined;
        readonly connections: ServerConnections;
      }
    | undefined;
  #isClosed = false;

  /** Like `sendOnce`: never throws, and follows no redirect. */
  async read(request: ReadRequest, signal: AbortSignal): Promise<HttpResult> {
    // A scale run may read for a while after its configuration was replaced.
    if (this.#isClosed) return sendOnce(request, signal);
    const connections = this.#connectionsTo(request);
    const deadline = new Deadline(request.timeoutMs, signal);
    try {
      const kept = connections.takeIdle();
      if (kept) {
        const result = await connections.ask(kept, request, deadline, signal);
        if (result.kind === 'answered') return result;
        // The other idle connections are as old and lead to the same server, so they are probably closed too.
        connections.closeIdle();
        // The server may have closed the idle connection just before the request. That is not a failure: use a new one.
        if (result.kind === 'notSent' || result.cause !== 'connection') return result;
      }
      return await connections.ask(connections.open(), request, deadline, signal);
    } finally {
      deadline.clear();
    }
  }

  /** Reads in progress complete. */
  close(): void {
    this.#isClosed = true;
    this.#last = undefined;
    for (const [key, connections] of this.#leases) {
      if (!connections.release(this)) continue;
      servers.delete(key);
    }
    this.#leases.clear();
  }

  #connectionsTo({ url: { origin }, tls, socketPath }: ReadRequest): ServerConnections {
    const last = this.#last;
    if (last?.origin === origin && last.tls === tls && last.socketPath === socketPath) return last.connections;
    // A client certificate is an identity, so connections are shared only between readers with the same TLS settings.
    const key = JSON.stringify([origin, tls, socketPath]);
    const connections = this.#leases.get(key) ?? servers.get(key) ?? new ServerConnections(origin, tls, socketPath);
    servers.set(key, connections);
    this.#leases.set(key, connections);
    connections.lease(this);
    this.#last = { origin, tls, socketPath, connections };
    return connections;
  }
}

const servers = new Map<string, ServerConnections>();

interface KeptConnection extends Connection {
  /** Whether the connection can carry another request. */
  readonly isOpen: () => boolean;
  readonly breakOff: () => void;
}

class ServerConnections {
  readonly #origin: string;
  readonly #tls: TlsOptions;
  readonly #socketPath: string | null;
  readonly #users = new Set<PooledReads>();
  /** Last in, first out, so that surplus connections stay idle and expire. */
  readonly #idle: KeptConnection[] = [];

  constructor(origin: string, tls: TlsOptions = {}, socketPath: string | null = null) {
    this.#origin = origin;
    this.#tls = tls;
    this.#socketPath = socketPath;
  }

  lease(user: PooledReads): void {
    this.#users.add(user);
  }

  /** @returns whether `user` was the last one. */
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
    const connect = connectorOf({ ...this.#tls, socketPath: this.#socketPath, signal: over.signal, timeout: 0 });
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

  /** Keeps the connection after a complete response, and closes it after anything else. */
  async ask(
    connection: KeptConnection,
    request: ReadRequest,
    deadline: Deadline,
    caller: AbortSignal,
  ): Promise<HttpResult> {
    deadline.signal.addEventListener('abort', connection.breakOff, { once: true });
    if (deadline.signal.aborted) connection.breakOff();
    const result = await requestOver(connection, request, { deadline, caller });
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
