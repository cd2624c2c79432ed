/** The state that a watch continues from: what earlier watches of its autoscaler have recorded. */
import { Context } from '@temporalio/activity';
import { firstOf } from '../../src/client/temporal/payloads.js';
import type { WatchOrder, WatchProgress, WatchResult } from '../../src/domain/autoscale/watch.js';

type Remembered = Pick<WatchProgress, 'state' | 'evaluation' | 'tally' | 'ring' | 'told'>;

/**
 * The newest of three states: the result of the last watch, the heartbeat of an earlier attempt of this watch, and,
 * where a message cancelled the last watch, the heartbeat of that watch.
 * @param here the state of the last watch, when it ran in this process: it is the newest.
 */
export async function inherited({ last, atOnce }: WatchOrder, here: WatchProgress | undefined): Promise<Remembered> {
  const own = Context.current().info.heartbeatDetails as WatchProgress | undefined;
  return newestOf(last, [own, ...(atOnce ? await heartbeatsOfThisRun() : []), here]);
}

/** The newest state in the heartbeats of the watches of the calling run; null when there is none. */
export async function seenInThisRun(): Promise<WatchResult | null> {
  const { state, evaluation, tally, ring, told } = newestOf(null, await heartbeatsOfThisRun());
  return state && evaluation && { state, evaluation, tally, ring, told };
}

function newestOf(last: Remembered | null, heartbeats: readonly (WatchProgress | undefined)[]): Remembered {
  let newest: Remembered = last ?? { state: null, evaluation: null };
  for (const heartbeat of heartbeats) {
    if (heartbeat?.state && heartbeat.state.evaluatedAtMs >= (newest.state?.evaluatedAtMs ?? -Infinity))
      newest = heartbeat;
  }
  const { state, evaluation, tally, ring, told } = newest;
  return { state, evaluation, tally, ring, told };
}

/** The heartbeats of the other pending activities. */
async function heartbeatsOfThisRun(): Promise<(WatchProgress | undefined)[]> {
  const { client, info } = Context.current();
  if (!info.workflowExecution) return [];
  const { workflowId, runId } = info.workflowExecution;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const others = (raw.pendingActivities ?? []).filter(({ activityId }) => activityId !== info.activityId);
  return others.map(({ heartbeatDetails }) => firstOf(heartbeatDetails?.payloads) as WatchProgress | undefined);
}
