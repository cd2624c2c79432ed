/** What a plan does about its resources: it talks to their scale runs alone, through the same client as every caller. */
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { standingIn } from '../src/client/plan/standing.js';
import { RequestRefused, ScaleClient } from '../src/client/scale/client.js';
import { RunReader, type RunView } from '../src/client/scale/runs.js';
import { type Arrival, waitForTarget } from '../src/client/scale/wait-for-target.js';
import type { ArrivalEnd, ArrivalOrder, PlanAnswer, PlanAsk, Standing } from '../src/domain/plan/orders.js';
import { Interruption } from './interruption.js';

export interface PlanActivities {
  lookAtStanding(resource: string): Promise<Standing>;
  askForMove(ask: PlanAsk): Promise<PlanAnswer>;
  awaitArrival(order: ArrivalOrder): Promise<ArrivalEnd>;
}

/** A scale run takes minutes to hours: a later answer delays the next step by at most this time. */
const longestPauseMs = 5000;
const heartbeatEveryMs = 5000;

export function planActivities(stopping: AbortSignal): PlanActivities {
  return {
    lookAtStanding: async (resource) => (await look(Context.current().client, resource)).standing,

    askForMove: async ({ resource, taskQueue, limits, targetCapacity, reason, key, keyMadeAtMs, seen }) => {
      const { client } = Context.current();
      const { standing, run } = await look(client, resource);
      // An earlier attempt of this activity may have sent it.
      const isSent = run?.status?.answers.some(({ id }) => id === key) ?? false;
      if (!isSent && !isSame(standing, seen)) return { outdated: true };
      try {
        const target = { resource, taskQueue, settings: limits };
        const { runId } = await new ScaleClient(client).request(target, { targetCapacity, reason }, key, keyMadeAtMs);
        return { runId };
      } catch (error) {
        if (error instanceof RequestRefused) return { refused: error.message };
        throw error;
      }
    },

    awaitArrival: async ({ resource, key, runId }) => {
      const context = Context.current();
      const interruption = new Interruption(context, stopping);
      const ticker = setInterval(() => context.heartbeat(), heartbeatEveryMs);
      try {
        const runs = new RunReader(context.client);
        const request = { resource, accepted: { id: key, runId } };
        const arrival = await waitForTarget(runs, request, interruption.signal, longestPauseMs);
        if (arrival) return endOf(arrival);
        interruption.throwIfInterrupted();
        throw new Error('the wait has ended without a result');
      } finally {
        clearInterval(ticker);
        interruption.close();
      }
    },
  };
}

/** @throws ApplicationFailure that is retried, while nobody answers for the run of the resource. */
async function look(client: Client, resource: string): Promise<{ standing: Standing; run: RunView | undefined }> {
  const run = await new RunReader(client).newest(resource);
  const standing = standingIn(run);
  if (standing) return { standing, run };
  throw ApplicationFailure.create({
    type: 'NoAnswer',
    message: `the scale run of ${resource} does not answer yet`,
    category: ApplicationFailureCategory.BENIGN,
  });
}

function isSame(standing: Standing, seen: PlanAsk['seen']): boolean {
  return standing.target === seen.target && standing.by === seen.by && standing.isCancelled === seen.isCancelled;
}

function endOf(arrival: Arrival): ArrivalEnd {
  switch (arrival.how) {
    case 'reached':
    case 'cancelled':
      return { how: arrival.how };
    case 'replaced': {
      const { reason = null } = arrival.run.status ?? {};
      const why = reason === null ? '' : ` (${reason})`;
      return { how: 'replaced', reason: `another request has set its target to ${arrival.by ?? 'another one'}${why}` };
    }
    case 'failed':
      return { how: 'failed', reason: arrival.reason };
    case 'refused':
      return { how: 'failed', reason: arrival.refusal.message };
  }
}
