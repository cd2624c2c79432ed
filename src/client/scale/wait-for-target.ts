/**
 * Waits for the result of a request. The run stays open for the cooldown after its target; this wait does not include
 * the cooldown.
 */
import { setTimeout } from 'node:timers/promises';
import type { Refusal } from '../../../workflows/scale/messages.js';
import { isTemporalTrouble } from '../temporal/grpc-status.js';
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

const firstPauseMs = 100;
const pauseGrowth = 1.5;
const usuallyLongestPauseMs = 2000;

type AcceptedRequest = Pick<Accepted, 'id' | 'runId'>;

/**
 * Polls the run, through outages of workers and of Temporal itself.
 * @returns undefined when `signal` aborts first.
 */
export async function waitForTarget(
  runs: RunReader,
  { resource, accepted }: { readonly resource: string; readonly accepted: AcceptedRequest },
  signal: AbortSignal,
  longestPauseMs = usuallyLongestPauseMs,
): Promise<Arrival | undefined> {
  let newest: RunView | undefined;
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * pauseGrowth, longestPauseMs)) {
    try {
      newest = await runs.newestSince(resource, newest);
      const arrival = await arrivalIn(newest, runs, resource, accepted);
      if (arrival) return arrival;
    } catch (error) {
      if (!isTemporalTrouble(error)) throw error;
    }
    await pause(pauseMs, signal);
  }
  return undefined;
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

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // An abort is a normal end of the wait, not an error.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
