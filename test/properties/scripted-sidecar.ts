/** The simulated sidecar's part of a scripted schedule: its faults, and the changes that it received. */
import type { Fault } from '../../src/simulator/fault.js';
import type { Simulator } from '../../src/simulator/simulator.js';
import type { Scenario } from '../explore/scenarios.js';
import type { ActivityScript, ScriptedSend } from './scripted-chooser.js';

export interface ScriptedSidecar {
  readonly scenario: Scenario;
  readonly simulator: Simulator;
}

/** For the activity that begins. */
export function faultsOf(where: string, { read, send }: ActivityScript, sidecar: ScriptedSidecar): Fault[] {
  const change = sendFault(send, sidecar.scenario.settings.settleMs);
  const changes = change ? [change] : [];
  if (!read) return changes;
  const before = Array<Fault>(read.nth).fill({ type: 'none', on: 'read' });
  switch (read.kind) {
    case 'fails':
      return [...before, { type: 'reject', on: 'read', status: 503, appliesAfterMs: null }, ...changes];
    case 'shows the resource STARTING':
      return [...before, { type: 'status', status: 'STARTING' }, ...changes];
    case 'is dated before the last change was sent': {
      // The second read of a change comes after that change, whose time is not known yet.
      const isAfterThisOne = read.nth === 1 && where === 'as a change begins';
      const ageMs = isAfterThisOne ? longAgoMs : sinceLastChangeMs(sidecar);
      return [...before, { type: 'staleTimestamp', ageMs }, ...changes];
    }
  }
}

/** The sidecar receives only units: their start is the result of the changes before them. */
export function changesOf({ simulator, scenario }: ScriptedSidecar): string[] {
  let capacity = scenario.startCapacity;
  return changeCalls(simulator).map(({ body, applied }) => {
    const { capacityToBeAdded = 0, capacityToBeRemoved = 0 } = JSON.parse(body) as Record<string, number>;
    const from = capacity;
    const to = from + capacityToBeAdded - capacityToBeRemoved;
    if (applied) capacity = to;
    return `${from} -> ${to}${applied ? '' : ' in vain'}`;
  });
}

const longAgoMs = 3_600_000;
/** From setting out to arriving, with room for a busy machine. */
const onTheWayMs = 100;

function sinceLastChangeMs({ simulator }: ScriptedSidecar): number {
  const last = changeCalls(simulator).findLast(({ answered }) => answered !== '429');
  return last ? Date.now() - last.atMs + onTheWayMs : longAgoMs;
}

function changeCalls({ log }: Simulator) {
  return log.calls().filter(({ method }) => method === 'POST');
}

function sendFault(send: ScriptedSend, settleMs: number): Fault | undefined {
  switch (send) {
    case 'is accepted and applied at once':
      return undefined;
    case 'is rejected':
      return { type: 'reject', on: 'change', status: 429, appliesAfterMs: null };
    case 'is lost on the way there':
      return { type: 'drop', on: 'change', appliesAfterMs: null };
    case 'is applied, and its answer is lost':
      return { type: 'drop', on: 'change', appliesAfterMs: 0 };
    case 'is applied, and answered with an error':
      return { type: 'reject', on: 'change', status: 500, appliesAfterMs: 0 };
    case 'is cut off, and applied as late as it may be':
      // Between the first look and the first that settles, whatever else the machine has to do.
      return { type: 'drop', on: 'change', appliesAfterMs: settleMs / 2 };
  }
}
