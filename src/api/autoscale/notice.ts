/** What prevents an autoscaler that the configuration names from working, in words. */
import type { AutoscaleView } from '../../client/autoscale/reader.js';
import { placeOf } from '../../domain/autoscale/revision.js';
import { notConfiguredType } from '../../domain/autoscale/watch.js';
import { autoscaleWorkflowId } from '../../../workflows/autoscale/messages.js';
import { iso } from '../http/iso-time.js';

/** A watch sends a heartbeat after each look, and every 5 s during a slow look. */
const heardWithinMs = 10_000;

/**
 * Null while a worker watches the resource.
 * @param view undefined: the Temporal server has no autoscaler of this resource.
 * @param intervalMs the interval between two looks; undefined when this configuration does not name the resource.
 */
export function autoscalerNotice(
  resource: string,
  view: AutoscaleView | undefined,
  intervalMs: number | undefined,
): string | null {
  if (!view) {
    return 'The autoscaler has not been started. A worker with this configuration starts it ("escapement worker"), or "escapement apply".';
  }
  const { memo, taskQueue, failure, lastSignMs, isPaused, ended } = view;
  if (ended && memo.removedBy) {
    return `The autoscaler was removed by ${placeOf(memo.removedBy)}. Run "escapement apply" to start it again.`;
  }
  if (ended) {
    const at = ended.atMs === null ? '' : ` at ${iso(ended.atMs)}`;
    return `The autoscaler has ended in Temporal (${ended.status}${at}). A worker with this configuration starts it again within a minute.`;
  }
  if (isPaused) {
    return `The autoscaler is paused in Temporal. Resume it there ("temporal workflow unpause --workflow-id ${autoscaleWorkflowId(resource)}").`;
  }
  if (failure?.type === notConfiguredType) {
    return (
      `No live configuration names the autoscaler: no worker of the task queue "${taskQueue}" that was asked autoscales ${resource}, ` +
      'so it does nothing. Add the resource to the configuration again, or remove the autoscaler with "escapement apply --prune".'
    );
  }
  if (intervalMs === undefined || Date.now() - lastSignMs <= intervalMs + heardWithinMs) return null;
  return (
    `No worker watches the resource: there was no heartbeat of its watch since ${iso(lastSignMs)}, and its interval is ${intervalMs / 1000} s. ` +
    `Check that a worker of the task queue "${taskQueue}" is running and ready ("escapement worker").`
  );
}
