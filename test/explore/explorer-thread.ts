/** One of the threads that share the parts of a search. */
import { parentPort, workerData } from 'node:worker_threads';
import { scenarios } from './scenarios.js';
import { type SearchResult, partsOf, searchFrom } from './search.js';

export interface ThreadOrder {
  readonly bound: number;
  /** Two counters: the next part that no thread has taken, and the parts in which a promise was broken. */
  readonly shared: SharedArrayBuffer;
  readonly stopsAtFirst: boolean;
}

// Failures are part of most schedules, and nobody reads where they were thrown.
Error.stackTraceLimit = 0;
const { bound, shared, stopsAtFirst } = workerData as ThreadOrder;
const counters = new Int32Array(shared);
const result: SearchResult = { schedules: 0, violations: 0, found: [] };
const isEnough = () => stopsAtFirst && Atomics.load(counters, 1) > 0;

let part = 0;
let mine = Atomics.add(counters, 0, 1);
for (const scenario of scenarios) {
  // A search that ends at the first find may go deep everywhere.
  const scenarioBound = stopsAtFirst ? bound : Math.max(1, bound - scenario.shallowerBy);
  // With no deviation at all there is one schedule, which every scenario begins with.
  const parts = [{ beginning: [], bound: 0 }, ...(await partsOf(scenario, scenarioBound)).map(deviating)];
  for (const { beginning, bound: partBound } of parts) {
    if (part === mine) {
      const { schedules, violations } = result;
      await searchFrom({ scenario, bound: partBound, beginning }, result, isEnough);
      if (result.violations > violations) Atomics.add(counters, 1, 1);
      parentPort?.postMessage(result.schedules - schedules);
      mine = Atomics.add(counters, 0, 1);
    }
    part += 1;
  }

  function deviating(beginning: number[]) {
    return { beginning, bound: scenarioBound };
  }
}
parentPort?.postMessage(result);
