/** Tells at the start whether every platform answers, and waits for those that do not: a sidecar may come up after us. */
import { PlatformError } from '../adapters/platforms/platform.js';
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import type { ResourceAdapters } from './resource-adapters.js';

const mostBetweenLooksMs = 30_000;

interface FirstLook {
  readonly adapters: ResourceAdapters;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Never fails: scale runs wait for their platform by themselves. Resolves when all have answered, or `signal` aborts. */
export async function lookAtEveryResource(
  resources: readonly string[],
  { adapters, log, signal }: FirstLook,
): Promise<void> {
  await Promise.all(resources.map((resource) => lookUntilAnswered(resource)));

  async function lookUntilAnswered(resource: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { capacity, status } = await adapters.platformOf(resource).observe(signal);
        log.info({ resource, capacity, status }, 'The platform answers');
        return;
      } catch (error) {
        if (signal.aborted) return;
        // Adapters word it for people; anything else is a defect, and its stack is wanted.
        const details = error instanceof PlatformError ? { reason: error.message } : { err: error };
        log.warn({ resource, ...details }, 'The platform does not answer; waiting for it');
      }
      if (!(await pauseFor(retryPauseMs(attempt, mostBetweenLooksMs), signal))) return;
    }
  }
}
