/** Longer runs than an exhaustive search can cover: any target, any request, and a random sequence of faults. */
import fc from 'fast-check';
import { eventKinds } from '../../src/domain/events/kinds.js';
import type { ScaleRequest } from '../../src/domain/scale/request.js';
import { type Scenario, scenarios } from '../explore/scenarios.js';

const capacity = fc.integer({ min: 0, max: 6 });
const units = fc.integer({ min: 1, max: 2 });

const request: fc.Arbitrary<ScaleRequest> = fc.oneof(
  capacity.map((targetCapacity) => ({ targetCapacity })),
  units.map((add) => ({ add })),
  units.map((remove) => ({ remove })),
);

const opposite: fc.Arbitrary<Pick<Scenario, 'opposite'>> = fc.constantFrom(
  {},
  {},
  {},
  { opposite: 'any change' },
  { opposite: 'every change down' },
);

/** Of every kind of platform, with events, and in two of five scenarios with changes that do the opposite. */
export const randomScenario: fc.Arbitrary<Scenario> = fc
  .tuple(randomScenarioOf(scenarios), opposite)
  .map(([{ settings, ...scenario }, does]) => ({
    ...scenario,
    settings: { ...settings, events: eventKinds },
    ...does,
  }));

/** As the simulated sidecar plays them: it does what it is asked, so no change does the opposite. */
export const randomScenarioOfSidecar: fc.Arbitrary<Scenario> = randomScenarioOf(
  scenarios.filter(({ settings }) => settings.takesChanges === 'whenActive'),
);

function randomScenarioOf(bases: readonly Scenario[]): fc.Arbitrary<Scenario> {
  return fc
    .record({
      base: fc.constantFrom(...bases),
      startCapacity: capacity,
      request,
      laterRequests: fc.array(request, { minLength: 1, maxLength: 5 }),
      step: fc.record({ up: fc.constantFrom(1, 2, null), down: fc.constantFrom(1, 2, null) }),
      cooldownMs: fc.record({ up: fc.constantFrom(0, 600, 3000), down: fc.constantFrom(0, 600, 3000) }),
      upAfter: fc.constantFrom('change' as const, 'up' as const),
    })
    .map(({ base, step, cooldownMs, upAfter, ...rest }) => ({
      ...rest,
      shallowerBy: base.shallowerBy,
      name: 'a random one',
      settings: { ...base.settings, step, cooldownMs, upAfter },
      messages: ['a request comes', 'the last request comes again', 'a cancellation comes'],
      otherWriterUnits: 0,
    }));
}

/** Mostly no fault, so that a run makes progress between its faults. */
export const tape: fc.Arbitrary<number[]> = fc.array(
  fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(63) }),
  { maxLength: 150, size: 'max' },
);
