/** What a worker adds to a trace: the spans of its activities, and those that its workflows hand out. */
import { context, trace, type Tracer } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Context } from '@temporalio/activity';
import { extractContextFromHeaders } from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { InjectedSinks } from '@temporalio/worker';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions.js';
import type { Activities } from '../../activities/index.js';
import { tracedClientCalls } from './client.js';
import type { Looks } from './looks.js';
import type { Tracing } from './tracing.js';

interface WorkerTracingParts {
  readonly tracer: Tracer;
  readonly looks: Looks;
  readonly processor: SpanProcessor;
  readonly resource: Resource;
}

export function workerTracing({ tracer, looks, processor, resource }: WorkerTracingParts): Tracing['worker'] {
  return {
    interceptors: {
      client: { workflow: [tracedClientCalls(tracer)] },
      activity: [
        (activity) => ({
          inbound: new TracedActivities(activity, { tracer }, looks),
          outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
        }),
      ],
    },
    sinks: workflowSpans(processor, resource),
  };
}

/**
 * An activity is traced when its workflow is. The request of an autoscaler is the exception: the workflow of an
 * autoscaler runs for months and has no trace, and each decision is a trace of its own.
 */
class TracedActivities extends OpenTelemetryActivityInboundInterceptor {
  constructor(
    activity: Context,
    options: { readonly tracer: Tracer },
    private readonly looks: Looks,
  ) {
    super(activity, options);
  }

  override execute(...[input, next]: Parameters<OpenTelemetryActivityInboundInterceptor['execute']>): Promise<unknown> {
    const parent = extractContextFromHeaders(input.headers);
    if (parent && trace.getSpan(parent)) return super.execute(input, next);
    if (this.ctx.info.activityType !== requestActivity) return next(input);
    const [{ key }] = input.args as Parameters<Activities[typeof requestActivity]>;
    return context.with(this.looks.contextOf(key), () => super.execute(input, next));
  }
}

const requestActivity = 'askForScale' satisfies keyof Activities;

/**
 * Spans that workflows have ended. The SDK would add everything that it knows of the run to each span, including its
 * memo.
 */
function workflowSpans(processor: SpanProcessor, resource: Resource): InjectedSinks<OpenTelemetrySinks> {
  const exporter = makeWorkflowExporter(processor, resource);
  return {
    exporter: {
      export: {
        fn: (info, spans) => {
          const { workflowId, runId } = info;
          for (const span of spans) Object.assign(span.attributes, { temporalWorkflowId: workflowId, run_id: runId });
          return exporter.export.fn({} as typeof info, spans);
        },
      },
    },
  };
}
