/** `GET /metrics`: the metrics of this process for Prometheus. No token is required, as for the probes. */
import type { RequestHandler, Router } from 'express';
import type { Metrics } from '../../metrics/metrics.js';
import { route } from '../http/route.js';

export function metricsRoute(router: Router, metrics: Metrics): void {
  route(router, '/metrics', { get: [getMetrics(metrics)] });
}

function getMetrics(metrics: Metrics): RequestHandler {
  return async (request, response) => {
    const { contentType, text } = await metrics.page(request.get('accept'));
    response.set('Content-Type', contentType).send(text);
  };
}
