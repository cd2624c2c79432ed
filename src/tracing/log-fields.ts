/** The ids of the active span, for the lines of the log. */
import { isSpanContextValid, trace } from '@opentelemetry/api';

export function activeIds(): Record<string, string> {
  const active = trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
