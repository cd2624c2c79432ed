/** Seeded random numbers: the same seed makes the same plan. The course of a run also depends on the machine. */
import { generator } from '../../src/simulator/fault-plan.js';

export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = generator(seed);
  }

  /** A whole number between both bounds, inclusive. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(options: readonly T[]): T {
    return options[this.between(0, options.length - 1)]!; // an index of it, and no caller has none
  }

  /** An independent generator, so that one part of the plan does not depend on how many numbers another part uses. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 31));
  }
}
