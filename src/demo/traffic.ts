/** Emitters that fill the queue, and analyzers that drain it: one per true unit. */
import { setTimeout } from 'node:timers/promises';
import type { DemoQueue } from './queue.js';

export const emitterPerSecond = 10;
const analyzerPerSecond = 15;

const tickMs = 100;

export interface Traffic {
  /** The current number of emitters; it may be set. */
  emitters: number;
  stop(): Promise<void>;
}

/** @param units returns the current number of analyzers. */
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
      // Only whole messages are put; the fractions accumulate.
      toPut %= 1;
      toTake %= 1;
    }
  }
}
