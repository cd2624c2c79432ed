/**
 * Every request has an id and one line in the log. Query strings and headers are not logged, because they may contain
 * secrets.
 */
import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

const acceptableId = /^[\x21-\x7e]{1,128}$/;
/** Requested every few seconds by probes and Prometheus. */
const probePaths = new Set(['/healthz', '/readyz', '/health', '/metrics']);

export function requestLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAtMs = performance.now();
    const { method, path } = request;
    const given = request.get('x-request-id');
    const requestId = given !== undefined && acceptableId.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', requestId);
    const logRequest = () => {
      const durationMs = Math.round(performance.now() - startedAtMs);
      const status = response.writableFinished ? response.statusCode : 'client went away';
      log[probePaths.has(path) ? 'debug' : 'info']({ requestId, method, path, status, durationMs }, 'request');
    };
    // In the context of the request, so that the line has the ids of its trace.
    response.once('close', AsyncResource.bind(logRequest));
    next();
  };
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader('X-Request-Id'));
}
