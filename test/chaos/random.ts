/** Chance that can be repeated: the same seed makes the same plan. What really happens depends on the machine as well. */
import { generator } from '../../src/simulator/fault-plan.js';

export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = generator(seed);
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(options: readonly T[]): T {
    return options[this.between(0, options.length - 1)]!; // an index of it, and no caller has none
  }

  /** For a part of the plan that must not change when another part takes more or fewer numbers. */
  fork(): Random {
    return new Random(this.between(0, 2 ** 31));
  }
}
