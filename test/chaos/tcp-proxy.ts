/** A TCP proxy between two processes that can close connections, silently drop data, or hold back responses. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class TcpProxy {
  /** Receives the first data of each connection. The data is forwarded when the returned promise has settled. */
  onFirstBytes: (bytes: Buffer) => Promise<void> = () => Promise.resolve();
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #isDead = false;
  #isHolding = false;

  private constructor(server: Server, upstreamPort: number) {
    this.#server = server;
    server.on('connection', (near) => this.#open(near, upstreamPort));
  }

  static async inFrontOf(upstreamPort: number): Promise<TcpProxy> {
    // Half-closed connections are allowed, as in TCP.
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, upstreamPort);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // an object whenever it listens on TCP
  }

  /** Both ends are notified immediately. */
  cut(): void {
    for (const line of this.#lines) line.reset();
  }

  /** Drops all data from now on, in both directions, without an error. New connections are accepted. */
  goDead(): void {
    this.#isDead = true;
  }

  /** Resets connections that lost data, because a stream with a gap cannot continue. Lost data never arrives later. */
  comeBack(): void {
    this.#isDead = false;
    for (const line of this.#lines) if (line.hasLost) line.reset();
  }

  /** Closes the far end. The near end, which may be suspended, keeps the data that it has received. */
  loseFarEnds(): void {
    for (const line of this.#lines) line.loseFarEnd();
  }

  holdAnswers(): void {
    this.#isHolding = true;
  }

  releaseAnswers(): void {
    this.#isHolding = false;
    for (const line of this.#lines) line.release();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #open(near: Socket, upstreamPort: number): void {
    const far = connect({ port: upstreamPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    near.setNoDelay(true);
    const line = new Line(near, far);
    this.#lines.add(line);
    let isFirst = true;

    near.on('data', (bytes) => {
      if (this.#isDead) line.lose();
      else if (isFirst) {
        isFirst = false;
        near.pause();
        void this.onFirstBytes(bytes).then(() => {
          far.write(bytes);
          near.resume();
        });
      } else far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (this.#isDead) line.lose();
      else line.answer(bytes, this.#isHolding);
    });
    near.on('end', () => (this.#isDead ? line.lose() : far.end()));
    far.on('end', () => (this.#isDead ? line.lose() : line.endAnswer()));
    for (const socket of [near, far]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (this.#isDead) line.lose();
        else if (!socket.readableEnded && !line.hasLost) line.reset();
        if (near.destroyed && far.destroyed) this.#lines.delete(line);
      });
    }
  }
}

class Line {
  hasLost = false;
  readonly #held: Buffer[] = [];

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
  ) {}

  lose(): void {
    this.hasLost = true;
  }

  loseFarEnd(): void {
    this.lose();
    this.far.resetAndDestroy();
  }

  answer(bytes: Buffer, isHolding: boolean): void {
    if (isHolding) this.#held.push(bytes);
    else this.near.write(bytes);
  }

  release(): void {
    for (const bytes of this.#held.splice(0)) this.near.write(bytes);
  }

  endAnswer(): void {
    this.release();
    this.near.end();
  }

  reset(): void {
    for (const socket of [this.near, this.far]) if (!socket.destroyed) socket.resetAndDestroy();
  }
}
