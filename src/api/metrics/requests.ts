/** Measures every request, by the pattern of its route: paths themselves are unbounded. */
import type { RequestHandler } from 'express';
import { metricFamilies } from '../../domain/metrics.js';
import type { Metrics } from '../../metrics/metrics.js';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

export function requestMetrics(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedAtMs = performance.now();
    response.once('close', () => {
      const { path = 'unknown' } = (request.route ?? {}) as { path?: string };
      const method = methods.has(request.method) ? request.method : 'other';
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      const seconds = (performance.now() - startedAtMs) / 1000;
      metrics.record(metricFamilies.httpDuration, { method, route: path, status }, seconds);
    });
    next();
  };
}
