/**
 * Waits for the result of a request. The run stays open for the cooldown after its target; this wait does not include
 * the cooldown.
 */
import type { Refusal } from '../../../workflows/scale/messages.js';
import { pollTemporal } from '../temporal/poll.js';
import type { RunReader, RunView } from './runs.js';
import type { Accepted } from './client.js';

export type Arrival =
  | { readonly how: 'reached'; readonly targetCapacity: number; readonly run: RunView }
  /** Another request has set another target. */
  | { readonly how: 'replaced'; readonly by: number | null; readonly run: RunView }
  | { readonly how: 'cancelled'; readonly run: RunView }
  | { readonly how: 'failed'; readonly reason: string; readonly run: RunView }
  /** The run refused the request later, when a worker processed it. */
  | { readonly how: 'refused'; readonly refusal: Refusal };

type AcceptedRequest = Pick<Accepted, 'id' | 'runId'>;

/** @returns undefined when `signal` aborts first. */
export async function waitForTarget(
  runs: RunReader,
  { resource, accepted }: { readonly resource: string; readonly accepted: AcceptedRequest },
  signal: AbortSignal,
  longestPauseMs?: number,
): Promise<Arrival | undefined> {
  let newest: RunView | undefined;
  const look = async () => {
    newest = await runs.newestSince(resource, newest);
    return arrivalIn(newest, runs, resource, accepted);
  };
  return pollTemporal(look, signal, longestPauseMs);
}

async function arrivalIn(
  newest: RunView | undefined,
  runs: RunReader,
  resource: string,
  accepted: AcceptedRequest,
): Promise<Arrival | undefined> {
  const run =
    newest && !isAnsweredIn(newest, accepted) && newest.runId !== accepted.runId
      ? await runs.run(resource, accepted.runId)
      : newest;
  return run && arrivalOf(run, accepted);
}

/** Undefined while the request is in progress, or waits for a worker. */
function arrivalOf(run: RunView, accepted: AcceptedRequest): Arrival | undefined {
  const { status } = run;
  if (!status)
    return isEndedFromOutside(run) ? { how: 'failed', reason: `the run was ${run.outcome}`, run } : undefined;
  const answer = status.answers.find(({ id }) => id === accepted.id);
  if (!answer) return undefined;
  if ('refused' in answer) return { how: 'refused', refusal: answer };
  if (status.targetCapacity !== answer.targetCapacity) return { how: 'replaced', by: status.targetCapacity, run };
  switch (status.phase) {
    case 'settled':
      return { how: 'reached', targetCapacity: answer.targetCapacity, run };
    case 'cancelled':
      return { how: 'cancelled', run };
    case 'failed':
      return { how: 'failed', reason: status.lastError ?? 'no reason given', run };
    case 'observing':
    case 'coolingDown':
    case 'changing':
    case 'backingOff':
      return undefined;
  }
}

/** Ended from outside the workflow, so that it left no status. */
function isEndedFromOutside({ isOpen, outcome }: RunView): boolean {
  return !isOpen && outcome !== 'continued';
}

function isAnsweredIn({ status }: RunView, { id }: AcceptedRequest): boolean {
  return status?.answers.some((answer) => answer.id === id) ?? false;
}
