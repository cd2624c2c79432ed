/** `POST` and `DELETE /v1/resources/{resource}/scale`: request a capacity, and cancel it. */
import type { Request, RequestHandler, Response } from 'express';
import type { Router } from 'express';
import { WorkflowNotFoundError } from '@temporalio/client';
import { type Arrival, waitForTarget } from '../../client/scale/wait-for-target.js';
import { scaleRequestSchema } from './request-body.js';
import type { AcceptedAnswer, CancellingAnswer } from './answers.js';
import type { ResourceConfig } from '../../config/config.js';
import type { ApiContext } from '../context.js';
import { idempotencyKeyOf, parseBody, preferredWaitMs, readJsonBody } from '../http/request.js';
import { asTarget, findResource } from '../find-resource.js';
import { resourcePath } from '../http/links.js';
import { isAtRest, phaseOf, presentResource, unattendedNotice } from './present.js';
import { Problem } from '../http/problem.js';
import { refused } from '../http/problem-handler.js';
import { route } from '../http/route.js';
import { disconnectSignal } from '../http/disconnect-signal.js';

export function scaleRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource/scale', {
    post: [readJsonBody, postScale(api)],
    delete: [deleteScale(api)],
  });
}

function postScale({ config, scales, runs, links, stopping }: ApiContext): RequestHandler {
  return async (request, response) => {
    const resource = findResource(config.resources, request);
    const requested = parseBody(scaleRequestSchema, request);
    const key = idempotencyKeyOf(request);
    const waitMs = preferredWaitMs(request);

    const accepted = await scales.request(asTarget(resource), requested, key);
    const arrival =
      waitMs === 0 ? undefined : await waitFor(waitMs, { resource: resource.alias, accepted }, request, response);
    if (arrival) {
      response.json(presentResource(resource, reached(arrival), links));
      return;
    }
    const { targetCapacity, outcome, workflowId, runId } = accepted;
    // No worker has answered: the task queue of the run explains why.
    const unanswered = outcome === 'accepted' ? await runs.newestSummary(resource.alias) : undefined;
    const body: AcceptedAnswer = {
      resource: resource.alias,
      targetCapacity,
      outcome,
      workflowId,
      runId,
      notice: unanswered ? unattendedNotice(unanswered, resource) : null,
      autoscale: autoscaleNotice(resource),
      links: links.of(resource.alias, accepted),
    };
    response.status(202).location(resourcePath(resource.alias)).json(body);
  };

  async function waitFor(
    waitMs: number,
    what: Parameters<typeof waitForTarget>[1],
    request: Request,
    response: Response,
  ): Promise<Arrival | undefined> {
    response.setHeader('Preference-Applied', `wait=${waitMs / 1000}`);
    const patience = disconnectSignal(request, response);
    return waitForTarget(runs, what, AbortSignal.any([patience, stopping, AbortSignal.timeout(waitMs)]));
  }
}

/** A request for an autoscaled resource is applied, and its policies may replace the target. */
function autoscaleNotice({ alias, autoscale }: ResourceConfig): AcceptedAnswer['autoscale'] {
  if (!autoscale) return null;
  const { intervalMs } = autoscale.settings;
  return {
    standsUntil: new Date(Date.now() + intervalMs).toISOString(),
    notice: `${alias} is autoscaled: this target is kept until the next evaluation of its policies, within ${intervalMs / 1000} s. To keep it longer, set an override, or pause the policies first.`,
    override: `${resourcePath(alias)}/override`,
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

function deleteScale({ config, runs, client, links }: ApiContext): RequestHandler {
  return async (request, response) => {
    const { alias } = findResource(config.resources, request);
    const run = await runs.newest(alias);
    if (!run?.isOpen || isAtRest(phaseOf(run))) {
      throw noScalingInProgress(alias);
    }
    // Cancels whichever run is open: a run with a long history continues under another run ID.
    await client
      .withDeadline(Date.now() + cancelWithinMs, () => client.workflow.getHandle(run.workflowId).cancel())
      .catch((error: unknown) => {
        // The run has closed since it was read.
        throw error instanceof WorkflowNotFoundError ? noScalingInProgress(alias) : error;
      });
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

function noScalingInProgress(alias: string): Problem {
  return new Problem('nothing-under-way', `No scaling is in progress for ${alias}: there is nothing to cancel.`);
}

const cancelWithinMs = 1000;
