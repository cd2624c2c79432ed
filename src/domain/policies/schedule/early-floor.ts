/**
 * The floors before a window begins: at each time, the least number of units from which the resource can still scale
 * out to the floor of the window in time. The floors rise as late as the pace of the resource allows.
 *
 * Example: 8 units at 09:00, steps of 2, 1 minute apart, units that start within 3 minutes, and evaluations every 15
 * seconds. The next step waits for the units of the previous step, so steps are 3 minutes and 2 seconds apart. The last
 * step is requested at 08:53:43: the cooldown of an earlier change may delay it by one pause, then its units start, and
 * the evaluation may be 15 seconds late.
 */
import type { ScalingRules } from '../../behavior-settings.js';
import { type ScaleSettings, takesChangesAtAnyTime } from '../../scale/settings.js';
import { dayMs } from './wall-clock.js';

/** How fast a resource scales out. */
export interface ScaleOutPace {
  readonly limits: Pick<ScaleSettings, 'min' | 'max' | 'step' | 'cooldownMs' | 'waitForActive' | 'takesChanges'>;
  /** The limits of `behavior` on adding units. */
  readonly scaleUp?: ScalingRules | undefined;
  /** Time between two evaluations. */
  readonly intervalMs: number;
}

export interface EarlyFloor {
  /** The time before the window at which the first floor above `min` applies. */
  readonly longestMs: number;
  /** @param leftMs time until the window begins. @returns 0 where `min` is enough. */
  readonly at: (leftMs: number) => number;
}

/** Earlier than this, no floor is raised. It limits the calculation for paces that would take weeks. */
const earliestMs = 7 * dayMs;

/** Readiness of a resource is read this often (`waitForActive`). */
const readinessReadMs = 2000;

/** @param floor the floor of the window. @param startupMs the time that a new unit needs to become ready. */
export function earlyFloor(floor: number, startupMs: number, pace: ScaleOutPace): EarlyFloor {
  const candidates = roundsOf(floor, startupMs, pace).map((round) => floorsBefore(floor, startupMs, round, pace));
  return candidates.reduce((latest, other) => (other.longestMs < latest.longestMs ? other : latest));
}

/** Units that can be requested at once, and the time until as many can be requested again. */
interface Round {
  readonly lengthMs: number;
  /** The time that the steps within the round take after the first one. */
  readonly stepsMs: number;
  /** The least capacity from which one round reaches `capacity`. */
  readonly before: (capacity: number) => number;
}

function floorsBefore(floor: number, startupMs: number, round: Round, pace: ScaleOutPace): EarlyFloor {
  const { min, max } = pace.limits;
  const windowMs = wholeIntervals(1000 * (pace.scaleUp?.stabilizationWindowSeconds ?? 0), pace);
  const lastMs = round.stepsMs + startupMs + pace.intervalMs + windowMs;
  // floors[n] is enough while n rounds are left. An earlier change may delay the first one by the length of a round.
  const floors = [Math.min(floor, max ?? floor)];
  const mostRounds = earliestMs / round.lengthMs;
  for (let last = floors[0] ?? 0; last > min && floors.length < mostRounds; floors.push(last)) {
    last = Math.min(last - 1, round.before(last));
  }
  const rounds = floors.length - 1;
  return {
    longestMs: rounds * round.lengthMs + lastMs,
    at(leftMs) {
      const left = Math.max(0, Math.floor((leftMs - lastMs) / round.lengthMs));
      const units = left > rounds ? 0 : (floors[left] ?? 0);
      return units > min ? units : 0;
    },
  };
}

/** The rounds of which the fastest one applies. With `selectPolicy: Max`, each policy of `behavior` alone is allowed. */
function roundsOf(floor: number, startupMs: number, pace: ScaleOutPace): readonly Round[] {
  const step = stepRound(startupMs, pace.limits);
  const { policies = [], selectPolicy } = pace.scaleUp ?? {};
  // `Disabled` prevents every scale-out, so no time is early enough.
  if (policies.length === 0 || selectPolicy === 'Disabled') return [step];
  const rates = policies.map((rate) => rateRound(rate, pace));
  return selectPolicy === 'Min' ? [together(floor, step, rates)] : rates.map((rate) => together(floor, step, [rate]));
}

/** A step waits for the units of the previous one, on some platforms only until a timeout. */
function stepRound(startupMs: number, limits: ScaleOutPace['limits']): Round {
  const { step, cooldownMs, waitForActive } = limits;
  const longestMs = takesChangesAtAnyTime(limits) ? waitForActive.timeoutMs : Infinity;
  const waitMs = Math.min(startupMs, longestMs) + readinessReadMs;
  return {
    lengthMs: Math.max(cooldownMs.up, waitMs),
    stepsMs: 0,
    before: (capacity) => (step.up === null ? 0 : capacity - step.up),
  };
}

type RatePolicy = NonNullable<ScalingRules['policies']>[number];

/** A period ends at the first evaluation that is a full period later. */
function rateRound({ type, value, periodSeconds }: RatePolicy, pace: ScaleOutPace): Round {
  const factor = 1 + value / 100;
  const leastBefore = (capacity: number): number => {
    const start = Math.floor((capacity - 1) / factor);
    return Math.ceil(start * factor) >= capacity ? start : start + 1;
  };
  return {
    lengthMs: wholeIntervals(1000 * periodSeconds, pace),
    stepsMs: 0,
    before: (capacity) => (type === 'Pods' ? capacity - value : leastBefore(capacity)),
  };
}

/**
 * A round in which several limits apply: as long as the longest one. In it, the steps are repeated as often as they fit,
 * or as often as the rates need. Each rate counts once, which may be less than it allows.
 */
function together(floor: number, step: Round, rates: readonly Round[]): Round {
  const lengthMs = Math.max(step.lengthMs, ...rates.map((rate) => rate.lengthMs));
  const rated = (capacity: number): number => Math.max(0, ...rates.map((rate) => rate.before(capacity)));
  // A percentage allows the most units at the highest capacity.
  const needed = Math.ceil((floor - rated(floor)) / (floor - step.before(floor)));
  const repeats = Math.max(1, Math.min(needed, Math.floor(lengthMs / step.lengthMs)));
  return {
    lengthMs,
    stepsMs: (repeats - 1) * step.lengthMs,
    before: (capacity) => Math.max(capacity - repeats * (capacity - step.before(capacity)), rated(capacity)),
  };
}

function wholeIntervals(durationMs: number, { intervalMs }: ScaleOutPace): number {
  return Math.ceil(durationMs / intervalMs) * intervalMs;
}
