/** A door in front of a Temporal server that can be told to refuse, as a server does whose credentials have expired. */
import { connect, createServer } from 'node:http2';
import type { Http2Server, ServerHttp2Session, ServerHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** gRPC's own numbers. */
export const grpcStatus = { invalidArgument: 3, permissionDenied: 7 } as const;

export class TemporalProxy {
  /** The paths of the calls that were refused. */
  readonly refusals: string[] = [];
  private refused: { readonly calls: RegExp; readonly status: number } | null = null;

  private constructor(
    private readonly server: Http2Server,
    private readonly sessions: Set<ServerHttp2Session>,
    readonly address: string,
  ) {}

  static async inFrontOf(upstream: string): Promise<TemporalProxy> {
    const sessions = new Set<ServerHttp2Session>();
    const server = createServer();
    server.on('session', (session) => {
      sessions.add(session);
      session.on('close', () => sessions.delete(session));
      session.on('error', () => session.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const proxy = new TemporalProxy(server, sessions, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('stream', (stream, headers) => proxy.handle(stream, headers, upstream));
    return proxy;
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise<void>((closed) => this.server.close(() => closed()));
  }

  /** Refuses the calls whose path matches from now on, and breaks off all that is being waited for. */
  refuse(calls: RegExp, status: number): void {
    this.refused = { calls, status };
    for (const session of this.sessions) session.destroy();
  }

  admit(): void {
    this.refused = null;
  }

  private handle(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, upstream: string): void {
    stream.on('error', () => stream.destroy());
    const path = String(headers[':path']);
    if (this.refused?.calls.test(path)) {
      this.refusals.push(path);
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': this.refused.status,
          'grpc-message': 'expired',
        },
        { endStream: true },
      );
      return;
    }
    forward(stream, headers, upstream);
  }
}

function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, upstream: string): void {
  const session = connect(`http://${upstream}`);
  session.on('error', () => stream.destroy());
  const request = session.request({ ...headers, ':authority': upstream });
  let trailers: IncomingHttpHeaders = {};
  request.on('error', () => stream.destroy());
  request.on('response', (answer, flags) => {
    // A refusal comes as headers alone: there is neither a body nor trailers after it.
    const endStream = (flags & 0x1) !== 0;
    stream.respond(answer, { endStream, waitForTrailers: !endStream });
  });
  request.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  request.pipe(stream);
  stream.pipe(request);
  request.on('close', () => session.close());
  stream.on('close', () => session.destroy());
}
