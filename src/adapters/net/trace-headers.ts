/**
 * The headers that pass a trace on to a server: `traceparent` and `tracestate`. A process that exports traces replaces
 * the function; adapters do not depend on how.
 */
type Headers = Readonly<Record<string, string>>;

const none: Headers = {};

export const traceHeaders = {
  /** Must neither throw nor wait: it is called for every change. The names are in lower case. */
  ofActiveSpan: (): Headers => none,
};

/** The headers of a request, with those of the trace to which it belongs. Headers of the configuration stay. */
export function withTraceHeaders(given: Headers): Headers {
  const ours = traceHeaders.ofActiveSpan();
  if (ours === none) return given;
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(ours).filter(([name]) => !names.has(name))), ...given };
}
