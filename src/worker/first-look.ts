/**
 * Logs at the start which platforms answer, and waits for those that do not: a sidecar may start later than this
 * process. The adapters log a platform that does not answer.
 */
import type { Logger } from '../process/logger.js';
import { pauseFor, retryPauseMs } from '../process/pause.js';
import type { ResourceAdapters } from './resource-adapters.js';

const mostBetweenLooksMs = 30_000;

interface FirstLook {
  readonly adapters: ResourceAdapters;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Never rejects: scale runs wait for their platform themselves. Resolves when every platform has answered, or when
 * `signal` aborts.
 */
export async function lookAtEveryResource(
  resources: readonly string[],
  { adapters, log, signal }: FirstLook,
): Promise<void> {
  await Promise.all(resources.map((resource) => lookUntilAnswered(resource)));

  async function lookUntilAnswered(resource: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { capacity, status } = await adapters.platformOf(resource).observe(signal);
        if (attempt === 1) log.info({ resource, capacity, status }, 'The platform answers');
        return;
      } catch {
        if (signal.aborted) return;
      }
      if (!(await pauseFor(retryPauseMs(attempt, mostBetweenLooksMs), signal))) return;
    }
  }
}
