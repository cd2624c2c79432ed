/** Depth first through every schedule of a scenario that deviates from the good one at most so often. */
import { BoundedChooser } from './choices.js';
import type { Scenario } from './scenarios.js';
import { playSchedule } from './play-schedule.js';

export interface Found {
  readonly scenario: string;
  readonly violation: string;
  /** What happened, line by line. */
  readonly story: readonly string[];
}

export interface SearchResult {
  schedules: number;
  violations: number;
  /** The first few of them. */
  readonly found: Found[];
}

/** Past this there is nothing more to resolveOutcome from one search. */
const mostTold = 3;

/** Every schedule whose choices begin like this. */
export async function searchFrom(
  { scenario, bound, beginning }: { scenario: Scenario; bound: number; beginning: readonly number[] },
  result: SearchResult,
  isEnough: () => boolean,
): Promise<void> {
  let next: readonly number[] | undefined = beginning;
  while (next && !isEnough()) {
    const chooser: BoundedChooser = new BoundedChooser(next, bound);
    const violation = await playSchedule(scenario, chooser);
    result.schedules += 1;
    if (violation !== undefined) {
      result.violations += 1;
      if (result.found.length < mostTold) result.found.push(await describeFound(scenario, bound, next, violation));
    }
    next = chooser.next(beginning.length);
  }
}

/** The parts of a scenario that can be searched side by side; the schedule where all goes well is not among them. */
export async function partsOf(scenario: Scenario, bound: number): Promise<number[][]> {
  const chooser = new BoundedChooser([], bound);
  await playSchedule(scenario, chooser);
  return chooser.firstDeviations();
}

async function describeFound(
  scenario: Scenario,
  bound: number,
  picks: readonly number[],
  violation: string,
): Promise<Found> {
  const story: string[] = [];
  await playSchedule(scenario, new BoundedChooser(picks, bound), story);
  return { scenario: scenario.name, violation, story };
}
