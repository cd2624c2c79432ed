/** `GET /v1/resources/{resource}`, and its runs. */
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { ResourceAnswer, RunsAnswer } from './answers.js';
import type { ApiContext } from '../context.js';
import type { ResourceConfig } from '../../config/config.js';
import { findResource, hasUnnamedAutoscaler } from '../find-resource.js';
import { resourcePath, runsPath } from '../http/links.js';
import { presentResource, presentRun } from './present.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';

export function resourceRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources/:resource', { get: [getResource(api)] });
  route(router, '/v1/resources/:resource/runs', { get: [getRuns(api)] });
}

function getResource(api: ApiContext): RequestHandler {
  return async (request, response) => {
    response.json(await show(await orUnnamed(api, request), api));
  };
}

/** @throws Problem that also mentions an autoscaler that keeps running although the configuration does not name it. */
async function orUnnamed({ config, autoscales }: ApiContext, request: Request): Promise<ResourceConfig> {
  try {
    return findResource(config.resources, request);
  } catch (error) {
    const alias = String(request.params['resource']);
    if (!(error instanceof Problem) || !(await hasUnnamedAutoscaler(autoscales, alias))) throw error;
    throw new Problem(
      'unknown-resource',
      `This configuration does not name ${alias}. Its autoscaler keeps running: see GET ${resourcePath(alias)}/evaluation. Add the resource to the configuration again, or remove the autoscaler with "escapement apply --prune".`,
    );
  }
}

async function show(resource: ResourceConfig, { runs, links, autoscalerCheck }: ApiContext): Promise<ResourceAnswer> {
  const answer = presentResource(resource, await runs.newest(resource.alias), links);
  return { ...answer, notice: answer.notice ?? autoscalerCheck.noticeOf(resource.alias) ?? null };
}

export const runsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Maximum number of runs.'),
  before: z.iso
    .datetime()
    .optional()
    .describe('Only runs that started before this time: see `next` of the previous page.'),
});

function getRuns({ config, runs, links }: ApiContext): RequestHandler {
  return async (request, response) => {
    const { alias } = findResource(config.resources, request);
    const query = runsQuerySchema.safeParse(request.query);
    if (!query.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(query.error)}`);
    const { limit, before } = query.data;

    const startedBeforeMs = before === undefined ? undefined : Date.parse(before);
    // One more than requested, to find out whether there is a next page.
    const found = await runs.list(alias, { most: limit + 1, startedBeforeMs });
    const shown = found.slice(0, limit).map((run) => presentRun(run, links));
    const last = found.length > limit ? shown.at(-1) : undefined;
    const next = last ? `${runsPath(alias)}?limit=${limit}&before=${encodeURIComponent(last.startedAt)}` : null;
    response.json({ resource: alias, runs: shown, next } satisfies RunsAnswer);
  };
}
