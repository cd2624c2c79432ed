/** One schedule from beginning to end, and what it broke. */
import type { Chooser } from './choices.js';
import { MemoryTemporal } from './memory-temporal.js';
import { checkCapacity } from './promises.js';
import type { Scenario } from './scenarios.js';
import { Stage, Violation } from './stage.js';

/** Undefined when every promise was kept. The story, when one is asked for, is filled with what happened. */
export async function walk(scenario: Scenario, chooser: Chooser, story?: string[]): Promise<string | undefined> {
  const stage = new Stage(scenario, chooser, story);
  try {
    await new MemoryTemporal(stage).play();
    checkCapacity(stage);
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
}
