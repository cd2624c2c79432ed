/** Servers on this machine for tests of sources: one that hangs, a port where nothing listens, and a real HTTP one. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

/** Accepts every connection, reads what comes, and never answers. */
export async function startHangingServer(): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port that was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = await startHangingServer();
  await server.stop();
  return server.port;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What is answered: JSON unless it is a string or bytes. */
export interface Reply {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An HTTP server that can hang, stop, and come back on its port; it remembers what it was asked. */
export class LocalHttpServer {
  readonly asked: Asked[] = [];
  connections = 0;
  port = 0;
  #server: Server | undefined;
  #hangs = false;

  /** @param tls what makes it speak HTTPS. */
  constructor(
    private readonly answer: (asked: Asked) => Reply,
    private readonly tls?: ServerOptions,
  ) {}

  async start(): Promise<void> {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    const server = this.tls === undefined ? createHttpServer(serve) : createHttpsServer(this.tls, serve);
    server.on('connection', () => (this.connections += 1));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  async pause(): Promise<void> {
    this.#hangs = true;
  }

  async resume(): Promise<void> {
    this.#hangs = false;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.#hangs) return;
    const { method = '', url = '', headers } = request;
    const asked = { method, url, headers, body: Buffer.concat(chunks).toString() };
    this.asked.push(asked);
    const { status = 200, type = 'application/json', headers: more, body } = this.answer(asked);
    response.writeHead(status, { 'content-type': type, ...more });
    response.end(typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body));
  }
}
