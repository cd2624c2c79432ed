import { beforeEach, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { callTracer } from '../../src/tracing/calls.js';
import type { TraceCall, TracedCall } from '../../src/tracing/tracing.js';
import { recordSpans } from './recorded-spans.js';

let recorded: ReturnType<typeof recordSpans>;
let call: TraceCall;
beforeEach(() => {
  recorded = recordSpans();
  call = callTracer(recorded.tracer, recorded.looks);
});

const observe: TracedCall<unknown> = { operation: 'observe', type: 'kubernetes', resource: 'web' };
const change: TracedCall<string> = {
  operation: 'change',
  type: 'kubernetes',
  resource: 'web',
  from: 1,
  to: 2,
  failureOf: (outcome) => (outcome === 'accepted' ? undefined : outcome),
};

/** Runs `work` below a span, and returns the spans below that one. */
async function below(work: () => Promise<unknown>) {
  await recorded.tracer.startActiveSpan('parent', async (parent) => {
    await work();
    parent.end();
  });
  const parent = recorded
    .spans()
    .find(({ name }) => name === 'parent')!
    .spanContext();
  return recorded.spans().filter(({ parentSpanId }) => parentSpanId === parent.spanId);
}

it('a call in a trace has a span with its platform and its resource', async () => {
  const [span, ...more] = await below(() => call(change, async () => 'accepted'));
  expect(more).toEqual([]);
  expect(span).toMatchObject({
    name: 'change kubernetes',
    kind: SpanKind.CLIENT,
    attributes: { 'escapement.resource': 'web', 'escapement.from': 1, 'escapement.to': 2 },
    status: { code: SpanStatusCode.UNSET },
  });
});

it('a call outside a trace has none', async () => {
  expect(await call(change, async () => 'accepted')).toBe('accepted');
  expect(recorded.spans()).toEqual([]);
});

it('a change that is not accepted is an error, and so is a read that fails; callers receive both unchanged', async () => {
  const spans = await below(async () => {
    expect(await call(change, async () => 'rejected: quota')).toBe('rejected: quota');
    const failing = call(observe, () => Promise.reject(new Error('no response')));
    await expect(failing).rejects.toThrow('no response');
  });
  expect(spans.map(({ status }) => status)).toEqual([
    { code: SpanStatusCode.ERROR, message: 'rejected: quota' },
    { code: SpanStatusCode.ERROR, message: 'no response' },
  ]);
});

it('a read that polls for long has twenty spans, and a change after it still has its own', async () => {
  const spans = await below(async () => {
    for (let look = 0; look < 500; look += 1) await call(observe, async () => look);
    await call(change, async () => 'accepted');
  });
  expect(spans.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 20 }, () => 'observe kubernetes'),
    'change kubernetes',
  ]);
});

it('the call begins before the tracing returns, so that nothing comes between a permit and the write', async () => {
  await below(async () => {
    let hasBegun = false;
    const calling = call(change, async () => {
      hasBegun = true;
      return 'accepted';
    });
    expect(hasBegun).toBe(true);
    await calling;
  });
});

describe('a failure of OpenTelemetry', () => {
  const failing = (part: 'startSpan' | 'end'): Tracer => ({
    startActiveSpan: recorded.tracer.startActiveSpan.bind(recorded.tracer),
    startSpan: (...args) => {
      if (part === 'startSpan') throw new Error('out of order');
      const span = recorded.tracer.startSpan(...args);
      span.end = () => {
        throw new Error('out of order');
      };
      return span;
    },
  });

  it.each(['startSpan', 'end'] as const)(
    'in %s changes neither that a change is sent nor its outcome',
    async (part) => {
      let sent = 0;
      await below(async () => {
        const outcome = await callTracer(failing(part), recorded.looks)(change, async () => `accepted, ${++sent}`);
        expect(outcome).toBe('accepted, 1');
      });
      expect(sent).toBe(1);
    },
  );
});
