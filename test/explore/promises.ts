/** What is promised of every schedule: capacity stays where it was asked to be, and a run ends in its target or says why not. */
import { clampToBounds } from '../../src/domain/scale-step.js';
import type { FailureType, ScaleState } from '../../workflows/messages.js';
import type { Ending } from '../../workflows/scale-run.js';
import { type Stage, Violation } from './stage.js';

/** What must have happened for a run to be allowed to fail like this. */
const excuses: Record<FailureType, readonly string[]> = {
  InvalidInput: [],
  ResourceFailed: ['shows the resource FAILED', 'finds no such resource, nor do the others for a while'],
  ActiveTimeout: [
    'fails, and all others for a while',
    'finds no such resource, nor do the others for a while',
    // Together with a last look that shows nothing.
    'is accepted, and never arrives',
  ],
  CapacityNotReached: ['is accepted, and never arrives'],
  ChangeFailed: [
    'is rejected for good',
    'is rejected, like all others from now on',
    'is lost on the way there, like all others from now on',
  ],
};

export function checkEnding(
  { platform, asked, nowMs }: Stage,
  state: ScaleState,
  ending: Exclude<Ending, { how: 'continued' }>,
  isEveryUpdateAnswered: boolean,
): void {
  if (!isEveryUpdateAnswered || state.unresolved.length > 0)
    throw new Violation('a request was left without an answer');
  switch (ending.how) {
    case 'reached': {
      if (asked.target !== null && asked.target !== state.target) {
        throw new Violation(`what was asked for comes to ${asked.target}, and the run went to ${state.target}`);
      }
      const capacity = platform.capacityAt(nowMs);
      const target = clampToBounds(state.target ?? capacity, state.settings);
      if (capacity !== target)
        throw new Violation(`the run says it has reached ${target}, and capacity is ${capacity}`);
      return;
    }
    case 'cancelled':
      if (!asked.cancelledSince) throw new Violation('the run was cancelled, and a later request was lost');
      return;
    case 'failed':
      if (asked.decisionsSince === 0) throw new Violation('a request was answered and never acted on');
      if (!excuses[ending.type].some((fault) => platform.faults.has(fault))) {
        throw new Violation(`the run failed without a cause: ${ending.type}, ${ending.reason}`);
      }
  }
}

/** Over the whole schedule, also after the last run has closed. */
export function checkCapacity({ platform, targets, scenario }: Stage): void {
  const least = Math.min(scenario.startCapacity, ...targets);
  const most = Math.max(scenario.startCapacity, ...targets);
  for (const { landsAtMs } of platform.sends) {
    if (landsAtMs === Infinity) continue;
    const capacity = platform.capacityAt(landsAtMs);
    if (capacity < least || capacity > most)
      throw new Violation(`capacity was ${capacity}, outside [${least}, ${most}]`);
  }
}
