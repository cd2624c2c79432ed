/** `GET /v1/resources/{resource}`, and its runs. */
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { ResourceAnswer, RunsAnswer } from './answers.js';
import type { ApiContext } from '../context.js';
import type { ResourceConfig } from '../../config/config.js';
import { pollTemporal } from '../../client/temporal/poll.js';
import { findResource, hasUnnamedAutoscaler } from '../find-resource.js';
import { entityTagOf, isKnown, sendUnlessKnown } from '../http/etag.js';
import { resourcePath, runsPath } from '../http/links.js';
import { preferredWait } from '../http/prefer.js';
import { presentResource, presentRun } from './present.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { Feed } from '../live/feed.js';

/** @param feed tells those who wait for a change when to look again. */
export function resourceRoutes(router: Router, api: ApiContext, feed: Feed): void {
  route(router, '/v1/resources/:resource', { get: [getResource(api, feed)] });
  route(router, '/v1/resources/:resource/runs', { get: [getRuns(api)] });
}

function getResource(api: ApiContext, feed: Feed): RequestHandler {
  return async (request, response) => {
    const wait = preferredWait(request, response, api.stopping);
    const resource = await orUnnamed(api, request);
    // Before the answer is read: a change that it does not contain has a later number.
    const after = feed.number;
    const answer = await show(resource, api);
    const isOld = (read: ResourceAnswer) => isKnown(request, entityTagOf(JSON.stringify(read)));
    const changed = isOld(answer)
      ? await wait.until((patience) => firstChange({ feed, resource, api, after, isOld }, patience))
      : undefined;
    sendUnlessKnown(request, response, changed ?? answer);
  };
}

interface Awaited {
  readonly feed: Feed;
  readonly resource: ResourceConfig;
  readonly api: ApiContext;
  /** The number of the last change of the feed that the caller may know of. */
  readonly after: number;
  /** Whether the caller already has this answer. */
  readonly isOld: (answer: ResourceAnswer) => boolean;
}

/** A row of the feed can change where the answer does not, for example when policies are evaluated. */
async function firstChange(
  { feed, resource, api, after, isOld }: Awaited,
  patience: AbortSignal,
): Promise<ResourceAnswer | undefined> {
  for (let seenUpTo = after; !patience.aborted;) {
    await feed.untilChanged(resource.alias, seenUpTo, patience);
    seenUpTo = feed.number;
    const answer = await pollTemporal(() => show(resource, api), patience);
    if (answer && !isOld(answer)) return answer;
  }
  return undefined;
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
    sendUnlessKnown(request, response, { resource: alias, runs: shown, next } satisfies RunsAnswer);
  };
}
