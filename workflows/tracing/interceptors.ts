/**
 * The spans of workflows, in the bundle of processes that export traces (scripts/bundle-workflows.mjs). The SDK's
 * package provides the tracer, the header and the export. Its interceptors are replaced, for three reasons:
 *
 * - They await inside the workflow, which may change the order of commands. Here each call returns the promise of the
 *   SDK itself, so a history recorded with traces replays without them, and the reverse.
 * - They make a trace of every workflow that has none. A span of an autoscaler would end after months, and a query or a
 *   validation would take ids from the random numbers of the run, which a replay does not repeat.
 * - They put all activities below the start of the run. Here the activities after a request are in its trace.
 */
import { type Context, context, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import {
  extractContextFromHeaders,
  headersWithContext,
} from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import {
  ContinueAsNew,
  isCancellation,
  type WorkflowInboundCallsInterceptor,
  workflowInfo,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { retargetSignal, retargetUpdate, scaleWorkflowType } from '../scale/messages.js';

type Headers = Parameters<typeof extractContextFromHeaders>[0];

export function interceptors(): WorkflowInterceptors {
  const spans = new RunSpans();
  return {
    inbound: [inboundCalls(spans)],
    outbound: [outboundCalls(spans)],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}

/** Gives access to the tracer of the SDK's package, which is made for each workflow with it. */
class SdkTracer extends OpenTelemetryInboundInterceptor {
  readonly own: Tracer = this.tracer;
}

class RunSpans {
  private readonly tracer = new SdkTracer().own;
  /** Below the newest request to the run: the activities that follow are its effect. */
  private newestRequest: Context | undefined;

  /** What the current code belongs to; undefined outside a trace. */
  current(): Context | undefined {
    const active = context.active();
    return this.newestRequest ?? (trace.getSpan(active) ? active : undefined);
  }

  /** Runs `work` below a span, and returns its promise unchanged. */
  inside<Result>(name: string, parent: Context, work: () => Promise<Result>): Promise<Result> {
    const span = this.tracer.startSpan(name, {}, parent);
    const working = context.with(trace.setSpan(parent, span), work);
    working.then(
      () => span.setStatus({ code: SpanStatusCode.OK }).end(),
      (error: unknown) => {
        const isFailure = !(error instanceof ContinueAsNew) && !isCancellation(error);
        if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
        span.end();
      },
    );
    return working;
  }

  /** Like `inside`, for a request to a scale run. */
  insideRequest<Result>(name: string, parent: Context, work: () => Promise<Result>): Promise<Result> {
    return this.inside(name, parent, () => {
      this.newestRequest = context.active();
      return work();
    });
  }
}

function inboundCalls(spans: RunSpans): WorkflowInboundCallsInterceptor {
  return {
    execute: (input, next) => {
      const { workflowType } = workflowInfo();
      const parent = workflowType === scaleWorkflowType ? parentIn(input.headers) : undefined;
      return parent ? spans.inside(`RunWorkflow:${workflowType}`, parent, () => next(input)) : next(input);
    },
    handleSignal: (input, next) => {
      const parent = parentIn(input.headers);
      if (!parent) return next(input);
      const name = `HandleSignal:${input.signalName}`;
      if (input.signalName !== retargetSignal.name) return spans.inside(name, parent, () => next(input));
      return spans.insideRequest(name, parent, () => next(input));
    },
    handleUpdate: (input, next) => {
      const parent = parentIn(input.headers);
      if (!parent) return next(input);
      const name = `HandleUpdate:${input.name}`;
      if (input.name !== retargetUpdate.name) return spans.inside(name, parent, () => next(input));
      return spans.insideRequest(name, parent, () => next(input));
    },
  };
}

function outboundCalls(spans: RunSpans): WorkflowOutboundCallsInterceptor {
  return {
    scheduleActivity: (input, next) => {
      const parent = spans.current();
      if (!parent) return next(input);
      return spans.inside(`StartActivity:${input.activityType}`, parent, () =>
        next({ ...input, headers: headersWithContext(input.headers) }),
      );
    },
    continueAsNew: (input, next) => {
      const parent = spans.current();
      if (!parent) return next(input);
      return context.with(parent, () => next({ ...input, headers: headersWithContext(input.headers) }));
    },
    getLogAttributes: (input, next) => {
      const current = spans.current();
      const span = current && trace.getSpan(current)?.spanContext();
      return next(span ? { trace_id: span.traceId, span_id: span.spanId, ...input } : input);
    },
  };
}

/** The span that the sender of a message was in. Undefined when the sender has no trace. */
function parentIn(headers: Headers): Context | undefined {
  try {
    const parent = extractContextFromHeaders(headers);
    return parent && trace.getSpan(parent) ? parent : undefined;
  } catch {
    // Anyone may send a header that is not readable, and the run must continue.
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
