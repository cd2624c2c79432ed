import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import type { Scenario } from '../explore/scenarios.js';
import { timeSkippingEnvironment } from '../support/temporal.js';
import { playInMemory } from './played-in-memory.js';
import { TemporalPlayer } from './played-on-temporal.js';
import { randomScenarioOfSidecar } from './random-scenario.js';
import { type ActivityScript, quiet } from './scripted-chooser.js';
import { seed } from './seed.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const scheduleCount = 100;
const sideBySide = 1;

const script: fc.Arbitrary<ActivityScript> = fc.record({
  message: fc.constantFrom(
    'nothing comes',
    'nothing comes',
    'nothing comes',
    'a request comes',
    'a cancellation comes',
  ),
  read: fc.option(
    fc.record({
      nth: fc.constantFrom(0, 1),
      kind: fc.constantFrom('fails', 'shows the resource STARTING', 'is dated before the last change was sent'),
    }),
    { freq: 2 },
  ),
  send: fc.constantFrom(
    quiet.send,
    quiet.send,
    'is rejected',
    'is lost on the way there',
    'is applied, and its answer is lost',
    'is applied, and answered with an error',
    'is cut off, and applied as late as it may be',
  ),
});

/** Real seconds pass while an activity is at work, so these are short; the server skips the cooldowns. */
const schedule = fc.record({
  scenario: randomScenarioOfSidecar.map((scenario): Scenario => ({
    ...scenario,
    settings: { ...scenario.settings, settleMs: 500, cooldownMs: { up: 2000, down: 3000 } },
  })),
  scripts: fc.array(script, { maxLength: 8 }),
});

describe(`the same schedule in memory and on Temporal (seed ${seed})`, () => {
  let environment: TestWorkflowEnvironment;
  let player: TemporalPlayer;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    environment = await timeSkippingEnvironment();
    player = new TemporalPlayer(environment, 'schedules');
    const worker = await player.createWorker({ codePath: '.cache/workflow-bundle.js' });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running;
    };
  });
  afterAll(async () => {
    player.giveTimeBack();
    await stop();
    await environment.teardown();
  });

  it('leads to the same changes and the same end', async () => {
    const waiting = fc.sample(schedule, { numRuns: scheduleCount, seed }).entries();
    const play = async () => {
      for (const [number, { scenario, scripts }] of waiting) {
        const expected = await playInMemory(scenario, scripts);
        const played = await player.toTheEnd(`resource-${number}`, scenario, scripts);
        const schedule = JSON.stringify({
          number,
          seed,
          start: scenario.startCapacity,
          request: scenario.request,
          later: scenario.laterRequests,
          step: scenario.settings.step,
          scripts,
        });
        expect({ schedule, ...played }).toEqual({ schedule, ...expected });
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, play));
  }, 300_000);
});
