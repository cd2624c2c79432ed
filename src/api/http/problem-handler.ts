/** Converts every error to a response. */
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { grpcStatus, hasCode, isOutOfTime, isTemporalTrouble } from '../../client/temporal/grpc-status.js';
import { firstLineOf } from '../../client/temporal/connection.js';
import type { Outage } from '../../process/outage.js';
import { RequestRefused } from '../../client/scale/client.js';
import type { RefusalType } from '../../../workflows/scale/messages.js';
import { Problem, problemTypes, type ProblemType, problemUri, type ProblemAnswer } from './problem.js';
import { requestIdOf } from './request-log.js';

export interface Faults {
  readonly log: Logger;
  /** Logs once that Temporal does not answer, instead of once for each request. */
  readonly outage: Outage;
}

export function problemHandler(faults: Faults): ErrorRequestHandler {
  // Express recognizes an error handler by its four parameters.
  return (error: unknown, _request, response, next) => {
    const problem = loggedProblem(error, requestIdOf(response), faults);
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, problem);
  };
}

/** Converts any error to a problem, and logs it if it is none of the caller. */
export function loggedProblem(error: unknown, requestId: string, { log, outage }: Faults): Problem {
  const problem = asProblem(error);
  if (isTemporalTrouble(error)) outage.fails({ requestId, reason: firstLineOf(error) });
  else if (problem.status >= 500) log.error({ requestId, err: problem.more.cause ?? problem });
  return problem;
}

export const unknownRoute: RequestHandler = (request) => {
  throw new Problem(
    'unknown-route',
    `${request.path.slice(0, 200)} does not exist. Start with GET /v1/resources, or read /docs.`,
  );
};

/** Converts any error that a route throws to a problem that a caller understands. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RequestRefused) return refused(error.type, error.message);
  if (isTemporalTrouble(error)) return temporalTrouble(error);
  if (isClientError(error)) return clientError(error);
  return new Problem('internal', 'Internal error. Search the log for this requestId.', { cause: error });
}

export function refused(type: RefusalType, message: string): Problem {
  return new Problem(refusalProblems[type], message);
}

const refusalProblems = {
  InvalidRequest: 'invalid-request',
  OutOfBounds: 'out-of-bounds',
  IdempotencyConflict: 'idempotency-conflict',
  NotResolved: 'not-resolved',
} as const satisfies Record<RefusalType, ProblemType>;

function sendProblem(response: Response, problem: Problem): void {
  response
    .status(problem.status)
    .set(problem.more.headers ?? {})
    .type('application/problem+json')
    .send(JSON.stringify(presentProblem(problem, requestIdOf(response))));
}

export function presentProblem({ type, status, detail, more }: Problem, requestId: string): ProblemAnswer {
  const { title } = problemTypes[type];
  return { type: problemUri(type), title, status, detail, requestId, ...(more.errors && { errors: [...more.errors] }) };
}

function temporalTrouble(cause: unknown): Problem {
  const advice = 'A request that was not answered may be sent again with the same Idempotency-Key: it is applied once.';
  return new Problem('temporal-unavailable', `${temporalInWords(cause)} ${advice}`, {
    headers: { 'Retry-After': '2' },
    cause,
  });
}

export function temporalInWords(error: unknown): string {
  if (hasCode(error, grpcStatus.unavailable)) return 'The Temporal server is unreachable.';
  if (hasCode(error, grpcStatus.permissionDenied) || hasCode(error, grpcStatus.unauthenticated)) {
    return 'The Temporal server refuses the credentials of this process.';
  }
  if (hasCode(error, grpcStatus.resourceExhausted)) return 'The Temporal server is overloaded.';
  if (isOutOfTime(error)) return 'The Temporal server did not answer before the timeout.';
  return `The Temporal server refused the request: ${error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : String(error)}.`;
}

interface ClientError extends Error {
  readonly status: number;
  readonly type?: string;
  /** The limit in bytes, set when the body was too large. */
  readonly limit?: number;
}

/** Errors that Express and its body parser raise themselves. */
function isClientError(error: unknown): error is ClientError {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

function clientError({ status, type, message, limit = 0 }: ClientError): Problem {
  if (type === 'entity.parse.failed') return new Problem('malformed-json', `${message}.`);
  if (status === 413) {
    return new Problem('too-large', `The body is larger than the limit of this route, ${inWords(limit)}.`);
  }
  if (status === 415) return new Problem('unsupported-media-type', `${message}. Send JSON in UTF-8.`);
  return new Problem('invalid-request', `${message}.`);
}

function inWords(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;
}
