/** A span for each request of the API, below the span of a caller that sends `traceparent`. */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';

/** Requested every few seconds by probes and by Prometheus. */
const untraced = new Set(['/healthz', '/readyz', '/health', '/metrics']);

export function requestTracer(tracer: Tracer): RequestHandler {
  return (request, response, next) => {
    const { method, path } = request;
    if (untraced.has(path)) {
      next();
      return;
    }
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = { 'http.request.method': method, 'url.path': path, 'url.scheme': request.protocol };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    response.once('close', () => end(span, request, response));
    context.with(trace.setSpan(parent, span), next);
  };
}

/** Attributes as in the semantic conventions for HTTP servers. The route is known only now. */
function end(span: Span, request: Request, response: Response): void {
  const route = routeOf(request);
  if (route !== undefined) span.updateName(`${request.method} ${route}`).setAttribute('http.route', route);
  const requestId = response.getHeader('X-Request-Id');
  if (requestId !== undefined) span.setAttribute('escapement.request_id', String(requestId));
  if (response.writableFinished) span.setAttribute('http.response.status_code', response.statusCode);
  else span.setAttribute('error.type', 'client went away');
  if (response.statusCode >= 500) {
    span.setAttribute('error.type', String(response.statusCode)).setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** `/v1/resources/{resource}/scale`, as in the OpenAPI document. Undefined when no route matched. */
function routeOf(request: Request): string | undefined {
  // Express sets it when a route matches.
  const { path } = (request.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? path.replace(/:(\w+)/g, '{$1}') : undefined;
}
