/** Many concurrent callers. Each sends its next request as soon as it has a response. */
import { percentile } from './statistics.js';

export interface Load {
  readonly callers: number;
  readonly calls: number;
}

export interface Performance {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls with status 503, because the server was too slow. */
  readonly unanswered: number;
}

/** @param call returns whether it had a response other than 503. */
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
