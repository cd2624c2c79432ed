/** Whether a promise has settled, and how, without waiting for it. */
export class Ending<T> {
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;

  constructor(promise: Promise<T>) {
    promise.then(
      (value) => (this.#outcome = { value }),
      (error: unknown) => (this.#outcome = { error }),
    );
  }

  get hasEnded(): boolean {
    return this.#outcome !== undefined;
  }

  /** Call it only after the promise has settled. @throws the error that the promise rejected with. */
  result(): T {
    if (this.#outcome && 'value' in this.#outcome) return this.#outcome.value;
    throw this.#outcome?.error;
  }
}
