/** A connection that is opened on first use, shared by all samples, and opened again after it was lost. */
import { orAborted } from '../net/deadline.js';

export interface Opening<Connection> {
  /**
   * The implementation must call `lost` when the connection ends by itself; the next sample then opens another.
   * `abandoned` aborts when no sample needs the connection any more, which may be before it is open.
   */
  open(lost: () => void, abandoned: AbortSignal): Promise<Connection>;
  /** True for errors of a request that do not affect the connection. */
  isHarmless(error: unknown): boolean;
}

interface Opened<Connection> {
  readonly ready: Promise<Connection>;
  readonly abandon: AbortController;
}

export class ReusableConnection<Connection> {
  readonly #opening: Opening<Connection>;
  #current: Opened<Connection> | undefined;

  constructor(opening: Opening<Connection>) {
    this.#opening = opening;
  }

  /** Rejects when the signal aborts, and then closes the connection, because the server may hang. */
  async use<Result>(signal: AbortSignal, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const opened = (this.#current ??= this.#open());
    // Immediately, not when the rejection arrives here: the next sample may have started.
    const drop = () => this.#drop(opened);
    signal.addEventListener('abort', drop, { once: true });
    try {
      return await orAborted(signal, async () => work(await opened.ready));
    } catch (error) {
      if (!this.#opening.isHarmless(error)) drop();
      throw error;
    } finally {
      signal.removeEventListener('abort', drop);
    }
  }

  close(): void {
    if (this.#current !== undefined) this.#drop(this.#current);
  }

  #open(): Opened<Connection> {
    const abandon = new AbortController();
    const lost = () => this.#forget(opened);
    const opened = { ready: this.#opening.open(lost, abandon.signal), abandon };
    // For every reason: a refused login may succeed at the next attempt.
    opened.ready.catch(lost);
    return opened;
  }

  #forget(opened: Opened<Connection>): void {
    if (this.#current === opened) this.#current = undefined;
  }

  #drop(opened: Opened<Connection>): void {
    this.#forget(opened);
    opened.abandon.abort();
  }
}
