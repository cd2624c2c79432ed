/**
 * Starts OpenTelemetry in this process. Only a process that exports traces imports this file, because it loads all of
 * OpenTelemetry.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { traceHeaders } from '../adapters/net/trace-headers.js';
import type { TracingSettings } from '../config/environment/tracing.js';
import type { Logger } from '../process/logger.js';
import { packageVersion } from '../process/package-root.js';
import { pauseFor } from '../process/pause.js';
import { callTracer } from './calls.js';
import { tracedClientCalls } from './client.js';
import { createExporter } from './exporter.js';
import { Looks, SpanIds } from './looks.js';
import { requestTracer } from './requests.js';
import type { Tracing } from './tracing.js';
import { workerTracing } from './worker.js';

/** How long a shutdown waits for the last export. The collector may be down. */
const lastExportMs = 1000;

export function startTracing(settings: TracingSettings, log: Logger): Tracing {
  const resource = resourceOfProcess();
  const processor = new BatchSpanProcessor(createExporter(settings, log));
  const ids = new SpanIds();
  // The sampler and the limits come from the environment.
  const provider = new BasicTracerProvider({ resource, idGenerator: ids, spanProcessors: [processor] });
  provider.register({
    contextManager: new AsyncLocalStorageContextManager(),
    propagator: new W3CTraceContextPropagator(),
  });
  traceHeaders.ofActiveSpan = headersOfActiveSpan;
  const tracer = trace.getTracer('escapement');
  const looks = new Looks(tracer, ids);
  return {
    requests: requestTracer(tracer),
    client: { workflow: [tracedClientCalls(tracer)] },
    worker: workerTracing({ tracer, looks, processor, resource }),
    call: callTracer(tracer, looks),
    look: looks.look,
    stop: async () => {
      const ended = new AbortController();
      const exported = provider.shutdown().catch(() => undefined);
      await Promise.race([exported, pauseFor(lastExportMs, ended.signal)]);
      ended.abort();
    },
  };
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence. */
function resourceOfProcess(): Resource {
  return new Resource({
    ...Resource.default().attributes,
    'service.name': 'escapement',
    'service.version': packageVersion(),
    ...envDetectorSync.detect().attributes,
  });
}

function headersOfActiveSpan(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
