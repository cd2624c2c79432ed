/** The two presets of the queue-backpressure guide: their thresholds, and the limits that the guide gives for them. */
import type { PolicyLimits } from './policy.js';

interface Preset {
  readonly thresholds: {
    readonly up: { readonly at: number; readonly add: number };
    readonly down: { readonly at: number; readonly remove: number };
  };
  /**
   * The step is as large as the amounts. With a smaller step, each amount would take several changes, with a cooldown
   * between them.
   */
  readonly limits: PolicyLimits;
}

export const presets: Readonly<Record<'cost' | 'performance', Preset>> = {
  /** Adds few units, late and slowly. */
  cost: {
    thresholds: { up: { at: 100, add: 1 }, down: { at: 10, remove: 1 } },
    limits: { min: 1, max: 5, step: { up: 1, down: 1 }, cooldownMs: { up: 120_000, down: 120_000 } },
  },
  /** Adds many units, early and fast. */
  performance: {
    thresholds: { up: { at: 20, add: 3 }, down: { at: 5, remove: 1 } },
    limits: { min: 5, max: 50, step: { up: 3, down: 1 }, cooldownMs: { up: 15_000, down: 15_000 } },
  },
};
