/** The start of the explored schedules, and the requests that may arrive during them. */
import type { ScaleRequest } from '../../src/domain/scale/request.js';
import type { ScaleSettings } from '../../src/domain/scale/settings.js';

/** What a client may send while a run is open. */
export type Message = 'a request comes' | 'the last request comes again' | 'a cancellation comes';

export interface Scenario {
  readonly name: string;
  readonly startCapacity: number;
  readonly settings: ScaleSettings;
  readonly request: ScaleRequest;
  /** Requests that may arrive at any later point, in this order and repeatedly. */
  readonly laterRequests: readonly ScaleRequest[];
  readonly messages: readonly Message[];
  /** Units that another writer may add or remove during the cooldown between two steps. */
  readonly otherWriterUnits: number;
  /**
   * Which changes move the capacity away from their target: any, each as a deviation of its own, or every change down
   * from the start, as on a platform whose `remove` adds.
   */
  readonly opposite?: 'any change' | 'every change down';
  /** Every request goes up: no change may go down because another writer has set more. */
  readonly goesOnlyOut?: true;
  /** Longer runs have many more schedules, so the bound is lower for them by this number. */
  readonly shallowerBy: 0 | 1;
}

/**
 * Short times keep schedules short: the effect of a lost change is checked four times until it has settled, and a
 * resource that cannot be read fails the run after seven reads. The explored code gets these numbers from the settings.
 */
const settings: ScaleSettings = {
  min: 0,
  max: 10,
  step: { up: 1, down: 1 },
  cooldownMs: { up: 3000, down: 3000 },
  settleMs: 1000,
  waitForActive: { timeoutMs: 4000, intervalMs: 1000 },
  requestTimeoutMs: 1500,
  takesChanges: 'whenActive',
  dryRun: false,
};

export const scenarios: readonly Scenario[] = [
  {
    name: 'one unit up, taken back',
    startCapacity: 1,
    settings,
    request: { targetCapacity: 2 },
    laterRequests: [{ targetCapacity: 1 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    shallowerBy: 0,
  },
  {
    name: 'two units down in two steps, halted half way',
    startCapacity: 3,
    settings,
    request: { targetCapacity: 1 },
    laterRequests: [{ targetCapacity: 2 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: -1,
    shallowerBy: 1,
  },
  {
    name: 'two units up at once, cooldown only downward, shorter than settle',
    startCapacity: 1,
    settings: { ...settings, step: { up: null, down: 1 }, cooldownMs: { up: 0, down: 600 } },
    request: { targetCapacity: 3 },
    laterRequests: [{ targetCapacity: 2 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    shallowerBy: 1,
  },
  {
    name: 'one unit up, down and up again, where a change up waits only for the last one up',
    startCapacity: 1,
    settings: { ...settings, cooldownMs: { up: 3000, down: 600 }, upAfter: 'up' },
    request: { targetCapacity: 2 },
    laterRequests: [{ targetCapacity: 1 }, { targetCapacity: 2 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    shallowerBy: 1,
  },
  {
    name: 'one unit down, taken back at once, where a change up waits only for the last one up',
    startCapacity: 2,
    settings: { ...settings, cooldownMs: { up: 3000, down: 600 }, upAfter: 'up' },
    request: { targetCapacity: 1 },
    laterRequests: [{ targetCapacity: 2 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    shallowerBy: 1,
  },
  {
    name: 'one unit more, and one more',
    startCapacity: 1,
    settings,
    request: { add: 1 },
    laterRequests: [{ add: 1 }],
    messages: ['a request comes', 'the last request comes again'],
    otherWriterUnits: 0,
    shallowerBy: 1,
  },
  {
    name: 'one unit up, then to a third, then one unit less than that',
    startCapacity: 1,
    settings: { ...settings, step: { up: 2, down: 2 } },
    request: { targetCapacity: 2 },
    laterRequests: [{ targetCapacity: 3 }, { remove: 1 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    shallowerBy: 1,
  },
  {
    name: 'a size that shows at once, set and taken back',
    startCapacity: 1,
    settings: { ...settings, step: { up: null, down: null }, takesChanges: 'shownAtOnce' },
    request: { targetCapacity: 3 },
    laterRequests: [{ targetCapacity: 1 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: -1,
    shallowerBy: 0,
  },
  {
    name: 'a size that shows at once, in two steps up that wait for their units, then to a third',
    startCapacity: 1,
    settings: { ...settings, cooldownMs: { up: 600, down: 3000 }, takesChanges: 'shownAtOnce' },
    request: { targetCapacity: 3 },
    laterRequests: [{ targetCapacity: 4 }],
    messages: ['a request comes'],
    otherWriterUnits: 5,
    goesOnlyOut: true,
    shallowerBy: 1,
  },
  {
    name: 'a size that the platform works on, up and down',
    startCapacity: 1,
    settings: {
      ...settings,
      step: { up: 2, down: null },
      cooldownMs: { up: 600, down: 3000 },
      takesChanges: 'anyTime',
    },
    request: { targetCapacity: 3 },
    laterRequests: [{ targetCapacity: 1 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 2,
    shallowerBy: 1,
  },
  {
    name: 'two units down in two steps, or one up, where every change down adds',
    startCapacity: 3,
    settings,
    request: { targetCapacity: 1 },
    laterRequests: [{ targetCapacity: 4 }, { targetCapacity: 2 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    opposite: 'every change down',
    shallowerBy: 1,
  },
  {
    name: 'two units up in two steps, and down at once, where a change may do the opposite',
    startCapacity: 3,
    settings: { ...settings, step: { up: 1, down: 2 } },
    request: { targetCapacity: 5 },
    laterRequests: [{ targetCapacity: 3 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    opposite: 'any change',
    shallowerBy: 1,
  },
  {
    name: 'a size that shows at once, where a change may do the opposite',
    startCapacity: 4,
    settings: { ...settings, step: { up: null, down: 1 }, takesChanges: 'shownAtOnce' },
    request: { targetCapacity: 3 },
    laterRequests: [{ targetCapacity: 5 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 2,
    opposite: 'any change',
    shallowerBy: 1,
  },
  {
    name: 'a size that shows at once, in two steps down, where every change down adds',
    startCapacity: 4,
    settings: { ...settings, takesChanges: 'shownAtOnce' },
    request: { targetCapacity: 2 },
    laterRequests: [{ targetCapacity: 3 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: 0,
    opposite: 'every change down',
    shallowerBy: 1,
  },
  {
    name: 'a size that the platform works on, where a change may do the opposite',
    startCapacity: 4,
    settings: { ...settings, step: { up: 1, down: null }, takesChanges: 'anyTime' },
    request: { targetCapacity: 6 },
    laterRequests: [{ targetCapacity: 3 }],
    messages: ['a request comes', 'a cancellation comes'],
    otherWriterUnits: -2,
    opposite: 'any change',
    shallowerBy: 1,
  },
];
