/** Many callers at once, each of whom asks again as soon as it has its answer. */
import { percentile } from './statistics.js';

export interface Load {
  readonly callers: number;
  readonly calls: number;
}

export interface Performance {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls that were told to try again: the server was too slow for them. */
  readonly unanswered: number;
}

/** @param call answers whether it was answered. */
export async function putUnderLoad({ callers, calls }: Load, call: () => Promise<boolean>): Promise<Performance> {
  const tookMs: number[] = [];
  let left = calls;
  let unanswered = 0;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const startedAtMs = performance.now();
      if (!(await call())) unanswered += 1;
      tookMs.push(performance.now() - startedAtMs);
    }
  };
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startedAtMs) / 1000;
  return {
    perSecond: (calls - unanswered) / seconds,
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    unanswered,
  };
}
