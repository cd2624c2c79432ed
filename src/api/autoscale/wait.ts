/** Waits until an autoscaler has acted on a message. A message is durable before that. */
import type { AutoscaleClient } from '../../client/autoscale/client.js';
import type { AutoscaleReader, AutoscaleView } from '../../client/autoscale/reader.js';
import { pollTemporal } from '../../client/temporal/poll.js';
import type { AutoscaleMemo } from '../../../workflows/autoscale/messages.js';

/** @returns what the autoscaler knows once it has handled every message that has arrived. */
export function untilTaken(
  autoscales: AutoscaleClient,
  resource: string,
  patience: AbortSignal,
): Promise<Partial<AutoscaleMemo> | undefined> {
  return pollTemporal(async () => {
    const found = await autoscales.find(resource);
    // An autoscaler that is paused in Temporal handles nothing.
    return found?.isBusy || found?.status === 'PAUSED' ? undefined : (found?.memo ?? {});
  }, patience);
}

/**
 * @param sinceMs by the clock of this process. Where the clock of the worker is behind, the evaluation after it is waited
 * for, so that one that was made before the request is never taken for the answer.
 */
export function untilEvaluated(
  reader: AutoscaleReader,
  resource: string,
  sinceMs: number,
  patience: AbortSignal,
): Promise<AutoscaleView | undefined> {
  return pollTemporal(async () => {
    const view = await reader.view(resource);
    return (view?.progress?.evaluation?.atMs ?? -Infinity) >= sinceMs ? view : undefined;
  }, patience);
}
