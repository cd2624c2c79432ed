/** A value that is made on first use and then kept. A failure is not kept: the next use makes the value again. */
export class Lazy<Value> {
  readonly #make: () => Promise<Value>;
  #made: Promise<Value> | undefined;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  get(): Promise<Value> {
    if (this.#made === undefined) {
      const making = this.#make();
      this.#made = making;
      making.catch(() => {
        if (this.#made === making) this.forget();
      });
    }
    return this.#made;
  }

  /** Undefined when it was not used, or could not be made. */
  async ifMade(): Promise<Value | undefined> {
    return this.#made?.catch(() => undefined);
  }

  /** The next use makes the value again. */
  forget(): void {
    this.#made = undefined;
  }
}
