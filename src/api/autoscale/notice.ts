/** What stands in the way of an autoscaler that the configuration names, in words. */
import type { AutoscaleView } from '../../client/autoscale/reader.js';
import { placeOf } from '../../domain/autoscale/revision.js';
import { notConfiguredType } from '../../domain/autoscale/watch.js';
import { autoscaleWorkflowId } from '../../../workflows/autoscale/messages.js';
import { iso } from '../http/iso-time.js';

/** A watch is heard of after each look, and every 5 s while a look takes long. */
const heardWithinMs = 10_000;

/**
 * Null while it is watched.
 * @param view undefined: the Temporal server knows of no autoscaler.
 * @param intervalMs of its looks; undefined where this configuration does not name it.
 */
export function autoscalerNotice(
  resource: string,
  view: AutoscaleView | undefined,
  intervalMs: number | undefined,
): string | null {
  if (!view) {
    return 'Its autoscaler has not been started: a worker with this configuration does that ("escapement worker"), or "escapement apply".';
  }
  const { memo, taskQueue, failure, lastSignMs, isPaused, ended } = view;
  if (ended && memo.removedBy) {
    return `Its autoscaler was removed by ${placeOf(memo.removedBy)}. "escapement apply" starts it again.`;
  }
  if (ended) {
    const at = ended.atMs === null ? '' : ` at ${iso(ended.atMs)}`;
    return `Its autoscaler has ended in Temporal (${ended.status}${at}). A worker with this configuration starts it again within a minute.`;
  }
  if (isPaused) {
    return `Its autoscaler is paused in Temporal: resume it there ("temporal workflow unpause --workflow-id ${autoscaleWorkflowId(resource)}").`;
  }
  if (failure?.type === notConfiguredType) {
    return (
      `No live configuration names it: no worker of the task queue "${taskQueue}" that was asked has ${resource} scale by itself, ` +
      'so that nothing is done. Name it in the configuration again, or remove it with "escapement apply --prune".'
    );
  }
  if (intervalMs === undefined || Date.now() - lastSignMs <= intervalMs + heardWithinMs) return null;
  return (
    `Nobody watches it: nothing was heard of a look since ${iso(lastSignMs)}, and it should be looked at every ${intervalMs / 1000} s. ` +
    `Is a worker of the task queue "${taskQueue}" running and well ("escapement worker")?`
  );
}
