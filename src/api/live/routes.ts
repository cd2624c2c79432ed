/** `GET /v1/events`: the changes of resources as they happen, as server-sent events. */
import type { Request, RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { ApiContext } from '../context.js';
import { resourceNamed } from '../find-resource.js';
import { disconnectSignal } from '../http/disconnect-signal.js';
import { Problem } from '../http/problem.js';
import { route } from '../http/route.js';
import type { Feed } from './feed.js';
import { streamChanges } from './stream.js';

export const eventsQuerySchema = z.strictObject({
  resource: z
    .union([z.string(), z.array(z.string()).max(1000)])
    .optional()
    .describe('Only this resource. The parameter can be given several times. Absent: all resources.'),
});

export function liveRoutes(router: Router, api: ApiContext, feed: Feed): void {
  route(router, '/v1/events', { get: [getEvents(api, feed)] });
}

function getEvents({ config, stopping }: ApiContext, feed: Feed): RequestHandler {
  return async (request, response) => {
    const resources = resourcesOf(request, config.resources);
    await feed.update();
    response.set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // nginx would otherwise keep the events until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const after = feed.numberIn(request.get('last-event-id') ?? '');
    response.flushHeaders();
    const ending = AbortSignal.any([disconnectSignal(request, response), stopping]);
    streamChanges({ feed, response, after, resources, ending });
  };
}

/** @throws Problem */
function resourcesOf({ query }: Request, known: ApiContext['config']['resources']): ReadonlySet<string> | undefined {
  const parsed = eventsQuerySchema.safeParse(query);
  if (!parsed.success) throw new Problem('invalid-request', `In the query: ${z.prettifyError(parsed.error)}`);
  const { resource } = parsed.data;
  if (resource === undefined) return undefined;
  const names = Array.isArray(resource) ? resource : [resource];
  return new Set(names.map((name) => resourceNamed(known, name).alias));
}
