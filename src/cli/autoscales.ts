/** Makes the autoscale workflows agree with the configuration: at the start, when it is read again, and by hand. */
import type { AutoscaledResource, Reconciled } from '../client/autoscale-client.js';
import { AutoscaleClient } from '../client/autoscale-client.js';
import type { Client } from '@temporalio/client';
import { taskQueuesOf, type Config } from '../config/config.js';
import type { Logger } from '../runtime/logger.js';
import { pauseFor, retryPauseMs } from '../runtime/pause.js';

const mostBetweenAttemptsMs = 10_000;

interface Reconciling {
  readonly client: Client;
  readonly taskQueues: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** @param taskQueues on which what is not in the configuration any more is ended. */
export function reconcileAutoscales(
  client: Client,
  resources: Config['resources'],
  taskQueues: readonly string[] = taskQueuesOf(resources),
): Promise<Reconciled> {
  const autoscaled = Object.values(resources).flatMap(
    ({ alias, taskQueue, settings: limits, autoscale }): AutoscaledResource[] =>
      autoscale ? [{ resource: alias, taskQueue, settings: autoscale.settings, limits }] : [],
  );
  return new AutoscaleClient(client).reconcile(autoscaled, taskQueues);
}

/** Until it has worked once: Temporal may come up after us. */
export async function reconcileWhenReachable(
  resources: Config['resources'],
  { client, taskQueues, log, signal }: Reconciling,
): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const { configured, removed } = await reconcileAutoscales(client, resources, taskQueues);
      if (configured.length + removed.length > 0) log.info({ configured, removed }, 'Autoscaling as configured');
      return;
    } catch (error) {
      log.warn({ err: error }, 'Autoscaling could not be configured yet; trying again');
      await pauseFor(retryPauseMs(attempt, mostBetweenAttemptsMs), signal);
    }
  }
}
