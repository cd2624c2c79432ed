/** Calls of a Temporal client become spans where they belong to a trace, which the workflow receives in a header. */
import { trace, type Tracer } from '@opentelemetry/api';
import {
  type WorkflowClientInterceptor,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { headersWithContext, instrument } from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';

type Headers = Parameters<typeof headersWithContext>[0];

/**
 * The interceptor of the SDK's package makes a trace of each call that has none, and an error of each run that does not
 * exist. A worker reads workflows every minute, and every watch reads runs: those calls make no spans here.
 */
export function tracedClientCalls(tracer: Tracer): WorkflowClientInterceptor {
  const inSpan = <Result>(spanName: string, workflowId: string, work: () => Promise<Result>): Promise<Result> => {
    if (!trace.getActiveSpan()) return work();
    const fn: Parameters<typeof instrument<Result>>[0]['fn'] = (span) => {
      span.setAttribute('temporalWorkflowId', workflowId);
      return work();
    };
    return instrument({ tracer, spanName, acceptableErrors: isAnswer, fn });
  };
  return {
    startWithDetails: (input, next) =>
      inSpan(`StartWorkflow:${input.workflowType}`, input.options.workflowId, () =>
        next({ ...input, headers: withTrace(input.headers) }),
      ),
    startUpdateWithStart: (input, next) =>
      inSpan(`UpdateWithStartWorkflow:${input.updateName}`, input.workflowStartOptions.workflowId, () =>
        next({
          ...input,
          workflowStartHeaders: withTrace(input.workflowStartHeaders),
          updateHeaders: withTrace(input.updateHeaders),
        }),
      ),
    signal: (input, next) =>
      inSpan(`SignalWorkflow:${input.signalName}`, input.workflowExecution.workflowId, () =>
        next({ ...input, headers: withTrace(input.headers) }),
      ),
    signalWithStart: (input, next) =>
      inSpan(`SignalWithStartWorkflow:${input.signalName}`, input.options.workflowId, () =>
        next({ ...input, headers: withTrace(input.headers) }),
      ),
    query: (input, next) =>
      inSpan(`QueryWorkflow:${input.queryType}`, input.workflowExecution.workflowId, () => next(input)),
    describe: (input, next) => inSpan('DescribeWorkflow', input.workflowExecution.workflowId, () => next(input)),
    cancel: (input, next) => inSpan('CancelWorkflow', input.workflowExecution.workflowId, () => next(input)),
  };
}

/** The run exists already, or there is none: the callers expect both. */
function isAnswer(error: unknown): boolean {
  return error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowNotFoundError;
}

function withTrace(headers: Headers): Headers {
  return trace.getActiveSpan() ? headersWithContext(headers) : headers;
}
