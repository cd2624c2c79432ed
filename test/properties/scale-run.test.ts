import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TapeChooser } from '../explore/choices.js';
import { walk } from '../explore/walk.js';
import { randomScenario, tape } from './random-scenario.js';

/** A failing run prints its seed; `SEED=... npm test -- properties` plays it again. */
const seed = process.env['SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['SEED']);
const runs = Number(process.env['RUNS'] ?? 5000);

describe(`a long walk with faults at random (seed ${seed})`, () => {
  it('keeps every promise that the explorer checks', async () => {
    await fc.assert(
      fc.asyncProperty(randomScenario, tape, async (scenario, faults) => {
        const story: string[] = [];
        const violation = await walk(scenario, new TapeChooser(faults), story);
        expect(violation === undefined ? [] : [violation, ...story]).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
  }, 120_000);
});
