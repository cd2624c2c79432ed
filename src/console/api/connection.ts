/** Whether what the page shows is live, and since when it is not. */
import { Store } from '../store.js';
import type { ApiProblem } from './call.js';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | {
      readonly state: 'down';
      readonly sinceMs: number;
      readonly retryAtMs: number | null;
      readonly problem: ApiProblem;
    };

export const connection = new Store<Connection>({ state: 'connecting' });

const longestWaitMs = 30_000;

/** 1, 2, 4 ... 30 s. */
export function waitBeforeRetryMs(failures: number): number {
  return Math.min(longestWaitMs, 1000 * 2 ** Math.max(0, failures - 1));
}

const retryNow = new Set<() => void>();

/** Ends the wait for the next attempt. */
export function retryAtOnce(): void {
  for (const wake of retryNow) wake();
}
window.addEventListener('online', retryAtOnce);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') retryAtOnce();
});

/** Resolves after this time, when `retryAtOnce` is called, or when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      retryNow.delete(end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    retryNow.add(end);
    signal.addEventListener('abort', end);
  });
}
