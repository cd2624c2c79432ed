/** Plays the same schedule in the memory of the explorer. */
import { MemoryTemporal } from '../explore/memory-temporal.js';
import { checkCapacity } from '../explore/promises.js';
import type { Scenario } from '../explore/scenarios.js';
import { Stage } from '../explore/stage.js';
import type { Played } from './played-on-temporal.js';
import { type ActivityScript, ScriptedChooser } from './scripted-chooser.js';

export async function playInMemory(scenario: Scenario, scripts: readonly ActivityScript[]): Promise<Played> {
  const stage = new Stage(scenario, new ScriptedChooser(scripts));
  const ending = await new MemoryTemporal(stage).play();
  checkCapacity(stage);
  return {
    changes: stage.platform.sends.map(
      ({ from, to, landsAtMs }) => `${from} -> ${to}${landsAtMs < Infinity ? '' : ' in vain'}`,
    ),
    ending: ending.how === 'failed' ? ending.type : ending.how,
    capacity: stage.platform.capacityAt(Number.MAX_SAFE_INTEGER),
  };
}
