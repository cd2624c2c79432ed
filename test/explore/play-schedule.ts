/** Plays one schedule from beginning to end, and checks the guarantees. */
import type { Chooser } from './choices.js';
import { MemoryTemporal } from './memory-temporal.js';
import { checkCapacity } from './promises.js';
import type { Scenario } from './scenarios.js';
import { Stage, Violation } from './stage.js';

/** Returns the violated guarantee, or undefined. Appends every event to `story`, if there is one. */
export async function playSchedule(
  scenario: Scenario,
  chooser: Chooser,
  story?: string[],
): Promise<string | undefined> {
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
