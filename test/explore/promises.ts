/**
 * The guarantees of every schedule: the capacity stays at the target, and a run reaches its target or gives a reason.
 */
import { clampToBounds } from '../../src/domain/scale/step.js';
import { takesChangesAtAnyTime } from '../../src/domain/scale/settings.js';
import type { FailureType, ScaleState } from '../../workflows/scale/messages.js';
import type { Ending } from '../../workflows/scale/run.js';
import { type Stage, Violation } from './stage.js';
import { mustStopAfter, newestWrongWays } from './wrong-way.js';

/** Fewer cannot reach the timeout of the scenarios, including the pauses caused by dead workers. */
const looksBeforeTimeout = 4;
const mostIneffectiveChanges = 5;

export function checkEnding(
  stage: Stage,
  state: ScaleState,
  ending: Exclude<Ending, { how: 'continued' }>,
  isEveryUpdateAnswered: boolean,
): void {
  const { platform, asked, nowMs } = stage;
  if (!isEveryUpdateAnswered || state.unresolved.length > 0)
    throw new Violation('a request was left without an answer');
  checkWrongDirection(stage, ending);
  checkEvents(state, ending);
  switch (ending.how) {
    case 'reached': {
      const capacity = platform.capacityAt(nowMs);
      // Null when every request was refused, which keeps it where it is.
      const target = clampToBounds(state.target ?? capacity, state.settings);
      if (asked.target !== null && asked.target !== target) {
        throw new Violation(`the requests lead to ${asked.target}, but the run went to ${target}`);
      }
      const isOvertaken =
        takesChangesAtAnyTime(state.settings) && platform.movedAtMs() >= asked.atMs && capacity > target;
      if (capacity !== target && !isOvertaken && !lostPatience(state, nowMs))
        throw new Violation(`the run says it has reached ${target}, and capacity is ${capacity}`);
      return;
    }
    case 'cancelled':
      if (!asked.cancelledSince) throw new Violation('the run was cancelled, and a later request was lost');
      return;
    case 'failed':
      if (asked.decisionsSince === 0) throw new Violation('a request was answered and never acted on');
      if (!mayFail(stage, state, ending.type)) {
        throw new Violation(`the run failed without a cause: ${ending.type}, ${ending.reason}`);
      }
  }
}

const ends = { reached: 'target.reached', cancelled: 'run.cancelled', failed: 'run.failed' } as const;

/** Where events are wanted, there is one for each recorded change, in order, and the last end is that of the run. */
function checkEvents({ settings, outbox, changes }: ScaleState, { how }: Exclude<Ending, { how: 'continued' }>): void {
  if (!settings.events) return;
  const events = outbox?.waiting ?? [];
  const reported = events.filter(({ kind }) => kind.startsWith('change.'));
  const recorded = changes.map(({ from, to }) => `${from} -> ${to}`);
  const newest = recorded.length === 0 ? reported : reported.slice(-recorded.length);
  const said = newest.map(({ data }) => `${Number(data['from'])} -> ${Number(data['to'])}`);
  if (said.join() !== recorded.join())
    throw new Violation(`the run made ${recorded.join()} and reports ${said.join()}`);
  const end = events.findLast(({ kind }) => Object.values<string>(ends).includes(kind));
  if (end?.kind !== ends[how]) throw new Violation(`the run ends ${how} and reports ${end?.kind ?? 'nothing'}`);
  if (new Set(events.map(({ id }) => id)).size < events.length) throw new Violation('two events have the same ID');
}

/**
 * After changes that did the opposite, only `WrongDirection` ends the run, unless it was cancelled or could not see what
 * the changes did.
 */
function checkWrongDirection(stage: Stage, ending: Ending): void {
  const sends = stage.sendsForRequest();
  const last = newestWrongWays(sends, stage.platform).at(-1);
  if (!last || !mustStopAfter(sends, stage.platform) || ending.how === 'cancelled') return;
  const type = ending.how === 'failed' ? ending.type : ending.how;
  if (type === 'ResourceFailed' || type === 'ActiveTimeout') return;
  if (ending.how !== 'failed' || type !== 'WrongDirection')
    throw new Violation(`changes did the opposite, and the run ended with ${type}`);
  for (const number of [last.to, last.shown]) {
    if (!ending.reason.split(/\W+/).includes(String(number)))
      throw new Violation(`the reason of WrongDirection does not contain ${number}: ${ending.reason}`);
  }
}

/** A first look believes what it is shown when there is nothing newer for all of `settle`: see docs/guarantees.md. */
function lostPatience({ lastChange, observed, startedAtMs, settings }: ScaleState, nowMs: number): boolean {
  const isFirstLook = lastChange === null && observed !== null;
  return isFirstLook && Math.max(startedAtMs, observed.observedAtMs) + settings.settleMs <= nowMs;
}

/** Over the whole schedule, also after the last run has closed. */
export function checkCapacity({ platform, targets, scenario }: Stage): void {
  const least = Math.min(scenario.startCapacity, ...targets);
  const most = Math.max(scenario.startCapacity, ...targets);
  for (const send of platform.sends) {
    const { to, leadsTo, landsAtMs } = send;
    if (landsAtMs === Infinity || leadsTo !== to) continue;
    const before = platform.capacityAt(landsAtMs - 1);
    const capacity = platform.capacityAt(landsAtMs);
    // Where a change that did the opposite has left the capacity outside, the others must not move it further out.
    if (capacity < Math.min(least, before) || capacity > Math.max(most, before))
      throw new Violation(`capacity was ${capacity}, outside [${least}, ${most}]`);
  }
}

/** What must have happened for a run to be allowed to fail like this. */
function mayFail({ platform, doubtfulChanges }: Stage, { startedAtMs }: ScaleState, type: FailureType): boolean {
  const { faults, badReads } = platform;
  // The opposite of an addition to nothing.
  const hadNoEffect = platform.sends.filter(({ from, leadsTo }) => leadsTo === from).length;
  switch (type) {
    case 'InvalidInput':
      return false;
    case 'ResourceFailed':
      return (
        faults.has('shows the resource FAILED') || faults.has('finds no such resource, nor do the others for a while')
      );
    case 'ActiveTimeout':
      return (
        badReads >= looksBeforeTimeout ||
        faults.has('fails, and all others for a while') ||
        faults.has('finds no such resource, nor do the others for a while') ||
        // Together with a last look that shows nothing.
        faults.has('is accepted, and never arrives')
      );
    case 'CapacityNotReached':
      // That one may have set it back to what it was, which looks the same where a size takes its time.
      return (
        faults.has('is accepted, and never arrives') ||
        faults.has('is accepted, and another writer is next') ||
        hadNoEffect > 0
      );
    case 'WrongDirection': {
      const sends = platform.sends.filter(({ atMs, wasRejected }) => atMs > startedAtMs && !wasRejected);
      // The newest change is the one that the reason names.
      return mustStopAfter(sends, platform) && newestWrongWays(sends, platform).at(-1)?.atMs === sends.at(-1)?.atMs;
    }
    case 'ChangeFailed':
      return (
        faults.has('is rejected as final') ||
        faults.has('is refused, and less may be taken') ||
        doubtfulChanges + hadNoEffect >= mostIneffectiveChanges
      );
  }
}
