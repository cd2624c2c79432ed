/** What a watch goes on from: what others of its autoscaler have seen before it. */
import { Context } from '@temporalio/activity';
import { firstOf } from '../../src/client/temporal/payloads.js';
import type { WatchOrder, WatchProgress, WatchResult } from '../../src/domain/autoscale/watch.js';

type Remembered = Pick<WatchProgress, 'state' | 'evaluation' | 'tally'>;

/**
 * The newest of what the last watch returned with, what an earlier attempt of this one heartbeat, and, where a message
 * called the last one off, what that did.
 * @param here the last one, where it was a watch of this very process: nobody knows more.
 */
export async function inherited({ last, atOnce }: WatchOrder, here: WatchProgress | undefined): Promise<Remembered> {
  const own = Context.current().info.heartbeatDetails as WatchProgress | undefined;
  return newestOf(last, [own, ...(atOnce ? await heartbeatsOfThisRun() : []), here]);
}

/** What the watches of the run that asks have seen, by their heartbeats. Null: nothing. */
export async function seenInThisRun(): Promise<WatchResult | null> {
  const { state, evaluation, tally } = newestOf(null, await heartbeatsOfThisRun());
  return state && evaluation && { state, evaluation, tally };
}

function newestOf(last: Remembered | null, heartbeats: readonly (WatchProgress | undefined)[]): Remembered {
  let newest: Remembered = last ?? { state: null, evaluation: null };
  for (const heartbeat of heartbeats) {
    if (heartbeat?.state && heartbeat.state.evaluatedAtMs >= (newest.state?.evaluatedAtMs ?? -Infinity))
      newest = heartbeat;
  }
  return { state: newest.state, evaluation: newest.evaluation, tally: newest.tally };
}

/** Of the other activities that are pending. */
async function heartbeatsOfThisRun(): Promise<(WatchProgress | undefined)[]> {
  const { client, info } = Context.current();
  if (!info.workflowExecution) return [];
  const { workflowId, runId } = info.workflowExecution;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const others = (raw.pendingActivities ?? []).filter(({ activityId }) => activityId !== info.activityId);
  return others.map(({ heartbeatDetails }) => firstOf(heartbeatDetails?.payloads) as WatchProgress | undefined);
}
