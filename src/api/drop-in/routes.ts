/**
 * `POST /scale`, `GET /status`, `GET /health`: the routes, texts and fields of the Omnistrate example, for a
 * configuration with one resource. A scale request is answered when its target is reached, however long that takes.
 */
import type { Request, RequestHandler, Response, Router } from 'express';
import type { RunView } from '../../client/scale/runs.js';
import { waitForTarget } from '../../client/scale/wait-for-target.js';
import type { ApiContext } from '../context.js';
import { idempotencyKeyOf, parseBody, readAnyBody } from '../http/request.js';
import { type DropInScaleAnswer, dropInRequestSchema } from './answers.js';
import { readDropInStatus, readSeen } from './status.js';
import { asTarget, onlyResource } from '../find-resource.js';
import { disconnectSignal } from '../http/disconnect-signal.js';
import type { Problem } from '../http/problem.js';
import { asProblem } from '../http/problem-handler.js';
import { route } from '../http/route.js';

export function dropInRoutes(router: Router, api: ApiContext): void {
  route(router, '/scale', { post: [postScale(api)] });
  route(router, '/status', { get: [getStatus(api)] });
}

/** No token is required, as in the example. */
export function dropInHealthRoute(router: Router): void {
  route(router, '/health', {
    get: [(_request, response) => void response.json({ status: 'healthy', service: 'autoscaler' })],
  });
}

function postScale(api: ApiContext): RequestHandler {
  const { config, scales, runs, stopping } = api;
  return async (request, response) => {
    const resource = onlyResource(config.resources);
    const { alias } = resource;
    try {
      await readBody(request, response);
      const requested = parseBody(dropInRequestSchema, request);
      const accepted = await scales.request(asTarget(resource), requested, idempotencyKeyOf(request));
      const patience = AbortSignal.any([disconnectSignal(request, response), stopping]);
      const arrival = await waitForTarget(runs, { resource: alias, accepted }, patience);
      switch (arrival?.how) {
        case 'reached':
          answer(response, 200, {
            success: true,
            message: `Successfully scaled to target capacity: ${arrival.targetCapacity}`,
          });
          return;
        case 'replaced':
          await fail(409, `Another request has set the target to ${arrival.by ?? 'an unknown value'}`, arrival.run);
          return;
        case 'cancelled':
          await fail(500, 'Scaling failed: the run was cancelled', arrival.run);
          return;
        case 'failed':
          await fail(500, `Scaling failed: ${arrival.reason}`, arrival.run);
          return;
        case 'refused':
          answer(response, 400, { success: false, message: '', error: arrival.refusal.message });
          return;
        case undefined:
          response.setHeader('Retry-After', '2');
          answer(response, 503, {
            success: false,
            message: '',
            error: 'Shutting down; the scaling continues. Send the request again.',
          });
      }
    } catch (error) {
      refuse(response, asProblem(error));
    }

    async function fail(status: number, error: string, run: RunView): Promise<void> {
      const currentStatus = await readSeen(api, alias, run).catch(() => undefined);
      answer(response, status, { success: false, error, ...(currentStatus ? { currentStatus } : { message: '' }) });
    }
  };
}

function getStatus(api: ApiContext): RequestHandler {
  return async (_request, response) => {
    const { alias } = onlyResource(api.config.resources);
    try {
      response.json(await readDropInStatus(api, alias));
    } catch (error) {
      const problem = asProblem(error);
      const why = problem.type === 'internal' && error instanceof Error ? error.message : problem.detail;
      response.set(problem.more.headers ?? {});
      answer(response, problem.status, {
        success: false,
        message: '',
        error: `Failed to get current capacity: ${why}`,
      });
    }
  };
}

function refuse(response: Response, { type, status, detail, more }: Problem): void {
  const error = type === 'malformed-json' ? `Invalid JSON: ${detail}` : detail;
  response.set(more.headers ?? {});
  // The example has one status for every invalid request.
  answer(response, status === 422 ? 400 : status, { success: false, message: '', error });
}

function answer(response: Response, status: number, body: DropInScaleAnswer): void {
  response.status(status).json(body);
}

function readBody(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    readAnyBody(request, response, (error?: Error | 'route' | 'router') => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
}
