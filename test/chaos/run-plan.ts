/** The planned requests for one resource in a wave, and the valid endings. Made from the seed before anything runs. */
import type { z } from 'zod';
import type { faultSchema } from '../../src/simulator/fault.js';
import type { ScaleRequestBody } from '../../src/domain/scale/request.js';
import type { UpAfter } from '../../src/domain/scale/settings.js';
import type { Random } from './random.js';

type Turn =
  | { readonly do: 'ask'; readonly afterMs: number; readonly request: ScaleRequestBody }
  | { readonly do: 'cancel'; readonly afterMs: number }
  | { readonly do: 'break'; readonly afterMs: number; readonly status: 'FAILED' };

export interface RunPlan {
  readonly alias: string;
  readonly startCapacity: number;
  readonly step: number;
  readonly cooldownMs: { readonly up: number; readonly down: number };
  readonly upAfter: UpAfter;
  /** A platform with relative changes, or one that accepts a size at any time. */
  readonly platform: 'adds' | 'sets';
  readonly waitForActiveMs: number;
  readonly turns: readonly Turn[];
  /** The capacity at the start, and every target in between. */
  readonly asked: readonly number[];
  readonly target: number;
  /** Valid failures. `reached` is always valid, and `ChangeFailed` after five consecutive changes without effect. */
  readonly mayEndAs: readonly ('cancelled' | 'ResourceFailed' | 'ChangeFailed' | 'ActiveTimeout')[];
  /** Faults of this resource only. They apply before the faults of all resources. */
  readonly faults: readonly z.input<typeof faultSchema>[];
}

export const bounds = { min: 0, max: 20 } as const;
/** Longer than the delay that the faults of the sidecar cause, as the documentation of the setting requires. */
export const settleMs = 3000;
export const requestTimeoutMs = 2000;

/** All requests are sent within this time, while faults are injected. */
const askedWithinMs = 25_000;
const longerThanAnyOutageMs = 180_000;

export function planRun(alias: string, random: Random): RunPlan {
  const startCapacity = random.between(1, 6);
  const usual = {
    alias,
    startCapacity,
    step: random.pick([1, 1, 2]),
    cooldownMs: { up: random.pick([1500, 3000]), down: random.pick([2000, 3000]) },
    upAfter: random.pick<UpAfter>(['change', 'up']),
    platform: random.pick<RunPlan['platform']>(['adds', 'sets']),
    waitForActiveMs: longerThanAnyOutageMs,
    mayEndAs: [],
    faults: [],
  };
  const [first, ...later] = targets(startCapacity, random);
  const begin = ask(random.between(0, askedWithinMs / 2), { targetCapacity: first });
  const asked = [startCapacity, first];
  const soon = () => random.between(0, 8000);

  switch (random.between(1, 20)) {
    case 1:
    case 2:
      return {
        ...usual,
        asked,
        target: first,
        mayEndAs: ['cancelled'],
        turns: [begin, { do: 'cancel', afterMs: soon() }],
      };
    case 3: {
      const turns: Turn[] = [begin, { do: 'break', afterMs: soon(), status: 'FAILED' }];
      return { ...usual, asked, target: first, mayEndAs: ['ResourceFailed'], turns };
    }
    case 4: {
      const rejection = { type: 'reject', on: 'change', status: 500, probability: 1, resource: alias } as const;
      return { ...usual, asked, target: first, mayEndAs: ['ChangeFailed'], turns: [begin], faults: [rejection] };
    }
    case 5: {
      const pause = { type: 'status', status: 'PAUSED', probability: 1, resource: alias } as const;
      const impatient = { ...usual, waitForActiveMs: 8000, mayEndAs: ['ActiveTimeout'] as const };
      return { ...impatient, asked, target: first, turns: [begin], faults: [pause] };
    }
    case 6:
    case 7:
    case 8: {
      // Relative requests: if one were applied twice or not at all, the final capacity would differ.
      const units = [random.between(1, 2), -random.between(1, 2), random.between(1, 3)];
      const turns = units.map((more) => ask(soon(), more > 0 ? { add: more } : { remove: -more }));
      const sums = units.map((_, index) => units.slice(0, index + 1).reduce((sum, more) => sum + more, first + 2));
      const start = ask(begin.afterMs, { targetCapacity: first + 2 });
      const target = sums.at(-1)!; // there are three
      return { ...usual, asked: [startCapacity, first + 2, ...sums], target, turns: [start, ...turns] };
    }
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14: {
      const turns = later.map((targetCapacity) => ask(soon(), { targetCapacity }));
      return { ...usual, asked: [...asked, ...later], target: later.at(-1)!, turns: [begin, ...turns] };
    }
    default:
      return { ...usual, asked, target: first, turns: [begin] };
  }
}

function ask(afterMs: number, request: ScaleRequestBody): Extract<Turn, { do: 'ask' }> {
  return { do: 'ask', afterMs, request };
}

/** Three targets, each different from the previous one. */
function targets(startCapacity: number, random: Random): [number, number, number] {
  const other = (than: number) => {
    const capacity = random.between(1, 7);
    return capacity >= than ? capacity + 1 : capacity;
  };
  const first = other(startCapacity);
  const second = other(first);
  return [first, second, other(second)];
}
