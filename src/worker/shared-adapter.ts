/** An adapter that is used call by call. `close` waits until the calls in progress have ended. */
export class SharedAdapter<Adapter extends { close?(): Promise<void> }> {
  #calls = 0;
  #idle: (() => void) | undefined;

  /** @param adapter to be called through `use`, except for what does not wait. */
  constructor(readonly adapter: Adapter) {}

  async use<Answer>(call: (adapter: Adapter) => Promise<Answer>): Promise<Answer> {
    this.#calls += 1;
    try {
      return await call(this.adapter);
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#idle?.();
    }
  }

  async close(): Promise<void> {
    if (this.#calls > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    await this.adapter.close?.();
  }
}
