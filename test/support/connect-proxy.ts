/** A proxy that takes CONNECT, remembers what for, and leads all of it to one port of this machine. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export class ConnectProxy {
  /** `host:port` of each tunnel that was asked for. */
  readonly asked: string[] = [];
  /** What each of them was asked for with. */
  readonly authorizations: (string | undefined)[] = [];
  /** What comes instead of a tunnel: a status, or nothing ever. */
  instead: number | 'hang' | null = null;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async leadingTo(upstreamPort: number): Promise<ConnectProxy> {
    const server = createServer((_request, response) => response.writeHead(405).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new ConnectProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => proxy.#keep(socket));
    server.on('connect', (request, socket) => {
      proxy.asked.push(request.url ?? '');
      proxy.authorizations.push(request.headers['proxy-authorization']);
      if (proxy.instead === 'hang') return;
      if (proxy.instead !== null) {
        socket.end(`HTTP/1.1 ${proxy.instead} No\r\n\r\n`);
        return;
      }
      const upstream = proxy.#keep(connect(upstreamPort, '127.0.0.1'));
      upstream.once('connect', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nVia: a test\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on('error', () => upstream.destroy());
    });
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    return socket;
  }
}
