/** `POST` and `DELETE /v1/resources/{resource}/scale`: request a capacity, and cancel it. */
import type { RequestHandler, Router } from 'express';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { RunReader, RunView } from '../../client/scale/runs.js';
import { pollTemporal } from '../../client/temporal/poll.js';
import { type Arrival, waitForTarget } from '../../client/scale/wait-for-target.js';
import { scaleRequestSchema } from './request-body.js';
import { presentAccepted } from './accepted.js';
import type { CancellingAnswer } from './answers.js';
import type { ApiContext } from '../context.js';
import { preferredWait } from '../http/prefer.js';
import { idempotencyKeyOf, parseBody, readJsonBody } from '../http/request.js';
import { asTarget, findResource } from '../find-resource.js';
import { resourcePath } from '../http/links.js';
import { isAtRest, phaseOf, presentResource } from './present.js';
import { Problem } from '../http/problem.js';
import { refused } from '../http/problem-handler.js';
import { route } from '../http/route.js';

export function scaleRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource/scale', {
    post: [readJsonBody, postScale(api)],
    delete: [deleteScale(api)],
  });
}

function postScale(api: ApiContext): RequestHandler {
  const { config, runs, links, stopping } = api;
  return async (request, response) => {
    const resource = findResource(config.resources, request);
    const requested = parseBody(scaleRequestSchema, request);
    const key = idempotencyKeyOf(request);
    const wait = preferredWait(request, response, stopping);

    const accepted = await api.scales.request(asTarget(resource), requested, key);
    const waited = { resource: resource.alias, accepted };
    const arrival = await wait.until((patience) => waitForTarget(runs, waited, patience));
    if (arrival) response.json(presentResource(resource, reached(arrival), links));
    else
      response
        .status(202)
        .location(resourcePath(resource.alias))
        .json(await presentAccepted(api, resource, accepted));
  };
}

/** @throws Problem when the target was not reached and will not be reached. */
function reached(arrival: Arrival) {
  switch (arrival.how) {
    case 'reached':
      return arrival.run;
    case 'replaced':
      throw new Problem('replaced', `A later request has set the target to ${arrival.by ?? 'an unknown value'}.`);
    case 'cancelled':
      throw new Problem(
        'cancelled',
        'The run was cancelled before the target was reached. Send the request again to continue.',
      );
    case 'failed':
      throw new Problem('scaling-failed', `${arrival.reason}. Fix the cause and send the request again.`);
    case 'refused':
      throw refused(arrival.refusal.refused, arrival.refusal.message);
  }
}

function deleteScale({ config, runs, client, links, stopping }: ApiContext): RequestHandler {
  return async (request, response) => {
    const resource = findResource(config.resources, request);
    const { alias } = resource;
    const wait = preferredWait(request, response, stopping);
    const run = await runs.newest(alias);
    if (!isInProgress(run)) throw noScalingInProgress(alias);
    // Cancels whichever run is open: a run with a long history continues under another run ID.
    await client
      .withDeadline(Date.now() + cancelWithinMs, () => client.workflow.getHandle(run.workflowId).cancel())
      .catch((error: unknown) => {
        // The run has closed since it was read.
        throw error instanceof WorkflowNotFoundError ? noScalingInProgress(alias) : error;
      });
    const ended = await wait.until((patience) => waitForRest(runs, alias, patience));
    if (ended) {
      response.json(presentResource(resource, ended, links));
      return;
    }
    const body: CancellingAnswer = {
      resource: alias,
      outcome: 'cancelling',
      workflowId: run.workflowId,
      runId: run.runId,
      links: links.of(alias, run),
    };
    response.status(202).location(resourcePath(alias)).json(body);
  };
}

/** Until no change is in progress. As with a request, the cooldown that the run then keeps is not part of the wait. */
function waitForRest(runs: RunReader, resource: string, patience: AbortSignal): Promise<RunView | undefined> {
  return pollTemporal(async () => {
    const run = await runs.newest(resource);
    return isInProgress(run) ? undefined : run;
  }, patience);
}

function isInProgress(run: RunView | undefined): run is RunView {
  return run?.isOpen === true && !isAtRest(phaseOf(run));
}

function noScalingInProgress(alias: string): Problem {
  return new Problem('nothing-under-way', `No scaling is in progress for ${alias}: there is nothing to cancel.`);
}

const cancelWithinMs = 1000;
