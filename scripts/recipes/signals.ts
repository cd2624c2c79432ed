/** The signals of the recipes: functions of the time with a fixed seed, so that each run of this script writes the same. */

/** The load at a time, in minutes from the start. */
export type Load = (minute: number) => number;

export function constant(value: number): Load {
  return () => value;
}

/** A rise and a fall around `atMinute`, `wideMinutes` to each side. */
export function hill(atMinute: number, wideMinutes: number, height: number): Load {
  return (minute) => height * Math.exp(-(((minute - atMinute) / wideMinutes) ** 2));
}

/** `height` from one time to another, with a rise and a fall of `edgeMinutes`. */
export function plateau(fromMinute: number, toMinute: number, edgeMinutes: number, height: number): Load {
  const share = (minute: number): number => Math.min(1, Math.max(0, minute / edgeMinutes));
  return (minute) => height * Math.min(share(minute - fromMinute), share(toMinute - minute));
}

export function sum(...loads: readonly Load[]): Load {
  return (minute) => loads.reduce((total, load) => total + load(minute), 0);
}

/** @param share how far a value may be from the load, in both directions. */
export function noisy(load: Load, share: number, seed: number): Load {
  const random = mulberry32(seed);
  return (minute) => Math.max(0, load(minute) * (1 + share * (2 * random() - 1)));
}

export interface Samples {
  readonly timesMs: readonly number[];
  /** NaN: no data. */
  readonly values: readonly number[];
}

export function sampled(load: Load, minutes: number, everySeconds: number, startMs = 0): Samples {
  const count = Math.floor((minutes * 60) / everySeconds) + 1;
  const seconds = Array.from({ length: count }, (_, index) => index * everySeconds);
  return { timesMs: seconds.map((at) => startMs + at * 1000), values: seconds.map((at) => load(at / 60)) };
}

export function rounded({ timesMs, values }: Samples, digits = 0): Samples {
  const factor = 10 ** digits;
  return { timesMs, values: values.map((value) => Math.round(value * factor) / factor) };
}

/** In the form that `escapement backtest` reads. Times of a calendar day are written as such. */
export function csv({ timesMs, values }: Samples): string {
  const isClock = (timesMs[0] ?? 0) > 0;
  const time = (atMs: number): string =>
    isClock ? new Date(atMs).toISOString().replace('.000Z', 'Z') : String(atMs / 1000);
  const lines = timesMs.map((atMs, index) => {
    const value = values[index] ?? NaN;
    return `${time(atMs)},${Number.isNaN(value) ? '' : value}`;
  });
  return ['time,value', ...lines, ''].join('\n');
}

/** A small generator of random numbers from 0 to 1. `Math.random` takes no seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
