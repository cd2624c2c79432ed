/** A search on all cores, of the real protocol or of a mutant. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { compileThread } from './compile.js';
import type { ThreadOrder } from './explorer-thread.js';
import type { Mutant } from './mutants.js';
import type { Found, SearchResult } from './search.js';

const compiledInto = '.cache/explore';
/** A mutant that survives this many deviations counts as not found. */
const mutantBound = 3;
/** A schedule leaves nothing behind: with room enough its garbage is gone before anybody has to look through it. */
const resourceLimits = { maxYoungGenerationSizeMb: 64 };

export async function exploreProtocol(bound: number, onProgress: (schedules: number) => void): Promise<SearchResult> {
  const thread = await compileThread(`${compiledInto}/protocol`);
  return search(thread, { bound, stopsAtFirst: false }, onProgress);
}

/** The shortest schedule, counted in deviations, in which the broken protocol breaks a promise. */
export async function findMutant(mutant: Mutant): Promise<Found | undefined> {
  const thread = await compileThread(`${compiledInto}/${mutant.name.replaceAll(/\W+/g, '-')}`, mutant);
  for (let bound = 1; bound <= mutantBound; bound += 1) {
    const { found } = await search(thread, { bound, stopsAtFirst: true }, () => undefined);
    if (found[0]) return found[0];
  }
  return undefined;
}

async function search(
  thread: string,
  order: Omit<ThreadOrder, 'shared'>,
  onProgress: (schedules: number) => void,
): Promise<SearchResult> {
  const workerData: ThreadOrder = { ...order, shared: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT) };
  let schedules = 0;
  const results = await Promise.all(
    Array.from({ length: availableParallelism() }, () =>
      resultOf(new Worker(thread, { workerData, resourceLimits }), (more) => onProgress((schedules += more))),
    ),
  );
  return {
    schedules: sum(results.map((result) => result.schedules)),
    violations: sum(results.map((result) => result.violations)),
    found: results.flatMap((result) => result.found),
  };
}

function resultOf(worker: Worker, onProgress: (schedules: number) => void): Promise<SearchResult> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: number | SearchResult) => {
      if (typeof message === 'number') onProgress(message);
      else resolve(message);
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a thread of the explorer ended without a result')));
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
