/** `GET /v1/resources`: all resources, filtered, sorted and page by page. */
import type { RequestHandler, Router } from 'express';
import type { ApiContext } from '../context.js';
import { sendUnlessKnown } from '../http/etag.js';
import { route } from '../http/route.js';
import type { ResourcesAnswer } from './answers.js';
import { pageOf, parseResourcesQuery, type ResourcesQuery } from './query.js';

export function fleetRoutes(router: Router, api: ApiContext): void {
  route(router, '/v1/resources', { get: [getResources(api)] });
}

function getResources({ fleet, config }: ApiContext): RequestHandler {
  return async (request, response) => {
    const query = parseResourcesQuery(request.query);
    const rows = await fleet.rows('request');
    const page = pageOf(rows, query);
    const answer: ResourcesAnswer = {
      resources: [...page.rows],
      total: page.total,
      needsAttention: rows.filter(({ attention }) => attention.length > 0).length,
      isDemo: config.source === 'demo',
      next: page.next === null ? null : pathOf(query, page.next),
    };
    sendUnlessKnown(request, response, answer);
  };
}

function pathOf({ q, phase, needs, sort, limit }: ResourcesQuery, cursor: string): string {
  const given = { ...(q !== '' && { q }), ...(phase && { phase }), ...(needs && { needs }) };
  return `/v1/resources?${new URLSearchParams({ ...given, sort, limit: String(limit), cursor }).toString()}`;
}
