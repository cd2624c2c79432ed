import { expect, it } from '@jest/globals';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import type { Look } from '../../activities/watch/look.js';
import type { Evaluation } from '../../src/domain/autoscale/evaluation.js';
import { requestKey } from '../../src/domain/autoscale/watch.js';
import { callTracer } from '../../src/tracing/calls.js';
import { recordSpans } from './recorded-spans.js';

/** Of W3C Trace Context. */
const sampledFlag = 1;
const watch = { resource: 'web', runId: 'run-1' };
const quiet = { progress: {} } as Look;

function decided(atMs: number): Look {
  const evaluation = { atMs, capacity: 2, target: 3, reason: 'load: 3', limitedBy: [] } as unknown as Evaluation;
  return { progress: {}, result: { evaluation } } as unknown as Look;
}

it('a look that ends in a decision has a span, with a span for each of its calls', async () => {
  const { tracer, looks, spans } = recordSpans();
  const call = callTracer(tracer, looks);
  await looks.look(watch, async () => {
    await call({ operation: 'observe', type: 'ecs', resource: 'web' }, async () => 2);
    const sampling = call({ operation: 'sample', type: 'redis', resource: 'web' }, () =>
      Promise.reject(new Error('down')),
    );
    await sampling.catch(() => undefined);
    expect(spans()).toEqual([]);
    return decided(5000);
  });

  const evaluation = spans().find(({ name }) => name === 'evaluate')!;
  const attributes = { 'escapement.resource': 'web', 'escapement.capacity': 2, 'escapement.target': 3 };
  expect(evaluation).toMatchObject({ parentSpanId: undefined, attributes });
  expect(evaluation.attributes['escapement.reason']).toBe('load: 3');
  const below = spans().filter(({ parentSpanId }) => parentSpanId === evaluation.spanContext().spanId);
  expect(below).toMatchObject([
    { name: 'observe ecs', status: { code: SpanStatusCode.UNSET } },
    { name: 'sample redis', status: { code: SpanStatusCode.ERROR, message: 'down' } },
  ]);
});

it('a look without a decision has no span', async () => {
  const { tracer, looks, spans } = recordSpans();
  const call = callTracer(tracer, looks);
  await looks.look(watch, async () => {
    await call({ operation: 'observe', type: 'ecs', resource: 'web' }, async () => 2);
    return quiet;
  });
  expect(spans()).toEqual([]);
});

it('another process finds the trace of a decision by the key of the request', async () => {
  const here = recordSpans();
  await here.looks.look(watch, async () => decided(5000));
  const there = recordSpans();
  const parent = trace.getSpanContext(there.looks.contextOf(requestKey('run-1', 5000)))!;

  const { traceId, spanId } = here.spans()[0]!.spanContext();
  expect(parent).toMatchObject({ traceId, spanId });
  expect(there.spans()).toEqual([]);
  const other = trace.getSpanContext(there.looks.contextOf(requestKey('run-1', 6000)))!;
  expect(other.traceId).not.toBe(traceId);
});

it('both processes sample the same decisions', async () => {
  const here = recordSpans(new TraceIdRatioBasedSampler(0.5));
  const moments = Array.from({ length: 50 }, (_, index) => index);
  for (const atMs of moments) await here.looks.look(watch, async () => decided(atMs));
  const there = recordSpans(new TraceIdRatioBasedSampler(0.5));
  const sampled = moments.filter((atMs) => {
    const parent = trace.getSpanContext(there.looks.contextOf(requestKey('run-1', atMs)))!;
    return (parent.traceFlags & sampledFlag) !== 0;
  });
  expect(sampled).toHaveLength(here.spans().length);
  expect(sampled.length).toBeGreaterThan(0);
  expect(sampled.length).toBeLessThan(50);
});
