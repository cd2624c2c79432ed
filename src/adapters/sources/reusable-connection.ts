/** A connection that is opened when first needed, shared by all samples, and opened anew once it was lost. */
import { orAborted } from './keep-contract.js';

export interface Opening<Connection> {
  /**
   * `lost` is to be called when the connection ends by itself: the next sample then opens another. `abandoned` is aborted
   * when nobody waits for the connection any more, which may be before it is open.
   */
  open(lost: () => void, abandoned: AbortSignal): Promise<Connection>;
  /** True for errors that say something about the question and nothing about the connection. */
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

  /** Gives up when the signal says so, and then trusts the connection no more: a server that hangs is hung up on. */
  async use<Result>(signal: AbortSignal, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const opened = (this.#current ??= this.#open());
    // At once, not when the rejection gets here: the next sample may already be on its way.
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
    // Whatever the reason: a login that was refused may be let in the next time.
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
