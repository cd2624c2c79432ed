/** Emitters that fill the queue, and analyzers that empty it: as many as there really are units. */
import { setTimeout } from 'node:timers/promises';
import type { DemoQueue } from './queue.js';

export const emitterPerSecond = 10;
const analyzerPerSecond = 15;

const tickMs = 100;

export interface Traffic {
  /** How many there are from now on. */
  emitters: number;
  stop(): Promise<void>;
}

/** @param units how many analyzers there are now. */
export function startTraffic(queue: DemoQueue, units: () => number): Traffic {
  const stopping = new AbortController();
  const traffic = { emitters: 0, stop: async () => {} };
  const running = flow();
  traffic.stop = async () => {
    stopping.abort();
    await running;
  };
  return traffic;

  async function flow(): Promise<void> {
    let toPut = 0;
    let toTake = 0;
    for (let beforeMs = performance.now(); !stopping.signal.aborted;) {
      await setTimeout(tickMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      const nowMs = performance.now();
      const seconds = (nowMs - beforeMs) / 1000;
      beforeMs = nowMs;
      toPut += traffic.emitters * emitterPerSecond * seconds;
      toTake += units() * analyzerPerSecond * seconds;
      await queue.put(Math.floor(toPut));
      await queue.take(Math.floor(toTake));
      // Whole messages; the fractions add up.
      toPut %= 1;
      toTake %= 1;
    }
  }
}
