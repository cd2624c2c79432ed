/** Spans that stay in the memory of a test. */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Looks, SpanIds } from '../../src/tracing/looks.js';

export function recordSpans(sampler?: Sampler) {
  const exporter = new InMemorySpanExporter();
  const ids = new SpanIds();
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler && { sampler }),
  });
  for (const api of [trace, context, propagation]) api.disable();
  provider.register({
    contextManager: new AsyncLocalStorageContextManager(),
    propagator: new W3CTraceContextPropagator(),
  });
  const tracer = provider.getTracer('test');
  return {
    tracer,
    looks: new Looks(tracer, ids),
    /** Those that have ended, oldest first. */
    spans: (): ReadableSpan[] => exporter.getFinishedSpans(),
  };
}
