/** A span for each call of a platform or a source, where the call belongs to a trace. */
import { context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { TraceCall, TracedCall } from './tracing.js';

/** A read may poll for many minutes. Its first reads show what it waits for. */
const mostCallsOfOneParent = 20;

/** When the work of a call has ended, and why it failed. */
export interface EndedCall {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly failure: string | undefined;
}

interface LookMemory {
  /** How a call inside a look is remembered; undefined outside a look. */
  readonly remembering: () => ((call: EndedCall) => void) | undefined;
}

/**
 * A call outside a trace costs one look-up. The calls of a look of a watch are only remembered, because most looks end
 * without a decision and have no trace.
 */
export function callTracer(tracer: Tracer, { remembering }: LookMemory): TraceCall {
  const counts = new WeakMap<Span, number>();
  return (call, work) => {
    const remember = remembering();
    if (remember) return remembered(call, work, remember);
    const parent = trace.getActiveSpan();
    if (!parent) return work();
    const count = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, count);
    // A change is never left out.
    if (count > mostCallsOfOneParent && call.operation !== 'change') return work();
    return inSpan(tracer, call, work);
  };
}

/**
 * Starts `work` before it returns, so a change is sent as early as without a trace. A failure of OpenTelemetry changes
 * neither whether `work` is called nor its result.
 */
async function inSpan<Result>(tracer: Tracer, call: TracedCall<Result>, work: () => Promise<Result>): Promise<Result> {
  const options = { kind: SpanKind.CLIENT, attributes: attributesOf(call) };
  const span = withoutFailing(() => tracer.startSpan(nameOf(call), options));
  if (!span) return work();
  const end = (failure: string | undefined) => {
    withoutFailing(() => {
      setFailure(span, failure);
      span.end();
    });
  };
  try {
    const result = await context.with(trace.setSpan(context.active(), span), work);
    end(call.failureOf?.(result));
    return result;
  } catch (error) {
    end(messageOf(error));
    throw error;
  }
}

/** Undefined when it failed. */
export function withoutFailing<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

async function remembered<Result>(
  call: TracedCall<Result>,
  work: () => Promise<Result>,
  remember: (ended: EndedCall) => void,
): Promise<Result> {
  const startedAtMs = Date.now();
  const ended = (failure: string | undefined) => {
    remember({ name: nameOf(call), attributes: attributesOf(call), startedAtMs, endedAtMs: Date.now(), failure });
  };
  try {
    const result = await work();
    ended(call.failureOf?.(result));
    return result;
  } catch (error) {
    ended(messageOf(error));
    throw error;
  }
}

export function setFailure(span: Span, failure: string | undefined): void {
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
}

function nameOf({ operation, type }: Pick<TracedCall<never>, 'operation' | 'type'>): string {
  return `${operation} ${type}`;
}

function attributesOf({ resource, signal, from, to }: Omit<TracedCall<never>, 'failureOf'>): EndedCall['attributes'] {
  return {
    'escapement.resource': resource,
    ...(signal !== undefined && { 'escapement.signal': signal }),
    ...(from !== undefined && { 'escapement.from': from }),
    ...(to !== undefined && { 'escapement.to': to }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
