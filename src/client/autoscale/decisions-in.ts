/** The decisions that an autoscale workflow acted on, read from its history. */
import type proto from '@temporalio/proto';
import type { AutoscaleInput, Decision } from '../../../workflows/autoscale/messages.js';
import type { Evaluation } from '../../domain/autoscale/evaluation.js';
import type { ScaleAnswer, ScaleAsk, WatchResult } from '../../domain/autoscale/watch.js';
import { firstOf } from '../temporal/payloads.js';

type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;

/**
 * Oldest first. A watch may return an evaluation that is not acted on, because a message has cancelled the watch; each
 * request names the evaluation that it comes from.
 */
export function decisionsIn(events: readonly HistoryEvent[]): Decision[] {
  const carried: Decision[] = [];
  const evaluations = new Map<number, Evaluation>();
  const asked = new Map<string, Decision>();
  const watches = new Set<string>();
  for (const event of events) {
    const started = event.workflowExecutionStartedEventAttributes;
    const scheduled = event.activityTaskScheduledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    if (started) {
      carried.push(...((firstOf(started.input?.payloads) as AutoscaleInput | undefined)?.carried?.decisions ?? []));
    } else if (scheduled?.activityType?.name === 'watch') {
      watches.add(String(event.eventId));
    } else if (scheduled?.activityType?.name === 'askForScale') {
      const { key } = firstOf(scheduled.input?.payloads) as ScaleAsk;
      const evaluation = evaluations.get(Number(key.slice(key.lastIndexOf('/') + 1)));
      if (evaluation) asked.set(String(event.eventId), { evaluation, runId: null });
    } else if (completed) {
      const id = String(completed.scheduledEventId);
      const decision = asked.get(id);
      if (decision) asked.set(id, { ...decision, ...(firstOf(completed.result?.payloads) as ScaleAnswer) });
      if (watches.has(id)) {
        const { evaluation } = firstOf(completed.result?.payloads) as WatchResult;
        evaluations.set(evaluation.atMs, evaluation);
      }
    }
  }
  return [...carried, ...asked.values()];
}

/**
 * The result of the last watch that returned, from the newest events of a history, newest first. A run that was
 * continued as new has it in its input.
 */
export function lastWatchIn(events: readonly HistoryEvent[]): WatchResult | null {
  const watches = new Set(
    events
      .filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'watch')
      .map(({ eventId }) => String(eventId)),
  );
  for (const {
    activityTaskCompletedEventAttributes: completed,
    workflowExecutionStartedEventAttributes: started,
  } of events) {
    if (completed && watches.has(String(completed.scheduledEventId))) {
      return firstOf(completed.result?.payloads) as WatchResult;
    }
    if (started) return (firstOf(started.input?.payloads) as AutoscaleInput | undefined)?.carried?.watched ?? null;
  }
  return null;
}
