import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TapeChooser } from '../explore/choices.js';
import { playSchedule } from '../explore/play-schedule.js';
import { randomScenario, tape } from './random-scenario.js';
import { seed } from './seed.js';

const runs = Number(process.env['RUNS'] ?? 5000);

describe(`a long run with random faults (seed ${seed})`, () => {
  it('keeps every promise that the explorer checks', async () => {
    await fc.assert(
      fc.asyncProperty(randomScenario, tape, async (scenario, faults) => {
        const story: string[] = [];
        const violation = await playSchedule(scenario, new TapeChooser(faults), story);
        expect(violation === undefined ? [] : [violation, ...story]).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
  }, 120_000);
});
