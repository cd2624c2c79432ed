/** A line between two processes that can be cut, go dead without a word, or hold back what comes from the far end. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class TcpProxy {
  /** Sees what each connection sends first, and is waited for before that is passed on. */
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
    // Each end may say that it is done while it still listens, as TCP has it.
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, upstreamPort);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // an object whenever it listens on TCP
  }

  /** Both ends are told at once. */
  cut(): void {
    for (const line of this.#lines) line.reset();
  }

  /** What is sent from now on is lost, in both directions, and nobody is told. New connections seem to work. */
  goDead(): void {
    this.#isDead = true;
  }

  /** Lines that have lost something are reset: a stream with a gap in it cannot go on. What was lost never arrives late. */
  comeBack(): void {
    this.#isDead = false;
    for (const line of this.#lines) if (line.hasLost) line.reset();
  }

  /** The far end is told that the near one is gone; the near one, which may be asleep, keeps what has come for it so far. */
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
